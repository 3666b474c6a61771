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
  private int drained;
  private long queueThen;
  private long roundTrip = 200_000_000L;
  private boolean settled;
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
  /// @param idle whether much less is sent than could be
  /// @param sending bits per second that are sent
  /// @param newestSent when the newest packet of the feedback was sent
  void update(
      Usage usage,
      long throughput,
      Queueing queueing,
      boolean idle,
      long sending,
      long newestSent,
      long now) {
    settle(queueing, newestSent);
    change(usage);
    switch (state) {
      case HOLD -> drain(queueing, now);
      case INCREASE -> {
        increase(throughput, queueing.delay(), idle, now);
        drain(queueing, now);
      }
      case DECREASE -> {
        double carried = queueing.busyRate();
        double measured = carried >= 0 ? carried : throughput >= 0 ? throughput : bitrate;
        decrease(measured, queueing, sending, newestSent, now);
      }
    }
    updatedAt = now;
    bitrate = Math.clamp(bitrate, least, most);
  }

  void roundTrip(long nanoseconds) {
    roundTrip = nanoseconds;
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

  private void increase(long throughput, long queue, boolean idle, long now) {
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
    double more = capacity >= 0 ? additive() * seconds : multiplicative(seconds);
    bitrate = Math.min(bitrate + more, bound);
  }

  private double multiplicative(double seconds) {
    return Math.max(bitrate * (Math.pow(1.08, seconds) - 1), 1000);
  }

  /// "at most half a packet per response_time interval", which is "the round-trip time plus 100 ms
  /// as an estimate of over-use estimator and detector reaction time", and packets as of "a frame
  /// rate of 30 frames per second".
  private double additive() {
    double frame = bitrate / 30;
    double packet = frame / Math.ceil(frame / (1200 * 8));
    double responses = 1e9 / (roundTrip + 100_000_000L);
    return Math.max(0.5 * packet * responses, LEAST_INCREASE);
  }

  private void decrease(
      double measured, Queueing queueing, long sending, long newestSent, long now) {
    state = State.HOLD;
    // What was sent before we reacted says how far to go. What was sent since tells of a need to go
    // on only when it waits longer than what was sent first.
    boolean before = everDecreased && newestSent - decreasedAt < 0;
    boolean grew = settled && queueing.latest() > queueThen + GROWTH;
    if (!before && decreasedWithin(LONGEST_REACTION, now) && !grew) {
      return;
    }
    // "beta is typically chosen to be in the interval [0.8, 0.95], 0.85 is the RECOMMENDED value".
    // A long queue wants less, or it would stand for seconds.
    double less = (queueing.delay() > LONG_QUEUE ? 0.7 : 0.85) * measured;
    if (less > bitrate && capacity >= 0) {
      less = 0.85 * capacity * 1e3;
    }
    if (bitrate > 1.5 * measured && queueing.delay() < SHORT_QUEUE && !grew) {
      // The estimate was far above what was sent: it was wrong, and what is sent perhaps is not.
      less = Math.max(measured, (double) sending);
    }
    lower(less, queueing);
    if (!before) {
      learn(measured / 1e3);
      decreased(now);
    }
  }

  private void decreased(long now) {
    decreasedAt = now;
    everDecreased = true;
    settled = false;
  }

  /** Notes how long the first packets waited that were sent after the estimate fell. */
  private void settle(Queueing queueing, long newestSent) {
    if (everDecreased && !settled && newestSent - decreasedAt > SETTLING) {
      settled = true;
      queueThen = queueing.latest();
    }
  }

  /// A queue that stands without growing says nothing to the detector, and yet it delays. Less is
  /// sent until it shrinks; when that changes nothing it is another's.
  private void drain(Queueing queueing, long now) {
    if (queueing.delay() < LONG_QUEUE) {
      drained = 0;
      return;
    }
    if (decreasedWithin(DRAIN, now)) {
      return;
    }
    boolean shrinks = settled && queueing.latest() < 0.9 * queueThen;
    decreased(now);
    if (shrinks) {
      return;
    }
    if (drained++ == MOST_DRAINS) {
      drained = 0;
      queueing.accept();
      return;
    }
    lower(0.85 * bitrate, queueing);
  }

  /// Whoever fills the queue for himself, as downloads do, would take all from who gives way. So
  /// delays alone do not take the last: one small picture with its sound.
  private void lower(double less, Queueing queueing) {
    double last = queueing.delay() < UNBEARABLE ? LAST : least;
    bitrate = Math.min(bitrate, Math.max(less, last));
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
  private static final double LAST = 200_000;
  private static final long UNBEARABLE = 400_000_000L;
  private static final long SHORT_QUEUE = 60_000_000L;
  private static final long LONG_QUEUE = 100_000_000L;
  private static final long GROWTH = 25_000_000L;
  private static final long SETTLING = 100_000_000L;
  private static final long LONGEST_REACTION = 1_000_000_000L;
  private static final long DRAIN = 500_000_000L;
  private static final int MOST_DRAINS = 4;
}
