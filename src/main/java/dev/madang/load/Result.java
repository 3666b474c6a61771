package dev.madang.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a [Run] found out. The names are those of `--json`; a figure that is not known is null.
///
/// @param sent packets that publishers sent in the window
/// @param expected of those, one for each receiver
/// @param delivered of those that arrived, each once
/// @param missing expected and not delivered
/// @param gaps numbers that never came in the receivers' streams, since they connected: lost on the
///   way or thrown away. What is missing beyond them the server kept back
/// @param repaired of those delivered, by retransmission
/// @param nanosPerPacket of the server's CPU, for one delivered packet
/// @param delay50 and the others: milliseconds from sending to receiving
/// @param memoryPerReceiver KiB of resident memory that the server took since before the first
///   receiver came
/// @param setUp milliseconds of the server's CPU for one receiver to connect, nothing being sent
/// @param generator share of one core that this program took in the window
/// @param idle share of all cores that nobody used in the window
record Result(
    int publishers,
    int receivers,
    String pattern,
    double seconds,
    long sent,
    long expected,
    long delivered,
    long missing,
    long gaps,
    long repaired,
    double megabits,
    @Nullable Double nanosPerPacket,
    @Nullable Double cores,
    double delay50,
    double delay99,
    double delay999,
    @Nullable Double memoryPerReceiver,
    @Nullable Double memory,
    @Nullable Double setUp,
    double setUpSeconds,
    double generator,
    double idle,
    long keyframesAsked,
    long again,
    long unstamped,
    long strange,
    List<String> ended) {
  Result {
    ended = List.copyOf(ended);
  }

  /// For people.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%d publishers, %d receivers, %s, %.1f s",
            publishers,
            receivers,
            pattern.toLowerCase(Locale.ROOT),
            seconds));
    lines.add(
        String.format(
            Locale.ROOT,
            "  delivered       %d of %d packets, %.1f Mb/s; missing %d (%.3f %%), gaps %d, repaired"
                + " %d",
            delivered,
            expected,
            megabits,
            missing,
            expected == 0 ? 0.0 : 100.0 * missing / expected,
            gaps,
            repaired));
    if (delivered == 0 && expected > 0) {
      lines.add("                  nothing of it came: what else is sent there may come instead");
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  added delay     p50 %.2f ms, p99 %.2f, p99.9 %.2f",
            delay50,
            delay99,
            delay999));
    if (nanosPerPacket != null && cores != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  server CPU      %.0f ns a delivered packet, %.2f cores",
              nanosPerPacket,
              cores));
    }
    if (memory != null && memoryPerReceiver != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  server memory   %.0f KiB a receiver, %.0f MiB in all",
              memoryPerReceiver,
              memory));
    }
    lines.add(
        setUp == null
            ? String.format(Locale.ROOT, "  set-up          %.2f s for all receivers", setUpSeconds)
            : String.format(
                Locale.ROOT,
                "  set-up          %.2f ms CPU a receiver; %.2f s for all",
                setUp,
                setUpSeconds));
    lines.add(
        String.format(
            Locale.ROOT,
            "  this generator  %.2f cores; of the machine %.0f %% idle",
            generator,
            100 * idle));
    if (idle < BUSY) {
      lines.add("  The machine had nothing left: delay and losses say little.");
    }
    ended.forEach(each -> lines.add("  ended too early: " + each));
    return lines;
  }

  private static final double BUSY = 0.05;
}
