package dev.madang.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The results as a table for people and as JSON: medians, and the ratio to the first server, which
/// is the one that travels from machine to machine.
record Report(Map<Scenario, Map<String, List<Double>>> results, Options options) {

  String markdown() {
    List<String> names = options.peers().stream().map(Peer::name).toList();
    StringBuilder table = new StringBuilder("| work | unit | ");
    table.append(String.join(" | ", names)).append(" |\n");
    table.append("|---|---|").append("---|".repeat(names.size())).append('\n');
    results.forEach((scenario, byPeer) -> {
      table.append("| ").append(scenario.title()).append(" | ").append(scenario.unit());
      double first = median(byPeer.get(names.getFirst()));
      for (String name : names) {
        List<Double> runs = byPeer.get(name);
        table.append(
            String.format(
                Locale.ROOT,
                " | %.1f [%.1f..%.1f] × %.2f",
                median(runs),
                runs.stream().min(Double::compare).orElseThrow(),
                runs.stream().max(Double::compare).orElseThrow(),
                median(runs) / first));
      }
      table.append(" |\n");
    });
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedian [least..most] of %d runs × ratio to %s; %d clients, %d echoes in flight, %d idle.%n",
            options.runs(),
            names.getFirst(),
            options.clients(),
            options.inFlight(),
            options.idle()));
    return table.toString();
  }

  String json() {
    return results.entrySet().stream()
        .map(scenario ->
            "  \"%s\": {\"unit\": \"%s\", \"runs\": {%s}}"
                .formatted(
                    scenario.getKey().key(),
                    scenario.getKey().unit(),
                    scenario.getValue().entrySet().stream()
                        .map(peer -> "\"" + peer.getKey() + "\": " + rounded(peer.getValue()))
                        .collect(Collectors.joining(", "))))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private static List<String> rounded(List<Double> runs) {
    return runs.stream().map(run -> String.format(Locale.ROOT, "%.2f", run)).toList();
  }

  private static double median(List<Double> runs) {
    List<Double> sorted = runs.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
