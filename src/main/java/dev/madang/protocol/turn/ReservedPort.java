package dev.madang.protocol.turn;

/// The port above an even one, kept for its RTCP until the token is redeemed or time is up.
final class ReservedPort {
  final long token;
  final String username;
  final Relay relay;
  final long deadline;

  /** Redeemed, or given up. */
  boolean gone;

  ReservedPort(long token, String username, Relay relay, long deadline) {
    this.token = token;
    this.username = username;
    this.relay = relay;
    this.deadline = deadline;
  }
}
