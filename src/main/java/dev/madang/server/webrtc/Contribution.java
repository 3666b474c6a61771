package dev.madang.server.webrtc;

import dev.madang.room.SignalMessage;

/// A track that a [Member] sends into its room.
///
/// @param id and `kind`: what the member calls it
record Contribution(Member from, String id, SignalMessage.Source kind, Source source) {}
