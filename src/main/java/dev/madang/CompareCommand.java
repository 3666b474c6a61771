package dev.madang;

import dev.madang.compare.Compare;
import dev.madang.compare.Lab;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
      defaultValue = "4s",
      description = "of a workload that runs on all lanes together; 4s if not said")
  String duration = "4s";

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
          "as root on Linux: across a network made for it, loss=2%%,rtt=80ms,jitter=5ms,rate=10mbit,"
              + "reorder=1%%,seed=7")
  @Nullable String lab;

  /** In what lab this process runs already. */
  @Option(names = "--in-lab", hidden = true)
  @Nullable String inLab;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Compare.Options options;
    try {
      options =
          new Compare.Options(
              lanes,
              workloads,
              ConfigReader.duration(duration).toMillis() / 1000.0,
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
        new Compare(options, Madang.version(), new PrintStream(System.out, true), System.err);
    try {
      if (url == null) {
        here(compare);
      } else {
        compare.measure(address(url));
      }
      return 0;
    } catch (IOException e) {
      throw new ConfigException("Nothing was measured: " + e.getMessage());
    }
  }

  /// Two processes like this one, a server and a client, each on its side of the lab.
  private int inLab(String network) throws IOException, InterruptedException {
    String missing = url != null ? "--lab brings a server of its own: no URL." : Lab.missing();
    if (missing != null) {
      throw new ConfigException(missing);
    }
    Path data = Files.createTempDirectory("madang");
    try (Lab made = new Lab(network)) {
      List<String> words = new ArrayList<>(made.beside(true));
      words.addAll(java());
      words.add("start");
      Map<String, String> settings = new HashMap<>(server(data));
      settings.put("http.port", "7700");
      settings.put("http.host", Lab.SERVER);
      settings.forEach((key, value) -> words.add("--" + key + "=" + value));
      Process server =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (BufferedReader said = server.inputReader()) {
        String line = said.readLine();
        while (line != null && !line.contains("is open")) {
          line = said.readLine();
        }
        if (line == null) {
          throw new IOException("the server in the lab did not start");
        }
        List<String> again = new ArrayList<>(made.beside(false));
        again.addAll(java());
        again.add("compare");
        again.add("http://" + Lab.SERVER + ":7700/");
        again.add("--in-lab=" + network);
        again.addAll(options());
        return new ProcessBuilder(again).inheritIO().start().waitFor();
      } finally {
        server.destroy();
      }
    }
  }

  /// The words by which a process like this one is started.
  private static List<String> java() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(each -> !each.startsWith("-XX:AOT"))
        .forEach(words::add);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return words;
  }

  private List<String> options() {
    List<String> words = new ArrayList<>();
    words.add("--duration=" + duration);
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

  private static Map<String, String> server(Path data) {
    Map<String, String> settings = new HashMap<>(Config.rehearsal(data));
    settings.put("metrics.enabled", "false");
    settings.put("signal.open", "true");
    settings.put("compare.enabled", "true");
    settings.put("http.tls.enabled", "false");
    return settings;
  }

  /// A server of its own, in this process, on free ports of this machine.
  private static void here(Compare compare) throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("madang");
    ConfigReader reader = new ConfigReader();
    Map<String, String> settings = new HashMap<>(server(data));
    settings.put("http.host", "127.0.0.1");
    settings.forEach((key, value) -> reader.flag(key, value, "madang compare"));
    try (Madang madang = Madang.start(reader.read())) {
      madang.rehearse();
      compare.measure(URI.create("http://127.0.0.1:" + madang.http().port() + "/"));
    }
  }
}
