package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clients of other hands, each a process of its own: npm's socket.io-client of three generations
/// and Debian's python3-socketio, by each way to connect. Their scripts are in src/test/clients;
/// there `against-oracle` holds the same scripts to the official server.
class ForeignClientsTest {

  private static ClientsApplication server;

  @BeforeAll
  static void startServer() throws Exception {
    run(List.of(SCRIPTS.resolve("install").toString(), INSTALLED.toString()), 300);
    server = ClientsApplication.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "v2, polling", "v2, websocket", "v2, upgrade",
    "v3, polling", "v3, websocket", "v3, upgrade",
    "v4, polling", "v4, websocket", "v4, upgrade"
  })
  void servesTheOfficialClient(String version, String transport) throws Exception {
    List<String> checks =
        run(
            List.of(
                "node",
                INSTALLED.resolve("node-client.mjs").toString(),
                version,
                transport,
                server.url()),
            PROCESS_LIMIT_SECONDS);

    assertThat(checks)
        .hasSize(transport.equals("upgrade") ? 20 : 19)
        .allMatch(check -> check.startsWith("ok "));
  }

  @ParameterizedTest
  @CsvSource({"polling", "websocket", "upgrade"})
  void servesPythonSocketio(String transport) throws Exception {
    List<String> checks =
        run(
            List.of(
                // Debian's own, which has the package, whatever else is on the path.
                "/usr/bin/python3",
                INSTALLED.resolve("python-client.py").toString(),
                transport,
                server.url()),
            PROCESS_LIMIT_SECONDS);

    assertThat(checks).hasSize(16).allMatch(check -> check.startsWith("ok "));
  }

  /// The lines that a process prints. It is given its time, then killed.
  private static List<String> run(List<String> command, int seconds)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread.Builder reaper = Thread.ofVirtual().name("limit of " + command.getFirst());
    reaper.start(() -> {
      try {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException never) {
        process.destroyForcibly();
      }
    });
    List<String> lines = new ArrayList<>();
    try (Stream<String> output = process.inputReader(StandardCharsets.UTF_8).lines()) {
      output.forEach(lines::add);
    }
    assertThat(process.waitFor()).as(() -> String.join("\n", lines)).isZero();
    return lines;
  }

  private static final Path SCRIPTS = Path.of("src/test/clients").toAbsolutePath();
  private static final Path INSTALLED = Path.of("target/clients").toAbsolutePath();
  private static final int PROCESS_LIMIT_SECONDS = 120;
}
