package dev.madang.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `madang compare --matrix`: the same workloads across one network after the other, each several
/// times; writes the figures, tables and charts of `docs/websocket-vs-webrtc.md`. Blocks the thread
/// that runs it; another may [#stop] it.
public final class Measurement {
  /// What to measure.
  ///
  /// @param losses like `2%`
  /// @param trips round trips, like `80ms`
  /// @param workloads their names; none: the cursor and connecting
  /// @param lanes words of [Kind]; none: those that say something for the workload
  /// @param runs of each network, 0 = draw again what is there
  /// @param seconds of a workload on all lanes together
  /// @param folder where the documents are
  public record Plan(
      List<String> losses,
      List<String> trips,
      List<String> workloads,
      List<String> lanes,
      int runs,
      double seconds,
      Path folder,
      String version) {
    public Plan {
      workloads = workloads.isEmpty() ? List.of("cursor", "connect") : workloads;
      workloads.forEach(Workload::named);
      lanes.forEach(Kind::named);
      if (runs < 0 || runs > 100) {
        throw new IllegalArgumentException("--runs is between 0 and 100.");
      } else if (!(seconds >= 1) || seconds > 600) {
        throw new IllegalArgumentException("--duration is between 1s and 10m.");
      } else if (!Files.isDirectory(folder)) {
        throw new IllegalArgumentException("--out is a folder, and " + folder + " is none.");
      }
    }

    /// One network after the other; the worst last, so that what is left of the time is known to be
    /// too short rather than too long.
    List<Link.Settings> networks() {
      List<Link.Settings> all = new ArrayList<>();
      for (String loss : losses) {
        for (String rtt : trips) {
          all.add(Link.Settings.parse("loss=%s,rtt=%s,rate=%s".formatted(loss, rtt, RATE)));
        }
      }
      return all;
    }

    private static final String RATE = "50mbit";
  }

  /// Who makes a network and measures across it.
  @FunctionalInterface
  public interface Networks {
    /// @param network as `--lab` is written
    /// @param options of `madang compare`, for one measurement after the other
    /// @return a report for each, as JSON
    List<String> measure(String network, List<List<String>> options)
        throws IOException, InterruptedException;
  }

  private final Plan plan;
  private final Networks networks;
  private final PrintStream progress;
  private final Path figures;
  private volatile boolean stopped;

  public Measurement(Plan plan, Networks networks, PrintStream progress) {
    this.plan = plan;
    this.networks = networks;
    this.progress = progress;
    figures = plan.folder().resolve("websocket-vs-webrtc.json");
  }

  /// From any thread: what was measured until then is kept.
  public void stop() {
    stopped = true;
  }

  /// Measures and writes; what is there of other networks and workloads stays.
  public void run() throws IOException, InterruptedException {
    Matrix matrix = Files.exists(figures) ? Matrix.parse(Files.readString(figures)) : Matrix.EMPTY;
    Map<String, Matrix.Cell> begun = new LinkedHashMap<>();
    List<Link.Settings> all = plan.networks();
    int steps = all.size() * plan.runs();
    long start = System.nanoTime();
    for (int step = 0; step < steps && !stopped; step++) {
      Link.Settings network = all.get(step % all.size()).withSeed(1 + step / all.size());
      say(step, steps, network, start);
      List<JsonNode> reports = measured(network);
      if (stopped) {
        break;
      }
      for (JsonNode report : reports) {
        Matrix.Cell cell = cell(network, report, begun);
        begun.put(cell.workload() + network.withSeed(0), cell);
        matrix = matrix.with(cell, system(), step + 1 < steps);
      }
      Files.writeString(figures, matrix.json());
    }
    List<Path> written = new ArrayList<>(List.of(Files.writeString(figures, matrix.json())));
    for (boolean korean : new boolean[] {false, true}) {
      written.add(MatrixText.write(matrix, plan.folder(), korean));
      written.addAll(MatrixChart.write(matrix, plan.folder(), korean));
    }
    progress.println(
        "Wrote "
            + written.stream().map(Path::toString).collect(Collectors.joining("\n      "))
            + (stopped ? "\n(stopped early)" : ""));
  }

