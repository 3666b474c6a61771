package dev.madang.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// `madang compare --what-if`: what a network that is not here would do, by a [Simulation].
///
/// @param network as `--lab` is written
/// @param workloads their names; none: the cursor
/// @param lanes words of [Kind]; none: all that a simulation knows
/// @param deadline milliseconds; 0: as each use has it, and no sooner than such a network allows
/// @param receivers how many at the same time
public record WhatIf(
    String network,
    List<String> workloads,
    List<String> lanes,
    double seconds,
    int deadline,
    int receivers) {
  public WhatIf {
    workloads = workloads.isEmpty() ? List.of(Workload.CURSOR.name()) : workloads;
    lanes.forEach(Kind::named);
    if (receivers < 1 || receivers > MOST_RECEIVERS) {
      throw new IllegalArgumentException("--receivers is between 1 and " + MOST_RECEIVERS + ".");
    } else if (!(seconds > 0) || seconds > 3600) {
      throw new IllegalArgumentException("--duration of --what-if is at most 1h.");
    }
    for (String name : workloads) {
      Workload workload = Workload.named(name);
      if (workload.perSecond() == 0) {
        throw new IllegalArgumentException("A simulation knows no `" + name + "`.");
      } else if (seconds * workload.perSecond() * receivers > MOST_MESSAGES) {
        throw new IllegalArgumentException(
            "That is more than %d messages: a shorter --duration, or fewer --receivers."
                .formatted(MOST_MESSAGES));
      }
    }
  }

  /// A table for each workload, labelled as what it is.
  ///
  /// @param progress is told what is simulated now
  public String text(boolean korean, Consumer<String> progress) {
    Link.Settings settings = Link.Settings.parse(network);
    StringBuilder text =
        new StringBuilder(
            (korean
                    ? "시뮬레이션이에요. 잰 것이 아니라, 데이터 채널의 엔진과 TCP의 모형을 가상 시간으로 돌린 거예요: %s%s\n\n"
                    : "Simulation. Nothing was measured: the data channel's engine and a model of TCP, in virtual time: %s%s\n\n")
                .formatted(
                    network,
                    receivers == 1
                        ? ""
                        : korean ? ", 받는 쪽 " + receivers : ", " + receivers + " receivers"));
    for (String name : workloads) {
      Workload own = Workload.named(name);
      int late = Math.max(own.deadline(), Matrix.late((int) settings.rtt()));
      Workload workload = own.withDeadline(deadline > 0 ? deadline : late);
      List<Figures> figures = new ArrayList<>();
      for (Kind lane : Kind.values()) {
        if (Simulation.knows(lane) && (lanes.isEmpty() || lanes.contains(lane.word()))) {
          progress.accept("%s, %s …".formatted(name, lane.word()));
          figures.add(Simulation.of(settings, workload, lane, seconds, receivers));
        }
      }
      text.append(Table.simulated(workload, figures, korean).text()).append('\n');
    }
    return text.toString();
  }

  private static final int MOST_RECEIVERS = 100_000;
  private static final int MOST_MESSAGES = 5_000_000;
}
