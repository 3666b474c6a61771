package dev.madang.room.bandwidth;

/// Gathers packets that were sent together into groups and compares each group's arrival with the
/// one before (draft-ietf-rmcat-gcc-02 §5.2): what a queue on the way does to a group shows in its
/// last packet.
///
/// Beside the draft's rule, packets that were held up and then came at once are one group: that is
/// a radio that woke up, not a queue.
final class PacketGroups {
  private boolean begun;
  private boolean compares;
  private long firstSent;
  private long lastSent;
  private long firstArrival;
  private long lastArrival;
  private long previousSent;
  private long previousArrival;
  private int reordered;

  private long sentDelta;
  private long arrivalDelta;
  private long at;

  /// Takes a packet that arrived, in the order of sending.
  ///
  /// @param sent our clock, nanoseconds
  /// @param arrival the receiver's clock, nanoseconds
  /// @return true when it completed a group: ask for the deltas
  boolean arrived(long sent, long arrival) {
    if (!begun) {
      begun = true;
      begin(sent, arrival);
      return false;
    }
    if (sent - firstSent < 0) {
      return false;
    }
    if (belongs(sent, arrival)) {
      lastSent = Math.max(lastSent, sent);
      lastArrival = Math.max(lastArrival, arrival);
      return false;
    }
    boolean completed = compares && compare();
    previousSent = lastSent;
    previousArrival = lastArrival;
    compares = true;
    begin(sent, arrival);
    return completed;
  }

  private boolean belongs(long sent, long arrival) {
    if (sent - firstSent <= GROUP) {
      return true;
    }
    long arrivalGap = arrival - lastArrival;
    boolean caughtUp = arrivalGap - (sent - lastSent) < 0;
    return caughtUp && arrivalGap <= BURST && arrival - firstArrival < LONGEST_BURST;
  }

  private boolean compare() {
    sentDelta = lastSent - previousSent;
    arrivalDelta = lastArrival - previousArrival;
    at = lastArrival;
    if (arrivalDelta < 0) {
      if (++reordered >= MOST_REORDERED) {
        reset();
      }
      return false;
    }
    reordered = 0;
    return true;
  }

  private void begin(long sent, long arrival) {
    firstSent = sent;
    lastSent = sent;
    firstArrival = arrival;
    lastArrival = arrival;
  }

  /** Starts anew, as after a jump of the receiver's clock. */
  void reset() {
    begun = false;
    compares = false;
    reordered = 0;
  }

  /** Nanoseconds between the ends of the last two groups as they were sent. */
  long sentDelta() {
    return sentDelta;
  }

  /** And as they arrived. */
  long arrivalDelta() {
    return arrivalDelta;
  }

  /** When the group's last packet arrived, by the receiver's clock. */
  long at() {
    return at;
  }

  private static final long GROUP = 5_000_000L;
  private static final long BURST = 5_000_000L;
  private static final long LONGEST_BURST = 100_000_000L;
  private static final int MOST_REORDERED = 3;
}
