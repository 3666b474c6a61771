package dev.madang.protocol.turn;

/// One client's relay with its permissions and channels. The engine's own; the door never sees it.
final class Allocation {}
