package dev.madang.room.forward;

import java.util.Arrays;

/// Which of the last packets of a stream came already. A sender that measures its path repeats
/// packets that were not lost; to forward them once more would look like loss to whoever receives
/// them.
final class Seen {
  private final long[] bits = new long[WINDOW / Long.SIZE];
  private long highest = Numbers.NONE;

  /// Notes a number; false when it came before, or is so old that nobody can tell.
  boolean add(long number) {
    if (number > highest) {
      advance(number);
    } else if (number <= highest - WINDOW || (bits[word(number)] & bit(number)) != 0) {
      return false;
    }
    bits[word(number)] |= bit(number);
    return true;
  }

  private void advance(long number) {
    if (number - highest >= WINDOW) {
      Arrays.fill(bits, 0);
    } else {
      for (long passed = highest + 1; passed <= number; passed++) {
        bits[word(passed)] &= ~bit(passed);
      }
    }
    highest = number;
  }

  private static int word(long number) {
    return (int) number / Long.SIZE & WINDOW / Long.SIZE - 1;
  }

  private static long bit(long number) {
    return 1L << number;
  }

  private static final int WINDOW = 2048;
}
