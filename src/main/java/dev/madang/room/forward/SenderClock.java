package dev.madang.room.forward;

/// Which moment of a publisher's clock the timestamps of one layer stand for, as its last sender
/// report said. All layers and tracks of one publisher share that clock, which is what lets lips
/// and voice, and two layers of one picture, be laid on each other.
final class SenderClock {
  private long ntp;
  private int timestamp;
  private long heard;
  private boolean known;

  /// @param ntp seconds since 1900 in 32.32 fixed point
  void set(long ntp, int timestamp, long now) {
    this.ntp = ntp;
    this.timestamp = timestamp;
    heard = now;
    known = true;
  }

  boolean known() {
    return known;
  }

  /// The publisher's time now, in NTP form, as well as we know it.
  long ntpAt(long now) {
    return ntp + toNtp(now - heard);
  }

  /// The timestamp that belongs to now.
  int timestampAt(long now, int clockRate) {
    return timestamp + ticks(now - heard, clockRate);
  }

  /// The moment of the publisher's clock at which `timestamp` was taken, in nanoseconds after an
  /// arbitrary beginning that is the same for all clocks of one publisher.
  long nanosOf(int timestamp, int clockRate) {
    long seconds = ntp >>> 32;
    long nanos = seconds * 1_000_000_000L + ((ntp & 0xFFFF_FFFFL) * 1_000_000_000L >>> 32);
    return nanos + (long) (timestamp - this.timestamp) * 1_000_000_000L / clockRate;
  }

  static int ticks(long nanos, int clockRate) {
    return (int) (nanos / 1000 * clockRate / 1_000_000);
  }

  private static long toNtp(long nanos) {
    return (nanos / 1_000_000_000L << 32) + ((nanos % 1_000_000_000L << 32) / 1_000_000_000L);
  }
}
