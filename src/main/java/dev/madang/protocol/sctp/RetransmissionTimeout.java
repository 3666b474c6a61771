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
  private int failures;

  RetransmissionTimeout(SctpSettings settings) {
    initial = settings.rtoInitial().toNanos();
    min = settings.rtoMin().toNanos();
    max = settings.rtoMax().toNanos();
    timeout = initial;
  }

  /** Nanoseconds. */
  long timeout() {
    return timeout;
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
  }

  /** §6.3.3, E2: "RTO <- RTO * 2 ('back off the timer')". */
  void expired() {
    timeout = Math.min(2 * timeout, max);
    failures++;
  }

  /** The association stands: how often its handshake was repeated says little of the path. */
  void begin() {
    failures = 0;
    if (!measured) {
      timeout = initial;
    }
  }

  /** The far end lives. */
  void heard() {
    failures = 0;
  }
}
