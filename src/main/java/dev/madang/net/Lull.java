package dev.madang.net;

/// Decides whether a loop that was just woken waits a moment before it reads; on the loop's thread.
///
/// A wake-up costs as much as receiving several datagrams, and a burst that is read in one piece
/// leaves in one trip through the stack. A network card that moderates its interrupts gathers a
/// burst by itself; on loopback and in virtual machines the first datagram wakes the reader. So
/// when wake-ups follow each other closely the loop waits, as long as that brings it several
/// datagrams a turn. A loop that has no rest reads what is there: that is a batch already.
///
/// ```
/// at once --- wake-ups keep coming within LULL ---> waiting
///    ^                                                 |
///    +-------- turns bring less than GATHERED ---------+
/// ```
final class Lull {
  private boolean waiting;
  private int evidence;
  private long lastWake;

  /// Nanoseconds to wait now, after a wake-up at `now` that took `idle` to come; 0 = read at once.
  long afterWake(long now, long idle) {
    long since = now - lastWake;
    lastWake = now;
    if (waiting) {
      return idle > RESTLESS ? LULL : 0;
    }
    note(since < CLOSE);
    if (evidence == ENOUGH) {
      waiting = true;
      evidence = ENOUGH / 2;
    }
    return 0;
  }

  /// The turn after a wait brought so many datagrams.
  void brought(int datagrams) {
    if (waiting) {
      note(datagrams >= GATHERED);
      if (evidence == 0) {
        waiting = false;
      }
    }
  }

  private void note(boolean worth) {
    evidence = Math.clamp(evidence + (worth ? 1 : -1), 0, ENOUGH);
  }

  private static final int ENOUGH = 16;
  private static final int GATHERED = 3;
  private static final long RESTLESS = 2_000;
  // The kernel adds its timer slack, 50 µs.
  private static final long LULL = 60_000;
  private static final long CLOSE = 100_000;
}
