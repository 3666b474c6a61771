package dev.madang.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// Which lanes suit a workload best: all between which the figures show no difference.
///
/// @param best in the order of the table
/// @param all whether that is every lane that worked
/// @param others those that lose or are late, with how much
record Verdict(Workload workload, List<Figures> best, boolean all, List<Figures> others) {

  static List<Verdict> of(List<Figures> figures) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Workload workload : figures.stream().map(Figures::workload).distinct().toList()) {
      List<Figures> worked =
          figures.stream()
              .filter(each -> each.workload().equals(workload) && each.failure() == null)
              // Stopped before it began, it says nothing.
              .filter(each -> each.sent() > 0 || each.setup() != null)
              .toList();
      if (!worked.isEmpty()) {
        verdicts.add(of(workload, worked));
      }
    }
    return verdicts;
  }

  private static Verdict of(Workload workload, List<Figures> worked) {
    List<Figures> usable = workload.needsAll() ? whole(worked) : worked;
    List<Figures> best =
        switch (workload.shape()) {
          case BULK -> near(usable, each -> -orZero(each.mbps()), 0.2, 0);
          case CONNECT -> near(worked, each -> orZero(each.setup()), 0.2, 5);
          case TOGETHER, IN_TURN, LOADED -> quickest(usable);
        };
    List<Figures> others =
        worked.stream()
            .filter(each -> !best.contains(each) && each.inTime() < ALMOST_ALL)
            .filter(each -> workload.deadline() > 0)
            .toList();
    return new Verdict(workload, best, best.size() == worked.size(), others);
  }

  /// Those that brought all of it; one that gives messages up was only lucky, where there are
  /// others.
  private static List<Figures> whole(List<Figures> worked) {
    List<Figures> all = worked.stream().filter(each -> each.lost() == 0).toList();
    List<Figures> sure = all.stream().filter(each -> each.lane().isReliable()).toList();
    return sure.isEmpty() ? all : sure;
  }

  /// Those within a share, and an absolute distance, of the lowest.
  private static List<Figures> near(
      List<Figures> among, ToDoubleFunction<Figures> value, double share, double distance) {
    double least = among.stream().mapToDouble(value).min().orElse(0);
    double most = least + Math.max(Math.abs(least) * share, distance);
    return among.stream().filter(each -> value.applyAsDouble(each) <= most).toList();
  }

  /// First by what arrived in time, then by the 95th percentile; what lies within the other's
  /// interval is no difference.
  private static List<Figures> quickest(List<Figures> usable) {
    if (usable.isEmpty()) {
      return List.of();
    }
    Figures most = usable.stream().max(Comparator.comparingDouble(Figures::inTime)).orElseThrow();
    List<Figures> inTime =
        usable.stream()
            .filter(
                each -> most.inTime() - each.inTime() <= most.inTimeSpread() + each.inTimeSpread())
            .toList();
    Figures fastest = inTime.stream().min(Comparator.comparingDouble(Figures::p95)).orElseThrow();
    double same = Math.max(fastest.p95High(), fastest.p95() * 1.1) + SAME_MILLIS;
    return inTime.stream().filter(each -> each.p95Low() <= same).toList();
  }

  private static double orZero(@org.jspecify.annotations.Nullable Double value) {
    return value == null ? 0 : value;
  }

  /// One sentence for people.
  String sentence(boolean korean) {
    String name = Words.workload(workload, korean);
    String lanes =
        best.stream()
            .map(each -> Words.lane(each.lane(), korean))
            .collect(Collectors.joining(", "));
    String first =
        best.isEmpty()
            ? korean ? name + ": 모두 온전히 전한 방식이 없습니다" : name + ": nothing brought all of it"
            : nothingServes()
                ? korean
                    ? name + ": 쓸 만한 방식이 없습니다. 가장 나은 것은 " + lanes + why(true)
                    : name + ": nothing serves here; the best is " + lanes + why(false)
                : all && best.size() > 1
                    ? korean
                        ? name + ": 차이가 없습니다 (" + lanes + ")"
                        : name + ": no difference (" + lanes + ")"
                    : name + ": " + lanes + why(korean);
    String rest =
        others.stream()
            .limit(MOST_OTHERS)
            .map(each -> shortcoming(each, korean))
            .collect(Collectors.joining("; "));
    return rest.isEmpty() ? first + "." : first + "; " + rest + ".";
  }

  /// Whether even the best brought too little in time to be used.
  private boolean nothingServes() {
    return workload.deadline() > 0 && best.stream().noneMatch(each -> each.inTime() >= GOOD_ENOUGH);
  }

  private String why(boolean korean) {
    Figures one = best.stream().min(Comparator.comparingDouble(Figures::inTime)).orElseThrow();
    return switch (workload.shape()) {
      case BULK -> " (%.0f Mb/s)".formatted(orZero(one.mbps()));
      case CONNECT -> " (%.0f ms)".formatted(orZero(one.setup()));
      case TOGETHER, IN_TURN, LOADED ->
          korean
              ? " (%.1f %%가 %d ms 안에 도착)".formatted(one.inTime() * 100, workload.deadline())
              : " (%.1f %% within %d ms)".formatted(one.inTime() * 100, workload.deadline());
    };
  }

  private static String shortcoming(Figures each, boolean korean) {
    String lane = Words.lane(each.lane(), korean);
    double late = 100.0 * each.late() / each.sent();
    double lost = 100.0 * each.lost() / each.sent();
    if (each.lost() == 0) {
      return (korean
              ? "%s: 잃은 것은 없지만 %.1f %%가 늦었습니다"
              : "%s loses nothing, but %.1f %% came too late")
          .formatted(lane, late);
    }
    return (korean
            ? "%s: %.1f %%를 잃고 %.1f %%가 늦었습니다"
            : "%s loses %.1f %%, and %.1f %% came too late")
        .formatted(lane, lost, late);
  }

  @Override
  public String toString() {
    return sentence(false);
  }

  private static final double ALMOST_ALL = 0.99;
  private static final double GOOD_ENOUGH = 0.9;
  private static final double SAME_MILLIS = 2;
  private static final int MOST_OTHERS = 3;
}
