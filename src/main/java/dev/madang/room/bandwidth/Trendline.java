package dev.madang.room.bandwidth;

/// Whether delay grows: the slope of a line through the smoothed delays of the last groups, against
/// a threshold that adapts to how noisy the path is.
///
/// The filter is the one that libwebrtc puts in place of the draft's Kalman filter; detector and
/// threshold are those of draft-ietf-rmcat-gcc-02 §5.4. Milliseconds throughout, as the published
/// constants are.
final class Trendline {
  private final double[] times = new double[WINDOW];
  private final double[] delays = new double[WINDOW];
  private int count;
  private int next;
  private boolean begun;
  private long firstAt;
  private long lastAt;
  private double accumulated;
  private double smoothed;
  private int groups;

  private double threshold = FIRST_THRESHOLD;
  private double previousTrend;
  private double overFor = -1;
  private int overCount;
  private Usage usage = Usage.NORMAL;

  /// Takes what a group brought.
  ///
  /// @param at when it arrived, by the receiver's clock in nanoseconds
  void add(long sentDelta, long arrivalDelta, long at) {
    if (!begun) {
      begun = true;
      firstAt = at;
      lastAt = at;
    }
    groups = Math.min(groups + 1, MOST_GROUPS);
    accumulated += (arrivalDelta - sentDelta) / 1e6;
    smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * accumulated;
    times[next] = (at - firstAt) / 1e6;
    delays[next] = smoothed;
    next = (next + 1) % WINDOW;
    count = Math.min(count + 1, WINDOW);
    double trend = count == WINDOW ? slope() : previousTrend;
    detect(trend, sentDelta / 1e6, (at - lastAt) / 1e6);
    lastAt = at;
  }

  /** Least squares. */
  private double slope() {
    double meanTime = 0;
    double meanDelay = 0;
    for (int i = 0; i < count; i++) {
      meanTime += times[i];
      meanDelay += delays[i];
    }
    meanTime /= count;
    meanDelay /= count;
    double along = 0;
    double square = 0;
    for (int i = 0; i < count; i++) {
      double time = times[i] - meanTime;
      along += time * (delays[i] - meanDelay);
      square += time * time;
    }
    return square == 0 ? previousTrend : along / square;
  }

  private void detect(double trend, double sentDelta, double elapsed) {
    if (groups < 2) {
      usage = Usage.NORMAL;
      return;
    }
    double scaled = Math.min(groups, MOST_GROUPS) * trend * GAIN;
    if (scaled > threshold) {
      overFor = overFor < 0 ? sentDelta / 2 : overFor + sentDelta;
      overCount++;
      // "However, if m(i) < m(i-1), over-use will not be signaled even if all the above conditions
      // are met."
      if (overFor > OVER_LONG_ENOUGH && overCount > 1 && trend >= previousTrend) {
        overFor = 0;
        overCount = 0;
        usage = Usage.OVER;
      }
    } else {
      overFor = -1;
      overCount = 0;
      usage = scaled < -threshold ? Usage.UNDER : Usage.NORMAL;
    }
    previousTrend = trend;
    adapt(Math.abs(scaled), elapsed);
  }

  /// gcc-02 §5.4: "del_var_th(i) = del_var_th(i-1) + (t(i)-t(i-1)) * K(i) *
  /// (|m(i)|-del_var_th(i-1))" and "del_var_th(i) SHOULD NOT be updated if this condition holds:
  /// |m(i)| - del_var_th(i) > 15".
  private void adapt(double magnitude, double elapsed) {
    if (magnitude > threshold + LEAP) {
      return;
    }
    double k = magnitude < threshold ? FALL : RISE;
    double step = Math.clamp(elapsed, 0, LONGEST_STEP);
    threshold =
        Math.clamp(threshold + k * (magnitude - threshold) * step, LEAST_THRESHOLD, MOST_THRESHOLD);
  }

  Usage usage() {
    return usage;
  }

  /** Starts anew, with the threshold that the path has taught. */
  void reset() {
    begun = false;
    count = 0;
    next = 0;
    groups = 0;
    accumulated = 0;
    smoothed = 0;
    previousTrend = 0;
    overFor = -1;
    overCount = 0;
    usage = Usage.NORMAL;
  }

  private static final int WINDOW = 20;
  private static final int MOST_GROUPS = 60;
  private static final double SMOOTHING = 0.9;
  private static final double GAIN = 4;
  private static final double OVER_LONG_ENOUGH = 10;
  private static final double FIRST_THRESHOLD = 12.5;
  private static final double LEAST_THRESHOLD = 6;
  private static final double MOST_THRESHOLD = 600;
  private static final double LEAP = 15;
  private static final double LONGEST_STEP = 100;
  private static final double RISE = 0.0087;
  private static final double FALL = 0.039;
}
