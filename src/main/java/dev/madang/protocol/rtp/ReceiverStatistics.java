package dev.madang.protocol.rtp;

import dev.madang.wire.Sequence;

/// What a receiver knows of one stream, for its report blocks (RFC 3550 A.1, A.3, A.8). Lives where
/// the stream's packets are received; the caller gives a retransmission no second time.
public final class ReceiverStatistics {
  private final int ssrc;
  private final int clockRate;

  private boolean started;
  private int base;
  private int cycles;
  private int highest;
  private int restart = NO_RESTART;
  private long received;

  private long expectedBefore;
  private long receivedBefore;

  private int transit;
  private int jitterTimes16;

  private int lastReport;
  private long lastReportAt;

  /** `clockRate` of the timestamps, in Hz. */
  public ReceiverStatistics(int ssrc, int clockRate) {
    this.ssrc = ssrc;
    this.clockRate = clockRate;
  }

  public int ssrc() {
    return ssrc;
  }

  /// A packet came. False when its number is so far from the others that it is not believed, until
  /// the next one agrees with it: then the count begins anew.
  public boolean received(int sequence, int timestamp, long now) {
    if (!started) {
      start(sequence);
    } else if (!advance(sequence)) {
      return false;
    }
    received++;
    measure(timestamp, now);
    return true;
  }

  private void start(int sequence) {
    started = true;
    base = sequence;
    highest = sequence;
    cycles = 0;
    restart = NO_RESTART;
    received = 0;
    expectedBefore = 0;
    receivedBefore = 0;
    transit = 0;
  }

  /// RFC 3550 A.1, without probation: SRTP has told who it is from.
  private boolean advance(int sequence) {
    int ahead = sequence - highest & 0xFFFF;
    if (ahead < MAX_DROPOUT) {
      if (sequence < highest) {
        cycles += 0x10000;
      }
      highest = sequence;
      restart = NO_RESTART;
      return true;
    }
    if (ahead > 0x10000 - MAX_MISORDER) {
      return true;
    }
    // "Two sequential packets -- assume that the other side restarted without telling us".
    if (sequence == restart) {
      start(sequence);
      return true;
    }
    restart = sequence + 1 & 0xFFFF;
    return false;
  }

  /// RFC 3550 A.8, in sixteenths as there. The first packet only tells where transit stands.
  private void measure(int timestamp, long now) {
    int arrival = (int) (now / SECOND * clockRate + now % SECOND * clockRate / SECOND);
    int transitNow = arrival - timestamp;
    if (received > 1) {
      int change = Math.abs(Sequence.difference32(transitNow, transit));
      // A clock that was set says nothing about the network.
      if (change < 10 * clockRate) {
        jitterTimes16 += change - (jitterTimes16 + 8 >> 4);
      }
    }
    transit = transitNow;
  }

  /** A sender report of this stream came; its NTP time. */
  public void senderReport(long ntp, long now) {
    lastReport = (int) (ntp >>> 16);
    lastReportAt = now;
  }

  /** How many packets there should have been. */
  public long expected() {
    return started ? extendedHighest() - base + 1L & 0xFFFF_FFFFL : 0;
  }

  public long received() {
    return received;
  }

  /** Negative when packets came more than once. */
  public long lost() {
    return expected() - received;
  }

  /** In units of the clock rate. */
  public int jitter() {
    return jitterTimes16 >> 4;
  }

  /** The highest number so far, with how often it wrapped in the upper half. */
  public int extendedHighest() {
    return cycles + highest;
  }

  /// Adds the report block of the interval since the last one; false, and nothing changed, when
  /// there is nothing to tell or no room.
  public boolean report(RtcpWriter writer, long now) {
    if (!started) {
      return false;
    }
    long expected = expected();
    long expectedNow = expected - expectedBefore;
    long lostNow = expectedNow - (received - receivedBefore);
    int fraction =
        expectedNow <= 0 || lostNow <= 0 ? 0 : (int) Math.min((lostNow << 8) / expectedNow, 255);
    int lost = Math.clamp(expected - received, -0x80_0000, 0x7F_FFFF);
    int since = lastReport == 0 ? 0 : (int) ((now - lastReportAt) / 1000 * 65_536 / 1_000_000);
    if (!writer.reportBlock(ssrc, fraction, lost, extendedHighest(), jitter(), lastReport, since)) {
      return false;
    }
    expectedBefore = expected;
    receivedBefore = received;
    return true;
  }

  private static final long SECOND = 1_000_000_000L;
  private static final int MAX_DROPOUT = 3000;
  private static final int MAX_MISORDER = 100;
  private static final int NO_RESTART = -1;
}
