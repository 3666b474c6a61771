package dev.madang.bench.sfu;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Forwarding servers under the same load by `madang load`, in turn: all of them run all the time,
/// one is loaded at a time. Writes a table, the raw results and charts.
///
/// Arguments: `--key value` as `run` has them, then for each server `--server NAME WHIP-URL
/// PORT-THAT-IS-UP INDEX-OF-THE-MEASURED-COMMAND`, its commands separated by `,` and ended by `;`.
public final class SfuBench {
  private record Server(String name, String whip, InetSocketAddress up, long pid) {}

  private record Key(String pattern, String server) {}

  private static final Map<String, Double> GOALS =
      Map.of("frames", 2500.0, "groups", 3500.0, "singles", 4900.0);
  private static final Map<String, String> TITLES =
      Map.of("frames", "whole frames", "groups", "groups of 3", "singles", "one by one");

  private final Map<String, String> options = new LinkedHashMap<>();
  private final List<String> tool = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private final Map<Key, List<JsonNode>> results = new LinkedHashMap<>();
  private final List<List<String>> wanted = new ArrayList<>();
  private final Path out;

  private SfuBench(String[] args) throws IOException {
    int at = 0;
    while (at < args.length && !args[at].equals("--server") && !args[at].equals("--tool")) {
      options.put(args[at].substring(2), args[at + 1]);
      at += 2;
    }
    out = Files.createDirectories(Path.of(options.get("out")));
    while (at < args.length) {
      int end = Arrays.asList(args).subList(at, args.length).indexOf(";") + at;
      List<String> words = List.of(args).subList(at + 1, end);
      if (args[at].equals("--tool")) {
        tool.addAll(words);
      } else {
        wanted.add(words);
      }
      at = end + 1;
    }
  }

  public static void main(String[] args) throws Exception {
    SfuBench bench = new SfuBench(args);
    try {
      bench.run();
    } finally {
      for (Process process : bench.processes) {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    }
  }

  private void start(List<String> words) throws IOException, InterruptedException {
    String name = words.get(0);
    String host = java.net.URI.create(words.get(1)).getHost();
    int measured = Integer.parseInt(words.get(3));
    List<List<String>> commands = new ArrayList<>(List.of(new ArrayList<>()));
    for (String word : words.subList(4, words.size())) {
      if (word.equals(",")) {
        commands.add(new ArrayList<>());
      } else {
        commands.getLast().add(word);
      }
    }
    long pid = 0;
    for (int i = 0; i < commands.size(); i++) {
      Process process =
          new ProcessBuilder(commands.get(i))
              .redirectErrorStream(true)
              .redirectOutput(out.resolve(name + "-" + i + ".log").toFile())
              .start();
      processes.add(process);
      pid = i == measured ? process.pid() : pid;
    }
    Server server =
        new Server(
            name, words.get(1), new InetSocketAddress(host, Integer.parseInt(words.get(2))), pid);
    servers.add(server);
    awaitUp(server);
  }

  private static void awaitUp(Server server) throws IOException, InterruptedException {
    long until = System.nanoTime() + 30_000_000_000L;
    while (true) {
      try (Socket probe = new Socket()) {
        probe.connect(server.up(), 200);
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() - until > 0) {
          throw new IOException(server.name() + " does not start; its log is in target/bench");
        }
        Thread.sleep(100);
      }
    }
  }

  private void run() throws IOException, InterruptedException {
    for (List<String> words : wanted) {
      start(words);
    }
    int runs = Integer.parseInt(options.get("runs"));
    for (String pattern : options.get("patterns").split(",")) {
      for (int run = 0; run < runs; run++) {
        for (Server server : servers) {
          JsonNode result = load(server, pattern);
          results
              .computeIfAbsent(new Key(pattern, server.name()), _ -> new ArrayList<>())
              .add(result);
          System.out.printf(
              Locale.ROOT,
              "%s %s: %.0f ns, p99 %.1f ms, missing %d of %d, machine %.0f %% idle%n",
              pattern,
              server.name(),
              result.get("nanosPerPacket").asDouble(),
              result.get("delay99").asDouble(),
              result.get("missing").asLong(),
              result.get("expected").asLong(),
              100 * result.get("idle").asDouble());
        }
      }
    }
    Files.writeString(out.resolve("sfu.md"), table());
    Files.writeString(out.resolve("sfu.json"), json());
    Files.writeString(out.resolve("sfu-cpu.svg"), cpu().svg());
    Files.writeString(out.resolve("sfu-delay.svg"), delay().svg());
    System.out.print(table());
  }

