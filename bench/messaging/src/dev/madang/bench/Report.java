package dev.madang.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The results as a table for people and as JSON: medians, and the ratio to the first server, which
/// is the number that travels from machine to machine.
record Report(Map<Scenario, Map<String, List<Double>>> results, Options options) {

  String markdown() {
    List<String> names = names();
    String head = row(Stream.concat(Stream.of("work", "unit"), names.stream()));
    String line = row(Stream.generate(() -> "---").limit(names.size() + 2L));
    String rows = results.keySet().stream().map(this::row).collect(Collectors.joining());
    return head
        + line
        + rows
        + String.format(
            Locale.ROOT,
            "%nMedian [least..most] of %d runs, × the ratio to %s; %d clients, %d echoes in flight,"
                + " %d idle.%n",
            options.runs(),
            names.getFirst(),
            options.clients(),
            options.inFlight(),
            options.idle());
  }

  String json() {
    return results.keySet().stream()
        .map(this::member)
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private List<String> names() {
    return options.peers().stream().map(Peer::name).toList();
  }

  private String row(Scenario scenario) {
    Map<String, List<Double>> byPeer = results.get(scenario);
    List<Double> first = byPeer.get(names().getFirst());
    return row(
        Stream.concat(
            Stream.of(scenario.title(), scenario.unit()),
            names().stream().map(name -> cell(byPeer.get(name), first))));
  }

  private static String row(Stream<String> cells) {
    return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String cell(List<Double> runs, List<Double> first) {
    if (runs == null) {
      return "-";
    }
    String spread =
        String.format(
            Locale.ROOT,
            "%.1f [%.1f..%.1f]",
            median(runs),
            runs.stream().min(Double::compare).orElseThrow(),
            runs.stream().max(Double::compare).orElseThrow());
    return first == null
        ? spread
        : spread + String.format(Locale.ROOT, " × %.2f", median(runs) / median(first));
  }

  private String member(Scenario scenario) {
    return "  \"%s\": {\"unit\": \"%s\", \"runs\": {%s}}"
        .formatted(
            scenario.key(),
            scenario.unit(),
            results.get(scenario).entrySet().stream()
                .map(peer -> "\"" + peer.getKey() + "\": " + rounded(peer.getValue()))
                .collect(Collectors.joining(", ")));
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
