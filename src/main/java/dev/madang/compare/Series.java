package dev.madang.compare;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// When each message of a workload left and when its answer came, in nanoseconds; an answer that
/// never came is negative.
///
/// @param bytes of the answers
record Series(long[] sentAt, long[] heardAt, long bytes) {
  int sent() {
    return sentAt.length;
  }

  /// The delays of what came back, shortest first.
  long[] delays() {
    long[] delays = new long[sentAt.length];
    int count = 0;
    for (int i = 0; i < sentAt.length; i++) {
      if (heardAt[i] >= 0) {
        delays[count++] = heardAt[i] - sentAt[i];
      }
    }
    long[] sorted = Arrays.copyOf(delays, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /// The mean difference between the delays of neighbours (RFC 3550 §6.4.1 takes the difference of
  /// relative transit times; here without its smoothing, so that it is one figure for the whole).
  double jitter() {
    long sum = 0;
    int pairs = 0;
    for (int i = 1; i < sentAt.length; i++) {
      if (heardAt[i] >= 0 && heardAt[i - 1] >= 0) {
        sum += Math.abs((heardAt[i] - sentAt[i]) - (heardAt[i - 1] - sentAt[i - 1]));
        pairs++;
      }
    }
    return pairs == 0 ? 0 : sum / 1e6 / pairs;
  }

  /// The longest time in which nothing arrived, in milliseconds.
  double stall() {
    long[] arrivals = Arrays.stream(heardAt).filter(at -> at >= 0).sorted().toArray();
    long longest = 0;
    for (int i = 1; i < arrivals.length; i++) {
      longest = Math.max(longest, arrivals[i] - arrivals[i - 1]);
    }
    return longest / 1e6;
  }

  /// From the first message to the last answer, in seconds; null when there was none.
  @Nullable Double seconds() {
    long last = Arrays.stream(heardAt).max().orElse(-1);
    return last < 0 || sentAt.length == 0 ? null : (last - sentAt[0]) / 1e9;
  }
}
