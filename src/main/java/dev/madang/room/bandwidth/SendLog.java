package dev.madang.room.bandwidth;

/// What was sent to one receiver: by transport-wide sequence number the size, the time and the
/// probe it belonged to. Numbers only, in a ring that grows with the rate.
final class SendLog {
  private long[] times = new long[SMALLEST];
  // Size in 16 bits, probe in 14, then two flags.
  private int[] facts = new int[SMALLEST];
  private long next;
  private long oldest;
  private long inFlight;

  /// Notes a packet.
  ///
  /// @param probe the cluster it is sent in, 0 = none
  /// @return its transport-wide sequence number, 16 bits
  int sent(int bytes, int probe, long now) {
    if (next - oldest == times.length) {
      makeRoom(now);
    }
    int slot = slot(next);
    int size = Math.min(bytes, 0xFFFF);
    times[slot] = now;
    facts[slot] = size | (probe & MOST_PROBES) << 16 | UNKNOWN;
    inFlight += size;
    return (int) next++ & 0xFFFF;
  }

  /// What was noted since then leaves only now.
  void left(long since, long now) {
    for (long number = next - 1; number >= oldest; number--) {
      int slot = slot(number);
      if (times[slot] - since < 0) {
        return;
      }
      times[slot] = now;
    }
  }

  private void makeRoom(long now) {
    if (now - times[slot(oldest)] < KEPT && times.length < LARGEST) {
      grow();
    } else {
      drop();
    }
  }

  private void grow() {
    int longer = times.length * 2;
    long[] longerTimes = new long[longer];
    int[] longerFacts = new int[longer];
    for (long number = oldest; number < next; number++) {
      int slot = (int) number & (longer - 1);
      longerTimes[slot] = times[slot(number)];
      longerFacts[slot] = facts[slot(number)];
    }
    times = longerTimes;
    facts = longerFacts;
  }

  private void drop() {
    int slot = slot(oldest++);
    if ((facts[slot] & UNKNOWN) != 0) {
      inFlight -= facts[slot] & 0xFFFF;
    }
    facts[slot] = 0;
  }

  /// Forgets what is so old that no feedback will come for it: without this, a lost report would
  /// leave its packets in flight for ever.
  void expire(long now) {
    while (oldest < next && now - times[slot(oldest)] > KEPT) {
      drop();
    }
  }

  /// The full number of a packet that was sent not long ago.
  ///
  /// @return -1 when we sent no such packet, or have forgotten it
  long find(int sequence) {
    long number = next - 1 + (short) (sequence - (int) (next - 1));
    return number >= oldest && number < next ? number : -1;
  }

  /// The number of the oldest packet that is not forgotten.
  long oldest() {
    return oldest;
  }

  long time(long number) {
    return times[slot(number)];
  }

  int bytes(long number) {
    return facts[slot(number)] & 0xFFFF;
  }

  int probe(long number) {
    return facts[slot(number)] >>> 16 & MOST_PROBES;
  }

  /** Whether no feedback has spoken of it as received. */
  boolean pending(long number) {
    return (facts[slot(number)] & ARRIVED) == 0;
  }

  /** Whether no feedback has spoken of it at all. */
  boolean unknown(long number) {
    return (facts[slot(number)] & UNKNOWN) != 0;
  }

  void arrived(long number) {
    lost(number);
    facts[slot(number)] |= ARRIVED;
  }

  void lost(long number) {
    int slot = slot(number);
    if ((facts[slot] & UNKNOWN) != 0) {
      inFlight -= facts[slot] & 0xFFFF;
      facts[slot] &= ~UNKNOWN;
    }
  }

  /** Bytes that nobody has told us about. */
  long inFlight() {
    return inFlight;
  }

  private int slot(long number) {
    return (int) number & (times.length - 1);
  }

  static final int MOST_PROBES = 0x3FFF;
  private static final int UNKNOWN = 1 << 30;
  private static final int ARRIVED = 1 << 31;
  private static final int SMALLEST = 256;
  private static final int LARGEST = 8192;
  private static final long KEPT = 3_000_000_000L;
}
