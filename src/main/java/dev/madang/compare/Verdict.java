package dev.madang.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which lanes suit a workload best: the best, and all between which and it the figures show no
/// difference. `web/ui/src/compare/verdict.ts` has the same rule, and `docs/compare.md` says it.
///
/// @param best the best first, and the others by what they are measured by
/// @param all whether that is every lane that worked
/// @param others those that lost or were late, and those that look better than the best and are not
record Verdict(Workload workload, List<Figures> best, boolean all, List<Figures> others) {

  static List<Verdict> of(List<Figures> figures) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Workload workload : figures.stream().map(Figures::workload).distinct().toList()) {
      List<Figures> worked =
          figures.stream()
              .filter(each -> each.workload().equals(workload) && each.failure() == null)
              // Stopped before it began, it says nothing.
              .filter(each -> each.sent() > 0 || each.setup() != null)
              .sorted(Comparator.comparingDouble(Verdict::value))
              .toList();
      if (!worked.isEmpty()) {
        verdicts.add(of(workload, worked));
      }
    }
    return verdicts;
  }

  /// @param worked sorted by their values
  private static Verdict of(Workload workload, List<Figures> worked) {
    List<Figures> able = timely(whole(workload, worked));
    Figures first = able.isEmpty() ? null : able.getFirst();
    List<Figures> best =
        first == null ? List.of() : able.stream().filter(each -> isLike(each, first)).toList();
    List<Figures> others =
        worked.stream()
            .filter(each -> !best.contains(each))
            .filter(each ->
                first == null
                    || value(each) < value(first)
                    || (workload.deadline() > 0 && each.inTime() < ALMOST_ALL))
            .toList();
    return new Verdict(workload, best, best.size() == worked.size(), others);
  }

  /// By what a lane is measured; less is better.
  private static double value(Figures each) {
    return switch (each.workload().shape()) {
      case BULK -> -orZero(each.mbps());
      case CONNECT -> orZero(each.setup());
      case TOGETHER, IN_TURN, LOADED ->
          each.cdf().length == 0 ? Double.POSITIVE_INFINITY : each.p95();
    };
  }

  /// Where all has to arrive those that brought it; one that gives messages up was only lucky,
  /// where there are others.
  private static List<Figures> whole(Workload workload, List<Figures> worked) {
    if (!workload.needsAll() || workload.shape() == Workload.Shape.CONNECT) {
      return worked;
    }
    List<Figures> all = worked.stream().filter(each -> each.lost() == 0).toList();
    List<Figures> sure = all.stream().filter(each -> each.lane().isReliable()).toList();
    return sure.isEmpty() ? all : sure;
  }

  /// Those whose share in time is no less than the greatest: whose interval overlaps its interval.
  private static List<Figures> timely(List<Figures> able) {
    Figures most = able.stream().max(Comparator.comparingDouble(Figures::inTime)).orElse(null);
    return most == null
        ? List.of()
        : able.stream()
            .filter(
                each -> most.inTime() - each.inTime() <= most.inTimeSpread() + each.inTimeSpread())
            .toList();
  }

  /// Whether the figures show no difference from the first, which has the least value: the
  /// intervals overlap, or what lies between is too little to matter.
  private static boolean isLike(Figures each, Figures first) {
    return switch (each.workload().shape()) {
      case BULK -> value(each) <= value(first) * 0.8;
      case CONNECT -> value(each) <= value(first) + Math.max(value(first) * 0.2, 5);
      case TOGETHER, IN_TURN, LOADED ->
          (each.cdf().length == 0 ? value(each) : each.p95Low())
              <= Math.max(first.p95High(), value(first) * 1.1 + 2);
    };
  }

  private static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }

  /// For people, in one sentence or, in Korean, some.
  String sentence(boolean korean) {
    List<String> clauses = new ArrayList<>();
    List<Figures> alike = best.stream().skip(1).toList();
    if (best.isEmpty()) {
      clauses.add(korean ? "모두 온전히 전한 방식이 없어요" : "nothing brought all of it");
    } else if (all && !alike.isEmpty() && !nothingServes()) {
      clauses.add(
          (korean ? "%s 방식 사이에 차이가 없어요" : "there is no difference between %s")
              .formatted(list(best, korean)));
    } else {
      String first = lane(best.getFirst(), korean);
      String has = figures(best.getFirst(), korean);
      if (nothingServes()) {
        // None is good, so none is best.
        clauses.add(korean ? "쓸 만한 방식이 없어요" : "nothing serves here");
        clauses.add(
            (korean ? "그나마 %s 방식이 기준에 가장 가까워요 (%s)" : "%s comes nearest (%s)")
                .formatted(first, has));
      } else {
        clauses.add((korean ? "%s 방식이 가장 나아요 (%s)" : "%s is best (%s)").formatted(first, has));
      }
      if (!alike.isEmpty()) {
        clauses.add(
            (korean
                    ? "%s 방식과는 차이가 없어요"
                    : alike.size() == 1 ? "%s is no different" : "%s are no different")
                .formatted(list(alike, korean)));
      }
    }
    List<Figures> lucky =
        others.stream().filter(each -> each.lost() == 0 && each.late() == 0).toList();
    if (!lucky.isEmpty()) {
      clauses.add(
          (korean
                  ? "%s 방식은 더 빨랐지만 메시지를 포기하기도 해요"
                  : lucky.size() == 1
                      ? "%s was quicker, but gives messages up"
                      : "%s were quicker, but give messages up")
              .formatted(list(lucky, korean)));
    }
    others.stream()
        .filter(each -> !lucky.contains(each))
        .limit(MOST_OTHERS)
        .forEach(each -> clauses.add(shortcoming(each, korean)));
    return Words.workload(workload, korean)
        + ": "
        + String.join(korean ? ". " : "; ", clauses)
        + ".";
  }

  /// Whether even the best brought too little in time to be used.
  private boolean nothingServes() {
    return workload.deadline() > 0 && best.stream().noneMatch(each -> each.inTime() >= GOOD_ENOUGH);
  }

  /// Of the best its own, not those of another.
  private String figures(Figures first, boolean korean) {
    return switch (workload.shape()) {
      case BULK -> number("%.0f Mb/s", orZero(first.mbps()));
      case CONNECT -> number("%.0f ms", orZero(first.setup()));
      case TOGETHER, IN_TURN, LOADED ->
          (korean ? "%2$d ms 안에 %1$s" : "%s within %d ms")
                  .formatted(number("%.1f %%", 100 * first.inTime()), workload.deadline())
              + (first.cdf().length == 0 ? "" : number(", p95 %.1f ms", first.p95()));
    };
  }

  /// Nothing is said of what is nothing.
  private static String shortcoming(Figures each, boolean korean) {
    String lost = share(each.lost(), each.sent());
    String late = share(each.late(), each.sent());
    String said =
        each.late() == 0
            ? korean ? "%s 방식은 %s를 잃었어요" : "%s lost %s"
            : each.lost() == 0
                ? korean ? "%s 방식은 %3$s가 늦었어요" : "%s was late with %3$s"
                : korean ? "%s 방식은 %s를 잃고 %s가 늦었어요" : "%s lost %s and was late with %s";
    return said.formatted(lane(each, korean), lost, late);
  }

  private static String share(int of, int all) {
    double share = 100.0 * of / all;
    return number(share < 0.05 ? "%.2f %%" : "%.1f %%", share);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String lane(Figures each, boolean korean) {
    return Words.lane(each.lane(), korean);
  }

  private static String list(List<Figures> figures, boolean korean) {
    List<String> words = figures.stream().map(each -> lane(each, korean)).toList();
    int last = words.size() - 1;
    return korean || last == 0
        ? String.join(", ", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  @Override
  public String toString() {
    return sentence(false);
  }

  private static final double ALMOST_ALL = 0.99;
  private static final double GOOD_ENOUGH = 0.9;
  private static final int MOST_OTHERS = 3;
}
