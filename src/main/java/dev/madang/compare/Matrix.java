package dev.madang.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What was measured across many networks, each several times. Immutable.
///
/// @param system on what it was measured
/// @param partial whether it was stopped before its end
record Matrix(String system, boolean partial, List<Cell> cells) {
  static final Matrix EMPTY = new Matrix("", false, List.of());

  /// One workload across one network.
  ///
  /// @param loss the chance of each packet, in per cent
  /// @param rtt milliseconds
  /// @param seconds that each round lasted, on all lanes together
  /// @param madang the version that measured
  /// @param at when, ISO 8601
  record Cell(
      String workload,
      double loss,
      int rtt,
      double seconds,
      String madang,
      String at,
      List<Round> rounds) {

    boolean is(String what, double share, int trip) {
      return workload.equals(what) && loss == share && rtt == trip;
    }

    /// Of every round in which the lane worked; null when it never did, or has no such figure.
    @Nullable Spread spread(Kind lane, Function<Outcome, @Nullable Double> figure) {
      List<Double> values = new ArrayList<>();
      for (Round round : rounds) {
        Outcome outcome = round.lanes().get(lane.word());
        Double value = outcome == null ? null : figure.apply(outcome);
        if (value != null) {
          values.add(value);
        }
      }
      return values.isEmpty() ? null : Spread.of(values);
    }

    Stream<Kind> lanes() {
      return Stream.of(Kind.values())
          .filter(
              each -> rounds.stream().anyMatch(round -> round.lanes().containsKey(each.word())));
    }

    /// Whether bare datagrams took much longer than the network makes them: then the machine was
    /// busy, and all others were late by it too.
    boolean isNoisy() {
      Spread control = spread(Kind.UDP, Outcome::p99);
      return control != null && control.median() > rtt + NOISE_MILLIS;
    }

    /// The lanes by their 95th percentile, those between which there is no difference together:
    /// whose ranges overlap the range of the first of them, or lie within a tenth and 2 ms.
    List<List<Kind>> order() {
      List<Kind> sorted =
          lanes()
              .filter(each -> spread(each, Outcome::p95) != null)
              .sorted(Comparator.comparingDouble(each -> p95(each).median()))
              .toList();
      List<List<Kind>> groups = new ArrayList<>();
      double same = -1;
      for (Kind lane : sorted) {
        Spread its = p95(lane);
        if (groups.isEmpty() || its.least() > same) {
          groups.add(new ArrayList<>());
          same = Math.max(its.most(), its.median() * 1.1) + 2;
        }
        groups.getLast().add(lane);
      }
      return groups;
    }

    private Spread p95(Kind lane) {
      Spread spread = spread(lane, Outcome::p95);
      return spread == null ? new Spread(0, 0, 0) : spread;
    }
  }

  /// All lanes at the same time.
  record Round(long seed, Map<String, Outcome> lanes) {}

  /// What one lane did; what the workload does not tell is null.
  ///
  /// @param late later than [#late] allows
  /// @param cdf of the first round only
  record Outcome(
      int sent,
      int late,
      int lost,
      @Nullable Double p50,
      @Nullable Double p95,
      @Nullable Double p99,
      @Nullable Double stall,
      @Nullable Double setup,
      @Nullable Double mbps,
      double @Nullable [] cdf) {

    @Nullable Double lateShare() {
      return sent == 0 ? null : 100.0 * late / sent;
    }

    @Nullable Double lostShare() {
      return sent == 0 ? null : 100.0 * lost / sent;
    }
  }

  /// The median of some runs, and from where to where they lie.
  record Spread(double median, double least, double most) {
    static Spread of(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      int half = sorted.size() / 2;
      double median =
          sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
      return new Spread(median, sorted.getFirst(), sorted.getLast());
    }
  }

  /// Milliseconds after which an answer is late where a round trip takes so long.
  static int late(int rtt) {
    return rtt + 100;
  }

  /// The same with a cell added, or in the place of the one that was there; in order.
  Matrix with(Cell cell, String on, boolean stopped) {
    List<Cell> all = new ArrayList<>(cells);
    all.removeIf(each -> each.is(cell.workload(), cell.loss(), cell.rtt()));
    all.add(cell);
    all.sort(
        Comparator.comparing(Cell::workload)
            .thenComparingInt(Cell::rtt)
            .thenComparingDouble(Cell::loss));
    return new Matrix(on, stopped, List.copyOf(all));
  }

  List<Cell> of(String workload) {
    return cells.stream().filter(each -> each.workload().equals(workload)).toList();
  }

  @Nullable Cell find(String workload, double loss, int rtt) {
    return cells.stream().filter(each -> each.is(workload, loss, rtt)).findFirst().orElse(null);
  }

  List<Integer> trips(String workload) {
    return of(workload).stream().map(Cell::rtt).distinct().sorted().toList();
  }

  List<Double> losses(String workload) {
    return of(workload).stream().map(Cell::loss).distinct().sorted().toList();
  }

  /// A line for each cell, so that a difference can be read.
  String json() {
    return "{\"system\":%s,\"partial\":%s,\"cells\":[\n%s\n]}\n"
        .formatted(
            JSON.writeValueAsString(system),
            partial,
            String.join(",\n", cells.stream().map(JSON::writeValueAsString).toList()));
  }

  static Matrix parse(String json) {
    return JSON.readValue(json, Matrix.class);
  }

  private static final int NOISE_MILLIS = 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(each ->
              each.withValueInclusion(
                  com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL))
          .build();
}
