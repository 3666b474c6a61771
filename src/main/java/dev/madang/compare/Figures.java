package dev.madang.compare;

import dev.madang.wire.Printable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a lane did with a workload. Times are milliseconds of a round trip.
///
/// @param failure one sentence when the lane did not work; then the rest says nothing
/// @param late answers that came after the workload's deadline
/// @param lost messages without an answer
/// @param p95Low and `p95High`: where the 95th percentile lies with 95 % confidence
/// @param jitter mean difference between neighbours
/// @param stall longest time without an arrival
/// @param mbps throughput, of a file
/// @param setup from nothing to the first answer
/// @param rpm round trips a minute under load
/// @param cpu microseconds of the server's processors for a message, both ways
/// @param wire bytes on the wire for a byte of payload, both ways
/// @param cdf delays at 1, 2, … 100 % of what came back
record Figures(
    Workload workload,
    Kind lane,
    @Nullable String failure,
    int sent,
    int late,
    int lost,
    double p50,
    double p95,
    double p95Low,
    double p95High,
    double p99,
    double jitter,
    double stall,
    @Nullable Double mbps,
    @Nullable Double setup,
    @Nullable Double rpm,
    @Nullable Double cpu,
    @Nullable Double wire,
    double[] cdf) {

  static Figures failed(Workload workload, Kind lane, String sentence) {
    // A server's words stand in it: they must not steer a terminal, nor fill a table.
    String plain = Printable.of(sentence);
    return new Figures(
        workload,
        lane,
        plain.length() > MOST_WORDS ? plain.substring(0, MOST_WORDS) + "…" : plain,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        null,
        null,
        null,
        null,
        new double[0]);
  }

  /// Only what a curve is drawn from.
  static Figures drawn(Workload workload, Kind lane, int sent, int lost, double[] cdf) {
    return new Figures(
        workload, lane, null, sent, 0, lost, 0, 0, 0, 0, 0, 0, 0, null, null, null, null, null,
        cdf);
  }

  static Figures of(Workload workload, Kind lane, Series series) {
    long[] delays = series.delays();
    long deadline = workload.deadline() * 1_000_000L;
    int late =
        workload.deadline() == 0
            ? 0
            : (int) Arrays.stream(delays).filter(delay -> delay > deadline).count();
    double[] cdf = new double[delays.length == 0 ? 0 : 100];
    for (int i = 0; i < cdf.length; i++) {
      cdf[i] = round(quantile(delays, (i + 1) / 100.0));
    }
    // The distribution-free interval of a quantile: ranks, counted from one, at ± 1.96 standard
    // deviations of a binomial, and the next above.
    double rank = 0.95 * delays.length;
    double spread = 1.96 * Math.sqrt(delays.length * 0.95 * 0.05);
    return new Figures(
        workload,
        lane,
        null,
        series.sent(),
        late,
        series.sent() - delays.length,
        round(quantile(delays, 0.5)),
        round(quantile(delays, 0.95)),
        round(at(delays, (int) Math.floor(rank - spread) - 1)),
        round(at(delays, (int) Math.ceil(rank + spread))),
        round(quantile(delays, 0.99)),
        round(series.jitter()),
        round(series.stall()),
        null,
        null,
        null,
        null,
        null,
        cdf);
  }

  Figures withThroughput(double megabits) {
    return with(round(megabits), setup, rpm, cpu, wire);
  }

  Figures withSetup(double milliseconds) {
    return with(mbps, round(milliseconds), rpm, cpu, wire);
  }

  Figures withRpm() {
    return with(mbps, setup, p50 == 0 ? null : (double) Math.round(60_000 / p50), cpu, wire);
  }

  Figures withCost(@Nullable Double microseconds, @Nullable Double bytes) {
    return with(mbps, setup, rpm, rounded(microseconds), rounded(bytes));
  }

  /// The same with other values of what only some workloads tell.
  private Figures with(
      @Nullable Double throughput,
      @Nullable Double connecting,
      @Nullable Double trips,
      @Nullable Double processor,
      @Nullable Double carried) {
    return new Figures(
        workload,
        lane,
        failure,
        sent,
        late,
        lost,
        p50,
        p95,
        p95Low,
        p95High,
        p99,
        jitter,
        stall,
        throughput,
        connecting,
        trips,
        processor,
        carried,
        cdf);
  }

  /// The share that arrived in time.
  double inTime() {
    return sent == 0 ? 0 : (double) (sent - late - lost) / sent;
  }

  /// Half the width of that share's 95 % interval (Agresti and Coull's).
  double inTimeSpread() {
    double n = sent + 4;
    double p = (sent - late - lost + 2) / n;
    return 1.96 * Math.sqrt(p * (1 - p) / n);
  }

  private static long quantile(long[] sorted, double q) {
    return at(sorted, (int) Math.ceil(q * sorted.length) - 1);
  }

  private static long at(long[] sorted, int index) {
    return sorted.length == 0 ? 0 : sorted[Math.clamp(index, 0, sorted.length - 1)];
  }

  private static double round(long nanos) {
    return round(nanos / 1e6);
  }

  private static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static @Nullable Double rounded(@Nullable Double value) {
    return value == null ? null : round(value);
  }

  private static final int MOST_WORDS = 200;
}
