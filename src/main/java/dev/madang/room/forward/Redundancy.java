package dev.madang.room.forward;

import dev.madang.protocol.rtp.Red;

/// Sound that is sent more than once while packets get lost (RFC 2198): each packet has the one
/// before it, or the two before it, along. Made of what lies in the ring, for a far end that takes
/// it; its own, on the loop of its [Subscription].
final class Redundancy {
  /// Free before the payload.
  static final int HEAD = Ring.HEAD;

  private final int payloadType;
  private final byte[] bytes = new byte[HEAD + MOST_BYTES + Ring.TAIL];
  private final int[] slots = new int[MOST_OLDER];
  private int older;
  private long until;

  Redundancy(int payloadType) {
    this.payloadType = payloadType;
  }

  /// What gets lost now and then is not worth twice the bits.
  void lossReport(double fraction, long now) {
    if (fraction >= SOME) {
      older = fraction >= MUCH ? 2 : Math.max(1, older);
      until = now + GOES_ON_NANOS;
    }
  }

  boolean wanted(long now) {
    if (older > 0 && now - until >= 0) {
      older = 0;
    }
    return older > 0;
  }

  int payloadType() {
    return payloadType;
  }

  byte[] bytes() {
    return bytes;
  }

  /// Writes the payload at [#HEAD]; gives its length.
  ///
  /// @param inside the payload type of what is inside
  int fill(Ring ring, int slot, int inside) {
    int count = 0;
    int left = MOST_BYTES - ring.length(slot) - 1;
    for (int back = 1; back <= older && left > 0; back++) {
      int found = ring.find(ring.sequence(slot) - back);
      int age = found < 0 ? -1 : ring.timestamp(slot) - ring.timestamp(found);
      if (found < 0 || !Red.fits(age, ring.length(found)) || ring.length(found) + 4 > left) {
        break;
      }
      left -= ring.length(found) + 4;
      slots[count++] = found;
    }
    int at = HEAD;
    for (int i = count - 1; i >= 0; i--) {
      int age = ring.timestamp(slot) - ring.timestamp(slots[i]);
      at = Red.writeOlder(bytes, at, inside, age, ring.length(slots[i]));
    }
    at = Red.writeNewest(bytes, at, inside);
    for (int i = count - 1; i >= 0; i--) {
      at = copy(ring, slots[i], at);
    }
    return copy(ring, slot, at) - HEAD;
  }

  private int copy(Ring ring, int slot, int at) {
    System.arraycopy(ring.bytes(), ring.payload(slot), bytes, at, ring.length(slot));
    return at + ring.length(slot);
  }

  private static final int MOST_OLDER = 2;
  private static final int MOST_BYTES = 1200;
  private static final double SOME = 0.02;
  private static final double MUCH = 0.1;
  private static final long GOES_ON_NANOS = 20_000_000_000L;
}
