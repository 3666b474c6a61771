package dev.madang.room.bandwidth;

/// The delay-based estimate: additive increase, multiplicative decrease (draft-ietf-rmcat-gcc-02
/// §5.5).
///
/// ```
///             Hold       Increase   Decrease
/// over-use    Decrease   Decrease
/// normal      Increase              Hold
/// under-use              Hold       Hold
/// ```
final class RateControl {
  private enum State {
    HOLD,
    INCREASE,
    DECREASE
  }

  private final double least;
  private final double most;
  private State state = State.INCREASE;
  private double bitrate;
  private long updatedAt;
  private long decreasedAt;
  private boolean everDecreased;
  private double capacity = -1;
  private double deviation = FIRST_DEVIATION;

  RateControl(Limits limits, long now) {
    least = limits.least();
    most = limits.most();
    bitrate = limits.start();
    updatedAt = now;
  }

  /// Takes what one feedback says.
  ///
  /// @param throughput bits per second that arrive, -1 = not known
  /// @param queue nanoseconds that packets wait
  /// @param idle whether much less is sent than could be
  void update(Usage usage, long throughput, long queue, boolean idle, long roundTrip, long now) {
    change(usage);
    switch (state) {
      case HOLD -> {}
      case INCREASE -> increase(throughput, queue, idle, roundTrip, now);
      case DECREASE -> decrease(throughput, queue, roundTrip, now);
    }
    updatedAt = now;
    bitrate = Math.clamp(bitrate, least, most);
  }

  private void change(Usage usage) {
    state =
        switch (usage) {
          case OVER -> State.DECREASE;
          case UNDER -> State.HOLD;
          case NORMAL ->
              switch (state) {
                case HOLD, INCREASE -> State.INCREASE;
                case DECREASE -> State.HOLD;
              };
        };
  }

  private void increase(long throughput, long queue, boolean idle, long roundTrip, long now) {
    if (throughput >= 0 && capacity >= 0 && throughput / 1e3 > capacity + 3 * spread()) {
      // "we assume that the current congestion level has changed, at which point we reset the
      // average max bitrate and go back to the multiplicative increase state".
      capacity = -1;
    }
    // What is not sent cannot be tested: an idle path's estimate grows by probes alone. "A_hat(i) <
    // 1.5 * R_hat(i)".
    double bound = throughput >= 0 ? 1.5 * throughput + 10_000 : Double.MAX_VALUE;
    if (idle || bitrate >= bound || queue > BUSY_QUEUE) {
      return;
    }
    double seconds = Math.min(now - updatedAt, 1_000_000_000L) / 1e9;
    double more = capacity >= 0 ? additive(roundTrip) * seconds : multiplicative(seconds);
    bitrate = Math.min(bitrate + more, bound);
  }

  private double multiplicative(double seconds) {
    return Math.max(bitrate * (Math.pow(1.08, seconds) - 1), 1000);
  }

  /// "at most half a packet per response_time interval", which is "the round-trip time plus 100 ms
  /// as an estimate of over-use estimator and detector reaction time", and packets as of "a frame
  /// rate of 30 frames per second".
  private double additive(long roundTrip) {
    double frame = bitrate / 30;
    double packet = frame / Math.ceil(frame / (1200 * 8));
    double responses = 1e9 / (roundTrip + 100_000_000L);
    return Math.max(0.5 * packet * responses, LEAST_INCREASE);
  }

  private void decrease(long throughput, long queue, long roundTrip, long now) {
    if (everDecreased
        && now - decreasedAt < Math.clamp(roundTrip, 10_000_000L, 200_000_000L)
        && throughput > 0.5 * bitrate) {
      return;
    }
    double measured = throughput >= 0 ? throughput : bitrate;
    // Beta: "0.85 is the RECOMMENDED value"; a long queue wants more, or it would stand for
    // seconds.
    double beta = queue > LONG_QUEUE ? 0.7 : 0.85;
    double less = beta * measured;
    if (less > bitrate && capacity >= 0) {
      less = beta * capacity * 1e3;
    }
    if (throughput >= 0) {
      learn(throughput / 1e3);
    }
    bitrate = Math.min(bitrate, less);
    decreasedAt = now;
    everDecreased = true;
    state = State.HOLD;
  }

  /** "an exponential moving average with the smoothing factor 0.95". */
  private void learn(double kilobits) {
    if (capacity >= 0 && kilobits < capacity - 3 * spread()) {
      capacity = -1;
    }
    capacity = capacity < 0 ? kilobits : 0.95 * capacity + 0.05 * kilobits;
    double error = capacity - kilobits;
    deviation = 0.95 * deviation + 0.05 * error * error / Math.max(capacity, 1);
    deviation = Math.clamp(deviation, 0.4, 2.5);
  }

  private double spread() {
    return Math.sqrt(deviation * capacity);
  }

  /** A probe showed what the path carries. */
  void probed(long found, long now) {
    bitrate = Math.clamp((double) found, least, most);
    updatedAt = now;
  }

  /** Losses say that it carries no more than this: more is for a probe to show. */
  void lossLimited(long limit) {
    bitrate = Math.max(Math.min(bitrate, LOSS_SLACK * limit), least);
  }

  /** Nothing is heard from the receiver. */
  void silence() {
    bitrate = Math.max(bitrate * 0.7, least);
  }

  long bitrate() {
    return (long) bitrate;
  }

  /** Whether it fell within so many nanoseconds. */
  boolean decreasedWithin(long span, long now) {
    return everDecreased && now - decreasedAt < span;
  }

  private static final double FIRST_DEVIATION = 0.4;
  private static final double LOSS_SLACK = 1.1;
  private static final double LEAST_INCREASE = 4_000;
  private static final long BUSY_QUEUE = 100_000_000L;
  private static final long LONG_QUEUE = 100_000_000L;
}