  private JsonNode load(Server server, String pattern) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(tool);
    command.addAll(
        List.of(
            server.whip(),
            "--json",
            "--pid",
            Long.toString(server.pid()),
            "--pattern",
            pattern,
            "--receivers",
            options.get("receivers"),
            "--warm-up",
            options.get("warm"),
            "--duration",
            options.get("window")));
    Process process =
        new ProcessBuilder(command).redirectError(out.resolve("load.log").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0 && !said.startsWith("{")) {
      throw new IOException(server.name() + " could not be measured: see target/bench/load.log");
    }
    return JsonMapper.builder().build().readTree(said);
  }

  // ---- what is told -----------------------------------------------------------------------------

  private String table() {
    List<String> names = servers.stream().map(Server::name).toList();
    StringBuilder table = new StringBuilder("| what | pattern | ");
    table.append(String.join(" | ", names)).append(" |\n|---|---|");
    table.append("---|".repeat(names.size())).append('\n');
    for (String pattern : options.get("patterns").split(",")) {
      row(table, "ns of CPU a delivered packet", pattern, "nanosPerPacket", "%.0f");
    }
    for (String pattern : options.get("patterns").split(",")) {
      row(table, "added delay p50, ms", pattern, "delay50", "%.2f");
      row(table, "added delay p99, ms", pattern, "delay99", "%.1f");
      row(table, "missing, packets", pattern, "missing", "%.0f");
      row(table, "KiB a receiver", pattern, "memoryPerReceiver", "%.0f");
      row(table, "ms of CPU a set-up", pattern, "setUp", "%.2f");
      row(table, "machine idle, share", pattern, "idle", "%.2f");
    }
    return table.toString();
  }

  private void row(StringBuilder table, String what, String pattern, String field, String format) {
    table.append("| ").append(what).append(" | ").append(TITLES.get(pattern)).append(" | ");
    table.append(
        servers.stream()
            .map(server -> cell(values(pattern, server.name(), field), format))
            .collect(Collectors.joining(" | ")));
    table.append(" |\n");
  }

  private static String cell(double[] values, String format) {
    return String.format(
        Locale.ROOT,
        format + " [" + format + ".." + format + "]",
        median(values),
        values[0],
        values[values.length - 1]);
  }

  private Chart cpu() {
    List<Chart.Group> groups = new ArrayList<>();
    for (String pattern : options.get("patterns").split(",")) {
      groups.add(group(pattern, "nanosPerPacket", GOALS.get(pattern)));
    }
    return new Chart("Server CPU for one delivered packet", "ns", names(), groups);
  }

  private Chart delay() {
    List<Chart.Group> groups = new ArrayList<>();
    for (String pattern : options.get("patterns").split(",")) {
      groups.add(group(pattern, "delay99", 20));
    }
    return new Chart("Added delay, 99 of 100 packets are faster", "ms", names(), groups);
  }

  private List<String> names() {
    return servers.stream().map(Server::name).toList();
  }

  private Chart.Group group(String pattern, String field, double goal) {
    List<Chart.Bar> bars = new ArrayList<>();
    for (Server server : servers) {
      double[] values = values(pattern, server.name(), field);
      bars.add(new Chart.Bar(median(values), values[0], values[values.length - 1]));
    }
    return new Chart.Group(TITLES.get(pattern), bars, goal);
  }

  private double[] values(String pattern, String server, String field) {
    return results.get(new Key(pattern, server)).stream()
        .mapToDouble(each -> each.get(field).asDouble())
        .sorted()
        .toArray();
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private String json() {
    return results.entrySet().stream()
        .map(each ->
            "  \"%s %s\": %s"
                .formatted(each.getKey().pattern(), each.getKey().server(), each.getValue()))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }
}
