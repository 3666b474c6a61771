package dev.madang.room.bandwidth;

import dev.madang.protocol.rtp.RtcpWriter;
import java.util.Arrays;

/// When the packets of one publisher's transport arrived, and when to tell it: the content of
/// transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). Lives on the
/// transport's loop.
///
/// ```
/// if (log.deadline() - now <= 0) {
///   while (log.next(now)) {
///     log.told(
///         rtcp.transportFeedback(
///             own, media, log.feedbackCount(), log.base(), log.times(), 0, log.count()));
///   }
/// }
/// ```
///
/// A report covers everything from the first packet that no report covered up to the newest; a
/// packet that comes late makes the next report reach back to it.
public final class ArrivalLog {
  /** In [#times]: did not arrive. */
  public static final long MISSING = RtcpWriter.NOT_RECEIVED;

  private final long[] arrivals = new long[WINDOW];
  private final long[] times = new long[MOST_A_REPORT];
  private boolean begun;
  private long highest;
  private long unreported;
  private long reportedAt;
  private boolean news;

  private long bytes;
  private long countedAt;
  private double bitsPerSecond;

  private int count;
  private int feedbackCount;

  /// Notes a packet.
  ///
  /// @param sequence transport-wide, 16 bits
  /// @param bytes its size on the wire; the rate decides how often to report
  /// @return false when it arrived before or is too old to be told
  public boolean arrived(int sequence, int bytes, long now) {
    if (!begun) {
      begin(sequence, now);
    }
    this.bytes += bytes;
    int ahead = (short) (sequence - (int) highest);
    long number = highest + ahead;
    if (ahead > 0) {
      advance(number);
    } else if (ahead <= -WINDOW || arrivals[slot(number)] != MISSING || tooLate(number, now)) {
      return false;
    }
    arrivals[slot(number)] = now;
    unreported = Math.min(unreported, number);
    news = true;
    return true;
  }

  private void begin(int sequence, long now) {
    begun = true;
    Arrays.fill(arrivals, MISSING);
    highest = (sequence & 0xFFFF) - 1L;
    unreported = highest + 1;
    reportedAt = now;
    countedAt = now;
  }

  /// Whether its successors arrived so long ago that their times would not fit into one report with
  /// its own.
  private boolean tooLate(long number, long now) {
    long successor = number + 1;
    while (arrivals[slot(successor)] == MISSING) {
      successor++;
    }
    return now - arrivals[slot(successor)] > LATEST;
  }

  private void advance(long number) {
    if (number - highest >= WINDOW) {
      // A jump past everything we keep: what lies between is not worth telling.
      Arrays.fill(arrivals, MISSING);
      unreported = number;
    } else {
      for (long gap = highest + 1; gap < number; gap++) {
        arrivals[slot(gap)] = MISSING;
      }
      unreported = Math.max(unreported, number - WINDOW + 1);
    }
    highest = number;
  }

  /** When the next report is due; `Long.MAX_VALUE` when there is nothing to tell. */
  public long deadline() {
    return news ? reportedAt + interval() : Long.MAX_VALUE;
  }

  /// So often that feedback takes 5 % of what comes in, as libwebrtc does; a sender reacts to
  /// congestion no sooner than it hears of it.
  private long interval() {
    return bitsPerSecond <= 0
        ? SHORTEST
        : Math.clamp((long) (FEEDBACK_BITS / (0.05 * bitsPerSecond) * 1e9), SHORTEST, LONGEST);
  }

  /// Prepares a report of what is not told yet. Call until false: one report has a limited size.
  public boolean next(long now) {
    if (!news) {
      return false;
    }
    measure(now);
    unreported = first(now);
    if (unreported > highest) {
      news = false;
      reportedAt = now;
      return false;
    }
    count = (int) Math.min(highest + 1 - unreported, MOST_A_REPORT);
    for (int i = 0; i < count; i++) {
      long arrival = arrivals[slot(unreported + i)];
      times[i] = arrival == MISSING ? MISSING : Math.floorDiv(arrival, TICK);
    }
    // A report ends with a packet that arrived: what follows may still come.
    while (times[count - 1] == MISSING) {
      count--;
    }
    return true;
  }

  /** So many packets of the prepared report fitted and were told; 0 gives up until the next. */
  public void told(int packets) {
    if (packets == 0) {
      unreported = highest + 1;
      return;
    }
    unreported += packets;
    feedbackCount = feedbackCount + 1 & 0xFF;
  }

  private void measure(long now) {
    long span = now - countedAt;
    if (span >= SHORTEST) {
      double latest = bytes * 8e9 / span;
      bitsPerSecond = bitsPerSecond == 0 ? latest : 0.7 * bitsPerSecond + 0.3 * latest;
      bytes = 0;
      countedAt = now;
    }
  }

  /// Where a report begins: at the gap before the first arrival that is fresh. Of a long gap only
  /// the end is told.
  private long first(long now) {
    long arrival = unreported;
    while (arrival <= highest && stale(arrivals[slot(arrival)], now)) {
      arrival++;
    }
    long first = arrival;
    while (arrival <= highest
        && first > unreported
        && arrival - first < LONGEST_GAP
        && arrivals[slot(first - 1)] == MISSING) {
      first--;
    }
    return first;
  }

  private static boolean stale(long arrival, long now) {
    return arrival == MISSING || now - arrival > OLDEST;
  }

  /** The prepared report's first sequence number. */
  public int base() {
    return (int) unreported & 0xFFFF;
  }

  /** How many packets the report covers, lost ones too. */
  public int count() {
    return count;
  }

  /** When each packet arrived, in units of 250 µs, or [#MISSING]; the first [#count] hold. */
  public long[] times() {
    return times;
  }

  /** The report's own number, 8 bits. */
  public int feedbackCount() {
    return feedbackCount;
  }

  private static int slot(long number) {
    return (int) number & (WINDOW - 1);
  }

  /** What feedback counts time in: 250 µs. */
  static final long TICK = 250_000L;

  private static final int WINDOW = 2048;
  // Two bytes a time and a fraction for its status: fits a datagram.
  private static final int MOST_A_REPORT = 400;
  private static final int LONGEST_GAP = 200;
  private static final long OLDEST = 500_000_000L;
  private static final long LATEST = 250_000_000L;
  private static final long SHORTEST = 50_000_000L;
  private static final long LONGEST = 250_000_000L;
  private static final double FEEDBACK_BITS = 68 * 8;
}
