package dev.madang.protocol.srtp;

import java.util.Arrays;

/// For each SSRC, by its number, the highest index accepted and which of the 128 up to it were.
///
/// RFC 3711 §3.3.2: "The Replay List … a sliding window approach … The window size MUST be at least
/// 64".
final class ReplayWindows {
  // The highest index accepted, or -1 before the first.
  private long[] highest = new long[0];
  // Bit n of the first 64: whether index highest - n was accepted; then of the 64 before.
  private long[] recent = new long[0];
  private long[] older = new long[0];

  long near(int number, int sequence) {
    return number < highest.length && highest[number] >= 0
        ? PacketIndex.near(highest[number], sequence)
        : sequence;
  }

  boolean isNew(int number, long index) {
    if (number >= highest.length || index > highest[number]) {
      return index <= PacketIndex.LAST;
    }
    long age = highest[number] - index;
    if (age >= SIZE) {
      return false;
    }
    long bits = age < 64 ? recent[number] : older[number];
    return (bits & 1L << age) == 0;
  }

  void add(int number, long index) {
    if (number >= highest.length) {
      grow(number);
    }
    long ahead = index - highest[number];
    if (ahead > 0) {
      slide(number, highest[number] < 0 ? SIZE : ahead);
      highest[number] = index;
      recent[number] |= 1;
    } else if (-ahead < 64) {
      recent[number] |= 1L << -ahead;
    } else {
      older[number] |= 1L << -ahead;
    }
  }

  private void slide(int number, long by) {
    if (by >= SIZE) {
      recent[number] = 0;
      older[number] = 0;
    } else if (by >= 64) {
      older[number] = recent[number] << by;
      recent[number] = 0;
    } else {
      older[number] = older[number] << by | recent[number] >>> -by;
      recent[number] <<= by;
    }
  }

  private void grow(int number) {
    int before = highest.length;
    int size = Math.max(4, Math.max(number + 1, 2 * before));
    highest = Arrays.copyOf(highest, size);
    Arrays.fill(highest, before, size, -1);
    recent = Arrays.copyOf(recent, size);
    older = Arrays.copyOf(older, size);
  }

  private static final int SIZE = 128;
}
