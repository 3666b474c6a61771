package dev.madang.room.bandwidth;

/// How long packets wait on the way: one-way delay above the least of the last half minute. The two
/// clocks are not the same, but their difference cancels out, and they drift apart less than 3 ms
/// in that time.
final class Queueing {
  private boolean begun;
  private long least;
  private long leastBefore;
  private long turned;
  private long batchLeast;
  private boolean batch;
  private long delay;

  /** A packet's sending by our clock and arrival by the receiver's. */
  void arrived(long sent, long arrival) {
    long offset = arrival - sent;
    batchLeast = batch ? Math.min(batchLeast, offset) : offset;
    batch = true;
  }

  /** The packets of one feedback were told. */
  void end(long now) {
    if (!batch) {
      return;
    }
    batch = false;
    if (!begun) {
      begun = true;
      least = batchLeast;
      leastBefore = batchLeast;
      turned = now;
    }
    if (now - turned > TURN) {
      turned = now;
      leastBefore = least;
      least = batchLeast;
    }
    least = Math.min(least, batchLeast);
    delay = Math.max(0, batchLeast - Math.min(least, leastBefore));
  }

  /// Nanoseconds that the last feedback's luckiest packet waited.
  long delay() {
    return delay;
  }

  /** Forgets, as when the receiver's clock or the path is another. */
  void reset() {
    begun = false;
    batch = false;
    delay = 0;
  }

  private static final long TURN = 15_000_000_000L;
}
