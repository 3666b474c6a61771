package dev.madang.room.bandwidth;

/// What losses say. A path loses some packets whatever is sent (a radio), and of what is sent above
/// its capacity it loses the excess (a short queue). For each of a few candidate capacities the
/// likelihood of the last seconds' losses is computed with the inherent loss that fits best; the
/// likeliest wins, and of equals the highest. The idea is that of libwebrtc's second loss-based
/// estimator.
///
/// Whatever the likelihood says, much loss leaves no room for much: above 5 % the estimate is at
/// most `75 kb/s / (loss - 0.05)`: 7.5 Mb/s at 6 %, 1.5 Mb/s at 10 %, 500 kb/s at 20 %.
final class LossControl {
  // A ring of observations, each of about a quarter of a second.
  private final double[] rates = new double[OBSERVATIONS];
  private final int[] lost = new int[OBSERVATIONS];
  private final int[] arrived = new int[OBSERVATIONS];
  private int count;
  private int next;

  private boolean open;
  private long firstSent;
  private long lastSent;
  private long bytes;
  private int lostNow;
  private int arrivedNow;

  private double inherent = LEAST_INHERENT;
  private double average;
  private double limit = NONE;

  /** Of a packet it is known that it arrived. */
  void arrived(long sent, int size) {
    note(sent, size);
    arrivedNow++;
  }

  /** Of a packet it is said that it did not arrive. */
  void lost(long sent, int size) {
    note(sent, size);
    lostNow++;
  }

  /** A packet that was said to be lost came after all. */
  void found() {
    if (lostNow > 0) {
      lostNow--;
      arrivedNow++;
    }
  }

  /** Nobody will say whether a packet arrived. */
  void untold(long sent, int size) {
    note(sent, size);
  }

  private void note(long sent, int size) {
    if (!open) {
      open = true;
      firstSent = sent;
      lastSent = sent;
    }
    lastSent = Math.max(lastSent, sent);
    bytes += size;
  }

  /// The packets of one feedback were told.
  ///
  /// @param estimate bits per second by the delays
  /// @param throughput that arrive, -1 = not known
  /// @return true when an observation was completed
  boolean update(long estimate, long throughput) {
    if (!open || lastSent - firstSent < OBSERVED || lostNow + arrivedNow < LEAST_PACKETS) {
      return false;
    }
    rates[next] = bytes * 8e9 / (lastSent - firstSent);
    lost[next] = lostNow;
    arrived[next] = arrivedNow;
    next = (next + 1) % OBSERVATIONS;
    count = Math.min(count + 1, OBSERVATIONS);
    open = false;
    bytes = 0;
    lostNow = 0;
    arrivedNow = 0;
    average = weighLosses();
    if (limit == NONE && average < TRIFLE) {
      return true;
    }
    choose((double) estimate, (double) throughput);
    return true;
  }

  private double weighLosses() {
    double losses = 0;
    double all = 0;
    double weight = 1;
    for (int i = 1; i <= count; i++, weight *= FADING) {
      int at = (next - i + OBSERVATIONS) % OBSERVATIONS;
      losses += weight * lost[at];
      all += weight * (lost[at] + arrived[at]);
    }
    return losses / all;
  }

  private void choose(double estimate, double throughput) {
    double from = Math.min(limit, estimate);
    double best = from;
    double bestScore = score(from);
    for (int i = 0; i < 4; i++) {
      double candidate =
          switch (i) {
            case 0 -> 1.05 * from;
            case 1 -> 0.95 * from;
            case 2 -> throughput;
            default -> average < MUCH ? estimate : from;
          };
      if (candidate <= 0) {
        continue;
      }
      candidate = Math.min(candidate, estimate);
      double score = score(candidate);
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    score(best);
    best = Math.min(best, ceiling());
    limit = best >= estimate ? NONE : best;
  }

  private double ceiling() {
    return average > TOLERATED ? BALANCE / (average - TOLERATED) : NONE;
  }

  /// The likelihood of a capacity, a little in favour of a high one. Leaves the inherent loss that
  /// fits it best.
  private double score(double capacity) {
    double most = TOLERATED + BALANCE / capacity;
    double low = LEAST_INHERENT;
    double high = Math.min(most, 0.5);
    // It has one hill: narrow it down.
    for (int i = 0; i < NARROWINGS; i++) {
      double a = low + (high - low) * 0.382;
      double b = low + (high - low) * 0.618;
      if (likelihood(capacity, a) < likelihood(capacity, b)) {
        low = a;
      } else {
        high = b;
      }
    }
    inherent = (low + high) / 2;
    return likelihood(capacity, inherent) + BIAS * Math.log(capacity) * weighed();
  }

  private double likelihood(double capacity, double inherent) {
    double sum = 0;
    double weight = 1;
    for (int i = 1; i <= count; i++, weight *= FADING) {
      int at = (next - i + OBSERVATIONS) % OBSERVATIONS;
      double excess = Math.max(0, (rates[at] - capacity) / rates[at]);
      double p = Math.clamp(inherent + (1 - inherent) * excess, LEAST_INHERENT, 0.999);
      sum += weight * (lost[at] * Math.log(p) + arrived[at] * Math.log(1 - p));
    }
    return sum;
  }

  private double weighed() {
    double all = 0;
    double weight = 1;
    for (int i = 1; i <= count; i++, weight *= FADING) {
      int at = (next - i + OBSERVATIONS) % OBSERVATIONS;
      all += weight * (lost[at] + arrived[at]);
    }
    return all;
  }

  /// RFC 3550 receiver reports, from a receiver that sends no transport-wide feedback; the rule of
  /// draft-ietf-rmcat-gcc-02 §6: "If 2-10% of the packets have been lost since the previous report
  /// from the receiver, the sender available bandwidth estimate As_hat(i) will be kept unchanged";
  /// above it becomes `As_hat(i-1)(1-0.5p)`, below `1.05(As_hat(i-1))`.
  static double report(double estimate, double loss) {
    if (loss > 0.1) {
      return estimate * (1 - 0.5 * loss);
    }
    return loss < 0.02 ? estimate * 1.05 : estimate;
  }

  /** A probe showed that the path carries so much. */
  void probed(long found) {
    if (limit < found) {
      limit = found;
    }
  }

  /** Bits per second at most; `Long.MAX_VALUE` = losses say nothing. */
  long limit() {
    return (long) limit;
  }

  /** The share that was lost lately, 0-1. */
  double average() {
    return average;
  }

  private static final double NONE = Double.MAX_VALUE;
  private static final int OBSERVATIONS = 20;
  private static final long OBSERVED = 250_000_000L;
  private static final int LEAST_PACKETS = 3;
  private static final double FADING = 0.9;
  private static final double LEAST_INHERENT = 1e-3;
  private static final double TOLERATED = 0.05;
  private static final double BALANCE = 75_000;
  private static final double TRIFLE = 0.01;
  private static final double MUCH = 0.05;
  private static final double BIAS = 0.02;
  private static final int NARROWINGS = 8;
}
