package dev.madang.room.bandwidth;

/** How fast we send: over the last 150 to 300 ms. */
final class SendRate {
  private long began;
  private long bytes;
  private long before;

  SendRate(long now) {
    began = now;
  }

  void sent(int size, long now) {
    turn(now);
    bytes += size;
  }

  private void turn(long now) {
    if (now - began >= WINDOW) {
      before = now - began < 2 * WINDOW ? bytes : 0;
      bytes = 0;
      began = now;
    }
  }

  /** Bits per second. */
  long bitrate(long now) {
    turn(now);
    return (bytes + before) * 8_000_000_000L / (WINDOW + now - began);
  }

  private static final long WINDOW = 150_000_000L;
}
