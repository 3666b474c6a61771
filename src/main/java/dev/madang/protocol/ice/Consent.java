package dev.madang.protocol.ice;

import java.util.random.RandomGenerator;

/// Whether the far end still wants what we send (RFC 7675 §5.1): a check every five seconds, each
/// with an id of its own and never sent again; thirty seconds without an answer end it. They are
/// frequent enough to keep a NAT's mapping alive as well (RFC 8445 §11).
final class Consent {
  private final long[] idHigh = new long[OUTSTANDING];
  private final long[] idLow = new long[OUTSTANDING];
  private int asked;
  private long nextAt;
  private long expiresAt;

  void begin(long now) {
    asked = 0;
    nextAt = now + INTERVAL;
    expiresAt = now + IceLite.CONSENT;
  }

  boolean isDue(long now) {
    return nextAt - now <= 0;
  }

  boolean isExpired(long now) {
    return expiresAt - now <= 0;
  }

  /// RFC 7675 §5.1: each with a new transaction id, the interval drawn from 0.8 to 1.2 times five
  /// seconds.
  void asked(long high, long low, RandomGenerator random, long now) {
    int at = asked++ % OUTSTANDING;
    idHigh[at] = high;
    idLow[at] = low;
    nextAt = now + (long) (INTERVAL * random.nextDouble(0.8, 1.2));
  }

  void answered(long now) {
    expiresAt = now + IceLite.CONSENT;
  }

  /** Whether one of the checks had this id. */
  boolean asked(long high, long low) {
    for (int i = 0; i < Math.min(asked, OUTSTANDING); i++) {
      if (idHigh[i] == high && idLow[i] == low) {
        return true;
      }
    }
    return false;
  }

  long nextAt() {
    return nextAt;
  }

  long deadline() {
    return Checklist.sooner(nextAt, expiresAt);
  }

  private static final int OUTSTANDING = 8;
  private static final long INTERVAL = 5_000_000_000L;
}
