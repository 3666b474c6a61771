package dev.madang;

import dev.madang.compare.Compare;
import dev.madang.compare.Interrupt;
import dev.madang.compare.Lab;
import dev.madang.compare.Measurement;
import dev.madang.compare.WhatIf;
import dev.madang.net.LanAddresses;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `madang compare [URL]`.
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    customSynopsis = "madang compare [URL] [OPTIONS]",
    description = "measure TCP, UDP, WebSocket, polling, events and WebRTC, and say which for what")
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description = "the server to measure, http://HOST:PORT; without it one is started here")
  @Nullable String url;

  @Option(names = "--workload", split = ",", description = "only these: chat, cursor, voice, …")
  List<String> workloads = new ArrayList<>();

  @Option(names = "--lanes", split = ",", description = "only these: udp, tcp, websocket, …")
  List<String> lanes = new ArrayList<>();

  @Option(
      names = "--duration",
      description =
          "of a workload that runs on all lanes together; 4s if not said, 12s by --matrix")
  @Nullable String duration;

  @Option(
      names = "--deadline",
      description = "an answer after it is late, as 180ms; each workload's own if not said")
  @Nullable String deadline;

  @Option(names = "--invitation", description = "a token, where media need one")
  @Nullable String invitation;

  @Option(names = "--json", arity = "0..1", fallbackValue = "-", description = "write JSON there")
  @Nullable Path json;

  @Option(names = "--csv", arity = "0..1", fallbackValue = "-", description = "write CSV there")
  @Nullable Path csv;

  @Option(names = "--md", description = "write Markdown there")
  @Nullable Path markdown;

  @Option(names = "--html", description = "write a page there")
  @Nullable Path html;

  @Option(names = "--keep", description = "have the server keep the report, and print its link")
  boolean keep;

  @Option(
      names = "--attach",
      paramLabel = "ID.KEY",
      description = "keep it beside a result that is kept there")
  @Nullable String attach;

  @Option(names = "--korean", description = "speak Korean")
  boolean korean;

  @Option(
      names = "--lab",
      paramLabel = "NETWORK",
      description =
          "as root on Linux: across a network made for it,"
              + " loss=2%%,rtt=80ms,jitter=5ms,rate=10mbit,reorder=1%%,seed=7")
  @Nullable String lab;

  @Option(
      names = "--matrix",
      description = "as root on Linux: across one such network after the other")
  boolean matrix;

  @Option(names = "--loss", split = ",", description = "of --matrix; 0%%,1%%,2%%,5%% if not said")
  List<String> losses = List.of("0%", "1%", "2%", "5%");

  @Option(names = "--rtt", split = ",", description = "of --matrix; 20ms,80ms,200ms if not said")
  List<String> trips = List.of("20ms", "80ms", "200ms");

  @Option(
      names = "--runs",
      defaultValue = "3",
      description = "of each network of --matrix; 0 draws again what was measured before")
  int runs;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "docs",
      description = "where --matrix writes websocket-vs-webrtc.md and its like; docs if not said")
  Path folder = Path.of("docs");

  @Option(
      names = "--what-if",
      paramLabel = "NETWORK",
      description = "measure nothing: a simulation of such a network, written as for --lab")
  @Nullable String whatIf;

  @Option(
      names = "--receivers",
      defaultValue = "1",
      description = "of --what-if, each with losses of its own; 1 if not said")
  int receivers;

  @Option(
      names = "--listen",
      arity = "0..1",
      fallbackValue = "7700",
      paramLabel = "PORT",
      description = "be the other end, for a `madang compare` on another machine; Ctrl-C ends it")
  @Nullable Integer listen;

  /** In what lab this process runs already. */
  @Option(names = "--in-lab", hidden = true)
  @Nullable String inLab;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (listen != null) {
      listen(listen);
      return 0;
    }
    Compare.Options options;
    try {
      if (matrix) {
        return matrix();
      } else if (whatIf != null) {
        return whatIf(whatIf);
      }
      options =
          new Compare.Options(
              lanes,
              workloads,
              seconds("4s"),
              deadline(),
              invitation,
              json,
              csv,
              markdown,
              html,
              korean,
              inLab == null ? null : Lab.describe(inLab),
              keep || attach != null,
              attach);
      if (url == null && options.keep()) {
        throw new ConfigException("Name the server that keeps it: madang compare URL --keep.");
      }
      if (lab != null) {
        return inLab(lab);
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
    Compare compare =
        new Compare(
            options, Madang.version(), new PrintStream(System.out, true), System.err, isTerminal());
    try {
      if (url == null) {
        here(compare);
      } else {
        compare.measure(address(url));
      }
      return 0;
    } catch (IOException e) {
      throw new ConfigException(
          (korean ? "아무것도 재지 못했어요: " : "Nothing was measured: ") + e.getMessage());
    }
  }

  private int whatIf(String network) {
    if (url != null
        || lab != null
        || keep
        || attach != null
        || Stream.of(json, csv, markdown, html).anyMatch(Objects::nonNull)) {
      throw new ConfigException(
          "--what-if measures nothing: it has no URL, no --lab, and no report to write or keep.");
    }
    // As many messages as thirty seconds of a hundred.
    String usual = Math.clamp(3000 / Math.max(1, receivers), 1, 30) + "s";
    WhatIf question = new WhatIf(network, workloads, lanes, seconds(usual), deadline(), receivers);
    System.out.print(question.text(korean, receivers > 100 ? System.err::println : _ -> {}));
    return 0;
  }

  /** Milliseconds; 0: as each use has it. */
  private int deadline() {
    return deadline == null ? 0 : (int) ConfigReader.duration(deadline).toMillis();
  }

  private double seconds(String usual) {
    return ConfigReader.duration(duration == null ? usual : duration).toMillis() / 1000.0;
  }

  /// Whether a table can be drawn in place for who reads it.
  // Releases differ in whether there is a console without a terminal; 25 has none.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  private void needsLab(String option) {
    String missing = url != null ? option + " brings a server of its own: no URL." : Lab.missing();
    if (missing != null) {
      throw new ConfigException(missing);
    }
  }

  /// Two processes like this one, a server and a client, each on its side of the lab.
  private int inLab(String network) throws IOException, InterruptedException {
    needsLab("--lab");
    try (Interrupt _ = new Interrupt(this::stop);
        Bench bench = new Bench(network, List.of())) {
      return started(bench.measuring(options()).inheritIO()).waitFor();
    }
  }

  private int matrix() throws IOException, InterruptedException {
    if (runs > 0) {
      needsLab("--matrix");
    }
    Measurement measurement =
        new Measurement(
            new Measurement.Plan(
                losses, trips, workloads, lanes, runs, seconds("12s"), folder, Madang.version()),
            this::measure,
            System.err);
    try (Interrupt _ =
        new Interrupt(() -> {
          measurement.stop();
          stop();
        })) {
      measurement.run();
    }
    return 0;
  }

  /// Across one network, one process for each list of options; the reports as JSON.
  private List<String> measure(String network, List<List<String>> each)
      throws IOException, InterruptedException {
    List<String> reports = new ArrayList<>();
    try (Bench bench = new Bench(network, QUICK)) {
      for (List<String> options : each) {
        Path report = Files.createTempFile("madang", ".json");
        List<String> all = new ArrayList<>(options);
        all.add("--json=" + report);
        Process client =
            started(bench.measuring(all).redirectOutput(ProcessBuilder.Redirect.DISCARD));
        List<String> said = client.errorReader().lines().toList();
        int code = client.waitFor();
        String json = Files.readString(report);
        Files.delete(report);
        if (json.isEmpty()) {
          throw new IOException(said.isEmpty() ? "it ended with " + code : said.getLast());
        }
        reports.add(json);
      }
    }
    return reports;
  }

  /** Where all is over in half a minute, the thorough compiler would be most of the load. */
  private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1");

  private volatile @Nullable Process client;
  private volatile boolean stopped;

  /// Who measures hears of Ctrl-C too, but not of a signal that was for this process alone.
  private void stop() {
    stopped = true;
    Process measuring = client;
    if (measuring != null) {
      // Not its own destroy(), which would close what it still has to say.
      measuring.toHandle().destroy();
    }
  }

  private Process started(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    client = process;
    if (stopped) {
      stop();
    }
    return process;
  }

  private List<String> options() {
    List<String> words = new ArrayList<>();
    if (duration != null) {
      words.add("--duration=" + duration);
    }
    if (deadline != null) {
      words.add("--deadline=" + deadline);
    }
    if (!workloads.isEmpty()) {
      words.add("--workload=" + String.join(",", workloads));
    }
    if (!lanes.isEmpty()) {
      words.add("--lanes=" + String.join(",", lanes));
    }
    file(words, "--json", json);
    file(words, "--csv", csv);
    file(words, "--md", markdown);
    file(words, "--html", html);
    if (korean) {
      words.add("--korean");
    }
    return words;
  }

  private static void file(List<String> words, String option, @Nullable Path file) {
    if (file != null) {
      words.add(option + "=" + file);
    }
  }

  /// The root of the server that somebody wrote, with or without its scheme.
  static URI address(String text) {
    try {
      URI at = URI.create(text.contains("://") ? text : "http://" + text);
      if (at.getHost() != null && List.of("http", "https").contains(at.getScheme())) {
        return at.resolve("/");
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new ConfigException("`" + text + "` is no address: write http://HOST:PORT.");
  }

  /// The far end of somebody else's measurement: two machines measure each other, and nothing is
  /// between them. Returns when the process is to end.
  private void listen(int port) throws IOException, InterruptedException {
    if (url != null || lab != null || matrix || whatIf != null) {
      throw new ConfigException(
          "--listen waits for another machine: no URL, and no other network.");
    }
    ConfigReader reader = new ConfigReader();
    Map<String, String> settings = new HashMap<>(Bench.settings(Bench.scratch()));
    // Others' machines reach this one: nothing is open but what is measured.
    settings.put("admin.enabled", "false");
    settings.put("turn.enabled", "false");
    settings.put("signal.kept.rooms", "0");
    settings.put("signal.limits.rooms", "1");
    settings.put("compare.results", "0");
    settings.put("http.port", Integer.toString(port));
    settings.put("udp.port", Integer.toString(port));
    settings.forEach((key, value) -> reader.flag(key, value, "madang compare"));
    try (Madang madang = Madang.start(reader.read())) {
      madang.rehearse();
      String host = LanAddresses.all().stream().map(LanAddresses::inUrl).findFirst().orElse("HOST");
      System.out.println(
          (korean ? "다른 기기에서: " : "On the other machine: ")
              + "madang compare http://"
              + host
              + ":"
              + madang.http().port());
      Thread.currentThread().join();
    }
  }

  /// A server of its own, in this process, on free ports of this machine.
  private static void here(Compare compare) throws IOException, InterruptedException {
    ConfigReader reader = new ConfigReader();
    Map<String, String> settings = new HashMap<>(Bench.settings(Bench.scratch()));
    settings.put("http.host", "127.0.0.1");
    settings.forEach((key, value) -> reader.flag(key, value, "madang compare"));
    try (Madang madang = Madang.start(reader.read())) {
      madang.rehearse();
      compare.measure(URI.create("http://127.0.0.1:" + madang.http().port() + "/"));
    }
  }
}
