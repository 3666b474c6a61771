package dev.madang.room.forward;

/// New numbers for a stream of which some numbers are left out: what is kept is numbered without
/// gaps, so that a receiver sees a loss only where something was lost. Serves packets (sequence
/// numbers) and pictures (picture ids), extended so that they never wrap.
///
/// ```
///   in    10 11 12 13 14 15     12 and 14 are dropped, 13 comes late
///   out    5  6     7     8
/// ```
///
/// A number that was passed over keeps a place, since it may come late; one that is dropped when it
/// does come late leaves a hole, which [#drop] tells so that the hole can be filled.
final class Numbers {
  static final long NONE = -1;

  private final long[] in;
  private final long[] out;
  private final int mask;
  private long highest = NONE;
  private long offset;

  /// Remembers the last `size` numbers, a power of two.
  Numbers(int size) {
    in = new long[size];
    out = new long[size];
    mask = size - 1;
    java.util.Arrays.fill(in, NONE);
  }

  /// Another stream goes on from here: `first` gets the number after the last one, plus `gap`.
  void begin(long first, int gap) {
    long next = next();
    java.util.Arrays.fill(in, NONE);
    highest = first - 1;
    offset = first - next - gap;
  }

  /// The number that the next kept one gets.
  long next() {
    return highest + 1 - offset;
  }

  /// Starts anew: `first` becomes `number`.
  void start(long first, long number) {
    java.util.Arrays.fill(in, NONE);
    highest = first - 1;
    offset = first - number;
  }

  /// The new number of `n`, the same each time it is asked; [#NONE] when it is too old to know.
  long keep(long n) {
    if (n > highest) {
      pass(n);
      note(n, n - offset);
      highest = n;
    }
    return known(n);
  }

  /// Leaves `n` out. Answers [#NONE], or the number whose place it had kept: a hole.
  long drop(long n) {
    if (n > highest) {
      pass(n);
      note(n, NONE);
      highest = n;
      offset++;
      return NONE;
    }
    long hole = known(n);
    if (hole != NONE) {
      note(n, NONE);
    }
    return hole;
  }

  /// Keeps places for all between the highest so far and `n`.
  private void pass(long n) {
    long first = Math.max(highest + 1, n - mask);
    for (long missing = first; missing < n; missing++) {
      note(missing, missing - offset);
    }
  }

  private void note(long n, long number) {
    int slot = (int) n & mask;
    in[slot] = n;
    out[slot] = number;
  }

  private long known(long n) {
    int slot = (int) n & mask;
    return in[slot] == n ? out[slot] : NONE;
  }
}
