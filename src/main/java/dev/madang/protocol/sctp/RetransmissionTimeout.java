package dev.madang.protocol.sctp;

/// How long to wait for an answer (RFC 9260 §6.3.1), and how often in a row none came (§8.1).
final class RetransmissionTimeout {
  private final long initial;
  private final long min;
  private final long max;
  private long smoothed;
  private long variation;
  private boolean measured;
  private long timeout;
  private int doublings;
  private int failures;

  RetransmissionTimeout(SctpSettings settings) {
    initial = settings.rtoInitial().toNanos();
    min = settings.rtoMin().toNanos();
    max = settings.rtoMax().toNanos();
    timeout = initial;
  }

  /** Nanoseconds. */
  long timeout() {
    return Math.min(timeout << doublings, max);
  }

  /** The smoothed round trip; the initial time-out before one was measured. */
  long roundTrip() {
    return measured ? smoothed : initial;
  }

  int failures() {
    return failures;
  }

  void measured(long roundTrip) {
    long r = Math.max(0, roundTrip);
    if (measured) {
      // RFC 9260 §6.3.1, C3: RTTVAR <- (1 - RTO.Beta) * RTTVAR + RTO.Beta * |SRTT - R'| and
      // SRTT <- (1 - RTO.Alpha) * SRTT + RTO.Alpha * R', with Beta 1/4 and Alpha 1/8.
      variation = variation - variation / 4 + Math.abs(smoothed - r) / 4;
      smoothed = smoothed - smoothed / 8 + r / 8;
    } else {
      // C2: SRTT <- R, RTTVAR <- R/2.
      smoothed = r;
      variation = r / 2;
      measured = true;
    }
    timeout = Math.clamp(smoothed + 4 * variation, min, max);
    doublings = 0;
  }

  /** §6.3.3, E2: "RTO <- RTO * 2 ('back off the timer')". */
  void expired() {
    doublings = Math.min(doublings + 1, MAX_DOUBLINGS);
    failures++;
  }

  /** The far end lives. */
  void heard() {
    failures = 0;
  }

  /// What was waited for has come. The path works again, so the next loss is found as soon as any,
  /// though only a round trip measured anew would show that by Karn's rule.
  void progressed() {
    failures = 0;
    doublings = 0;
  }

  private static final int MAX_DOUBLINGS = 16;
}
