package dev.madang.load;

/// How long things took, to within 3 %: a count for each of 32 steps between two powers of two.
final class Delays {
  private final long[] counts = new long[64 * STEPS];
  private long count;

  void add(long nanos) {
    counts[bucket(Math.max(0, nanos))]++;
    count++;
  }

  void add(Delays others) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += others.counts[i];
    }
    count += others.count;
  }

  long count() {
    return count;
  }

  /// The time that this share of them did not exceed; 0 when there are none.
  long at(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long passed = 0;
    for (int i = 0; i < counts.length; i++) {
      passed += counts[i];
      if (passed >= rank) {
        return upper(i);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    if (nanos < STEPS) {
      return (int) nanos;
    }
    int power = 63 - Long.numberOfLeadingZeros(nanos);
    int step = (int) (nanos >> power - BITS) & STEPS - 1;
    return (power - BITS + 1) * STEPS + step;
  }

  private static long upper(int bucket) {
    int power = bucket / STEPS;
    int step = bucket % STEPS;
    return power == 0 ? step : (STEPS + step + 1L << power - 1) - 1;
  }

  private static final int BITS = 5;
  private static final int STEPS = 1 << BITS;
}
