package dev.madang.protocol.turn;

import dev.madang.wire.Address;
import java.util.Arrays;

/// How often strangers of one network are answered. Their source addresses may be forged, and an
/// answer is longer than the question: without a limit the server would be a weapon against whoever
/// the source belongs to. Its memory is the same for one network and for all of them. Lives on the
/// loop of its [TurnServer].
final class ReplyLimit {
  private final long interval;
  private final long allowance;
  private final long seed;

  /// For each slot the time when the last reply granted would have been due at the steady rate (the
  /// generic cell rate algorithm).
  private final long[] due = new long[SLOTS];

  private boolean started;

  /** `perSecond` 0 means no limit. */
  ReplyLimit(int perSecond, int burst, long seed) {
    interval = perSecond == 0 ? 0 : 1_000_000_000L / perSecond;
    allowance = interval * Math.max(burst - 1, 0);
    this.seed = seed;
  }

  boolean allows(Address source, long now) {
    if (interval == 0) {
      return true;
    }
    if (!started) {
      started = true;
      Arrays.fill(due, now);
    }
    int slot = slot(source);
    long next = due[slot] - now > 0 ? due[slot] : now;
    if (next - now > allowance) {
      return false;
    }
    due[slot] = next + interval;
    return true;
  }

  /** A /24 of IPv4, a /56 of IPv6: what one customer commands. */
  private int slot(Address source) {
    long network = source.isV6() ? source.high() >>> 8 : source.low() >>> 8 | 1L << 63;
    long mixed = (network ^ seed) * 0x9E37_79B9_7F4A_7C15L;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8_FEB8_6659_FD93L;
    return (int) (mixed >>> 40) & (SLOTS - 1);
  }

  private static final int SLOTS = 1 << 14;
}
