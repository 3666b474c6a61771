package dev.madang.protocol.srtp;

import java.util.Arrays;

/// Numbers the SSRCs of a session 0, 1, 2, … as they come: open addressing over primitive arrays,
/// no more than a limit, none ever forgotten.
final class SsrcTable {
  private final int limit;
  private int[] ssrcs = new int[INITIAL];
  // What stands at a hash: a number + 1, or 0.
  private int[] slots = new int[2 * INITIAL];
  private int count;
  private int recent;

  SsrcTable(int limit) {
    this.limit = limit;
  }

  /// The number of that SSRC, or -1.
  int find(int ssrc) {
    if (recent < count && ssrcs[recent] == ssrc) {
      return recent;
    }
    int at = hash(ssrc);
    while (slots[at] != 0) {
      int number = slots[at] - 1;
      if (ssrcs[number] == ssrc) {
        recent = number;
        return number;
      }
      at = at + 1 & slots.length - 1;
    }
    return -1;
  }

  boolean isFull() {
    return count == limit;
  }

  /// Gives a number to an SSRC that has none yet.
  int add(int ssrc) {
    if (count == limit) {
      throw new IllegalStateException("more than " + limit + " SSRCs");
    }
    if (count == ssrcs.length) {
      ssrcs = Arrays.copyOf(ssrcs, 2 * count);
      slots = new int[2 * slots.length];
      for (int i = 0; i < count; i++) {
        place(i);
      }
    }
    ssrcs[count] = ssrc;
    place(count);
    return count++;
  }

  private void place(int number) {
    int at = hash(ssrcs[number]);
    while (slots[at] != 0) {
      at = at + 1 & slots.length - 1;
    }
    slots[at] = number + 1;
  }

  private int hash(int ssrc) {
    int mixed = ssrc * 0x9E37_79B9;
    return mixed >>> Integer.numberOfLeadingZeros(slots.length - 1);
  }

  private static final int INITIAL = 4;
}
