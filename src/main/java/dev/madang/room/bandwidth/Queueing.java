package dev.madang.room.bandwidth;

/// How long packets wait on the way: one-way delay above the least of the last half minute. The two
/// clocks are not the same, but their difference cancels out, and they drift apart less than 3 ms
/// in that time.
///
/// While packets wait, the path is busy all the time: what arrives in that time is what it carries,
/// however little or unevenly we send.
final class Queueing {
  private boolean begun;
  private long least;
  private long leastBefore;
  private long turned;
  private long batchLeast;
  private boolean batch;
  private long delay;

  private boolean waited;
  private long lastArrival;
  private long lastOffset;
  private long before;
  private double busyBytes;
  private double busyTime;
  private double batchBytes;
  private double batchTime;
  private int batchPackets;

  /** A packet's sending by our clock and arrival by the receiver's. */
  void arrived(long sent, long arrival, int bytes) {
    long offset = arrival - sent;
    batchLeast = batch ? Math.min(batchLeast, offset) : offset;
    batch = true;
    boolean waits = begun && offset - base() > WAIT;
    long gap = arrival - lastArrival;
    if (gap > LONGEST_GAP) {
      busyTime = 0;
      busyBytes = 0;
    } else if (waits && waited && gap >= 0) {
      busy(bytes, gap);
    }
    waited = waits;
    lastArrival = arrival;
    lastOffset = offset;
  }

  private void busy(int bytes, long gap) {
    busyBytes += bytes;
    busyTime += gap;
    batchBytes += bytes;
    batchTime += gap;
    batchPackets++;
    if (busyTime > MEMORY) {
      busyBytes *= MEMORY / busyTime;
      busyTime = MEMORY;
    }
  }

  /// Feedback got lost of what arrived before the next packet: how busy the path was is not known.
  void hole() {
    waited = false;
  }

  /** The packets of one feedback begin. */
  void begin() {
    before = latest();
    batchBytes = 0;
    batchTime = 0;
    batchPackets = 0;
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
    delay = Math.max(0, batchLeast - base());
    if (batchTime == 0) {
      // Whatever it carried then, it is not full now.
      busyBytes *= 0.5;
      busyTime *= 0.5;
    }
  }

  private long base() {
    return Math.min(least, leastBefore);
  }

  /// Nanoseconds that the last feedback's luckiest packet waited.
  long delay() {
    return delay;
  }

  /** Nanoseconds that the last packet of the last feedback waited. */
  long latest() {
    return begun ? Math.max(0, lastOffset - base()) : 0;
  }

  /** How much more that is than the one of the feedback before. */
  long growth() {
    return latest() - before;
  }

  /// Bits per second that arrived while the path was busy, -1 = it was not for long enough. When
  /// the last feedback alone knows, and says less, it is right: the path became narrow.
  double busyRate() {
    if (busyTime < ENOUGH) {
      return -1;
    }
    double rate = busyBytes * 8e9 / busyTime;
    boolean latest = batchPackets >= 3 && batchTime >= ENOUGH / 2;
    return latest ? Math.min(rate, batchBytes * 8e9 / batchTime) : rate;
  }

  /** The queue is not ours: it stays whatever we do, so it counts as part of the way. */
  void accept() {
    least += delay;
    leastBefore = least;
    delay = 0;
  }

  /** Forgets, as when the receiver's clock or the path is another. */
  void reset() {
    begun = false;
    batch = false;
    waited = false;
    delay = 0;
    busyBytes = 0;
    busyTime = 0;
  }

  private static final long TURN = 15_000_000_000L;
  private static final long WAIT = 15_000_000L;
  private static final long LONGEST_GAP = 300_000_000L;
  private static final double MEMORY = 200_000_000;
  private static final double ENOUGH = 40_000_000;
}
