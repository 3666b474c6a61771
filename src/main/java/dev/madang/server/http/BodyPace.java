package dev.madang.server.http;

/// Whether a body comes fast enough: it may pause for the timeout, and every byte of it buys a
/// little of that back. However much came at once, no more than one timeout is in hand: who sends
/// most of a body quickly must not be slow for an hour with the rest.
final class BodyPace {
  private long deadline;

  /// The body is waited for from now on.
  void start(long now, HttpDoor.Limits limits) {
    deadline = now + limits.bodyTimeout().toNanos();
  }

  void took(int bytes, long now, HttpDoor.Limits limits) {
    long bought = deadline + bytes * 1_000_000_000L / limits.bodyRate();
    long most = now + limits.bodyTimeout().toNanos();
    deadline = bought - most > 0 ? most : bought;
  }

  boolean tooSlow(long now) {
    return now - deadline > 0;
  }
}