  private void say(int step, int steps, Link.Settings network, long start) {
    double gone = (System.nanoTime() - start) / 60e9;
    progress.printf(
        Locale.ROOT,
        "  · %d of %d: loss %.1f %%, RTT %.0f ms, seed %d%s%n",
        step + 1,
        steps,
        network.loss() * 100,
        network.rtt(),
        network.seed(),
        step == 0 ? "" : "; about %.0f min left".formatted(gone / step * (steps - step)));
  }

  private List<JsonNode> measured(Link.Settings network) throws IOException, InterruptedException {
    List<List<String>> options = new ArrayList<>();
    for (String workload : plan.workloads()) {
      options.add(
          List.of(
              "--workload=" + workload,
              "--lanes=" + String.join(",", lanes(workload)),
              "--duration=" + Math.round(plan.seconds() * 1000) + "ms",
              "--deadline=" + Matrix.late((int) network.rtt()) + "ms"));
    }
    List<JsonNode> reports = new ArrayList<>();
    try {
      for (String json : networks.measure(network.words(), options)) {
        JsonNode report = JSON.readTree(json);
        stopped |= report.get("partial").asBoolean();
        reports.add(report);
      }
    } catch (IOException failed) {
      if (!stopped) {
        // The next network may do.
        progress.println("    " + failed.getMessage());
      }
    }
    return reports;
  }

  private List<String> lanes(String workload) {
    return !plan.lanes().isEmpty()
        ? plan.lanes()
        : switch (workload) {
          case "connect" -> List.of("tcp", "websocket", "polling", "channel");
          case "file" -> List.of("websocket", "channel");
          default -> Kind.words();
        };
  }

  private Matrix.Cell cell(Link.Settings network, JsonNode report, Map<String, Matrix.Cell> begun) {
    String workload = report.at("/workloads/0/name").asString();
    Matrix.@Nullable Cell before = begun.get(workload + network.withSeed(0));
    List<Matrix.Round> rounds = new ArrayList<>(before == null ? List.of() : before.rounds());
    Map<String, Matrix.Outcome> lanes = new LinkedHashMap<>();
    for (JsonNode result : report.get("results")) {
      if (result.has("failure")) {
        progress.println(
            "    " + result.get("lane").asString() + ": " + result.get("failure").asString());
      } else {
        lanes.put(result.get("lane").asString(), outcome(result, rounds.isEmpty()));
      }
    }
    rounds.add(new Matrix.Round(network.seed(), lanes));
    return new Matrix.Cell(
        workload,
        Math.round(network.loss() * 10_000) / 100.0,
        (int) network.rtt(),
        plan.seconds(),
        plan.version(),
        before == null ? Instant.now().truncatedTo(ChronoUnit.SECONDS).toString() : before.at(),
        List.copyOf(rounds));
  }

  private static Matrix.Outcome outcome(JsonNode result, boolean first) {
    JsonNode cdf = result.get("cdf");
    double @Nullable [] curve = null;
    if (first && cdf != null) {
      curve = new double[cdf.size()];
      for (int i = 0; i < curve.length; i++) {
        curve[i] = Math.round(cdf.get(i).asDouble() * 10) / 10.0;
      }
    }
    return new Matrix.Outcome(
        result.get("sent").asInt(),
        result.get("late").asInt(),
        result.get("lost").asInt(),
        optional(result, "p50"),
        optional(result, "p95"),
        optional(result, "p99"),
        optional(result, "stall"),
        optional(result, "setup"),
        optional(result, "mbps"),
        curve);
  }

  private static @Nullable Double optional(JsonNode result, String name) {
    JsonNode value = result.get(name);
    return value == null ? null : value.asDouble();
  }

  private static String system() {
    return "%s %s, %d processors"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.version").replaceAll("[-+].*", ""),
            Runtime.getRuntime().availableProcessors());
  }

  private static final JsonMapper JSON = JsonMapper.shared();
}
