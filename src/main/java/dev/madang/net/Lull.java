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
  private int needed = ENOUGH;
  private long lastWake;

  /// Nanoseconds to wait now, after a wake-up at `now` that took `idle` to come; 0 = read at once.
  long afterWake(long now, long idle) {
    long since = now - lastWake;
    lastWake = now;
    if (waiting) {
      return idle > RESTLESS ? LULL : 0;
    }
    evidence = Math.clamp(evidence + (since < CLOSE ? 1 : -1), 0, needed);
    if (evidence == needed) {
      waiting = true;
      evidence = ENOUGH / 2;
    }
    return 0;
  }

  /// A turn sent so many datagrams in so many trips.
  void sent(long datagrams, long trips) {
    if (!waiting || datagrams == 0) {
      return;
    }
    evidence = Math.clamp(evidence + (datagrams - trips >= WORTH ? 1 : -1), 0, ENOUGH);
    if (evidence == ENOUGH) {
      needed = ENOUGH;
    } else if (evidence == 0) {
      waiting = false;
      needed = Math.min(needed * 2, MOST_NEEDED);
    }
  }

  private static final int ENOUGH = 16;
  private static final int MOST_NEEDED = 512;
  // Of a trip's 2 µs: what the wait itself costs.
  private static final int WORTH = 3;
  private static final long RESTLESS = 2_000;
  // The kernel adds its timer slack, 50 µs.
  private static final long LULL = 60_000;
  private static final long CLOSE = 100_000;
}
