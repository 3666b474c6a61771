package dev.madang;

import dev.madang.compare.Lab;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A network of its own (a [Lab]) with a process like this one on its far side, a server; others,
/// which measure it, are started on the near side.
final class Bench implements AutoCloseable {
  private final String network;
  private final List<String> machine;
  private final Lab lab;
  private final Process server;

  /// Returns when the server is open.
  ///
  /// @param machine options of the Java machine of all
  /// @throws IllegalArgumentException with a sentence when the words say no network
  Bench(String network, List<String> machine) throws IOException, InterruptedException {
    this.network = network;
    this.machine = machine;
    lab = new Lab(network);
    try {
      server = server();
    } catch (IOException | RuntimeException failed) {
      lab.close();
      throw failed;
    }
  }

  private Process server() throws IOException {
    // In a session of its own: Ctrl-C is for those who measure, and they still wait for answers.
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(lab.beside(true));
    words.addAll(java());
    words.add("start");
    Map<String, String> settings = new HashMap<>(settings(scratch()));
    settings.put("http.port", Integer.toString(PORT));
    settings.put("http.host", Lab.SERVER);
    settings.forEach((key, value) -> words.add("--" + key + "=" + value));
    Process started =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    // Not closed: the server goes on speaking.
    BufferedReader said = started.inputReader();
    String line = said.readLine();
    while (line != null && !line.contains("is open")) {
      line = said.readLine();
    }
    if (line == null) {
      throw new IOException("the server in the lab did not start");
    }
    return started;
  }

  /// Of a server that is there to be measured.
  static Map<String, String> settings(Path data) {
    Map<String, String> settings = new HashMap<>(Config.rehearsal(data));
    settings.put("metrics.enabled", "false");
    settings.put("signal.open", "true");
    settings.put("compare.enabled", "true");
    settings.put("http.tls.enabled", "false");
    return settings;
  }

  /// A folder for a server's keys, which is gone when this process is.
  static Path scratch() throws IOException {
    Path folder = Files.createTempDirectory("madang");
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try (Stream<Path> all = Files.walk(folder)) {
                    all.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
                  } catch (IOException | UncheckedIOException _) {
                    // It lies where systems tidy up.
                  }
                },
                "tidy"));
    return folder;
  }

  /// One that measures the server.
  ///
  /// @param options of `madang compare`
  ProcessBuilder measuring(List<String> options) {
    List<String> words = new ArrayList<>(lab.beside(false));
    words.addAll(java());
    words.add("compare");
    words.add("http://" + Lab.SERVER + ":" + PORT + "/");
    words.add("--in-lab=" + network);
    words.addAll(options);
    return new ProcessBuilder(words);
  }

  /// The words by which a process like this one is started.
  private List<String> java() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(each -> !each.startsWith("-XX:AOT"))
        .forEach(words::add);
    words.addAll(machine);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return words;
  }

  @Override
  public void close() {
    server.destroy();
    try {
      if (!server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    } catch (InterruptedException _) {
      server.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    lab.close();
  }

  private static final int PORT = 7700;
  private static final int PATIENCE_SECONDS = 5;
}
