package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `madang doctor` at servers that are well, that are not, and that are none.
class DoctorTest {
  @TempDir Path data;

  private @Nullable Madang madang;

  @AfterEach
  void stop() {
    if (madang != null) {
      madang.close();
    }
  }

  @Test
  void aServerThatIsWellIsReachedOnEveryWay() {
    int port = start(Map.of());
    Said said = doctor("http://localhost:" + port);
    for (String way :
        new String[] {"page", "secure", "polling", "websocket", "udp", "turn-tcp", "turn-tls"}) {
      assertThat(said.text()).containsPattern("✓  " + way + " ");
    }
    assertThat(said.text()).contains("0 failed, 0 to look at.");
    assertThat(said.code()).isZero();
    assertThat(doctor("http://127.0.0.1:" + port, "--korean").text()).contains("마당", "0개가 안 되고");
  }

  @Test
  void withoutAnAddressThisMachineIsLookedAtFirst() {
    int port = start(Map.of());
    Said said = doctor("--http.port=" + port, "--data=" + data);
    assertThat(said.text())
        .containsSubsequence("java", "descriptors", "memory", "data", "page", "udp");
    assertThat(said.code()).isZero();
  }

  @Test
  void whereNobodyAnswersItSaysWhatToLookAt() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Said said = doctor("localhost:" + port);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text())
        .contains(
            "✗  page", "Nobody answers at http://localhost:" + port, "let TCP " + port + " in");
  }

  @Test
  void aServerWithoutUdpIsNoneForCalls() {
    int port = start(Map.of("media.enabled", "false", "turn.enabled", "false"));
    Said said = doctor("http://localhost:" + port);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text()).contains("✓  websocket", "✗  udp", "media.enabled");
  }

  @Test
  void aCertificateThatThisMachineDoesNotTrustIsToldWithTheStepsToIt() {
    int port = start(Map.of());
    Said said = doctor("https://localhost:" + port);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.text()).contains("✗  certificate", "http://localhost:" + port + "/trust");
  }

  @Test
  void anotherProgramsServerIsKnownForOne() throws IOException {
    HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>hello".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    other.start();
    try {
      Said said = doctor("http://127.0.0.1:" + other.getAddress().getPort());
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.text()).contains("it is no Madang");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void whatAnswersNonsenseIsAWarningAndNoCrash() throws IOException {
    try (DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> {
        DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
        try {
          while (true) {
            udp.receive(packet);
            packet.setData(new byte[] {1, 1, 0, 40, 9, 9, 9, 9});
            udp.send(packet);
            packet.setData(new byte[1500]);
          }
        } catch (IOException _) {
          // The test is over.
        }
      });
      HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      String about =
          "{\"version\":\"9\",\"secure\":7,\"udp\":%d,\"turn\":true,\"tls\":true}"
              .formatted(udp.getLocalPort());
      other.createContext(
          "/",
          exchange -> {
            byte[] page =
                (exchange.getRequestURI().getPath().equals("/api/about")
                        ? about
                        : "x".repeat(100_000))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
          });
      other.start();
      try {
        Said said = doctor("http://127.0.0.1:" + other.getAddress().getPort());
        assertThat(said.text())
            .contains("✗  polling", "!  websocket", "!  udp", "!  turn-tcp", "!  turn-tls");
      } finally {
        other.stop(0);
      }
    }
  }

  private int start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Config.rehearsal(data));
    all.put("metrics.enabled", "false");
    all.putAll(settings);
    ConfigReader reader = new ConfigReader();
    all.forEach((key, value) -> reader.flag(key, value, "test"));
    madang = Madang.start(reader.read());
    return madang.http().port();
  }

  private record Said(int code, String text) {}

  private static Said doctor(String... words) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.line().setOut(new PrintWriter(out, true));
    String[] all = new String[words.length + 1];
    all[0] = "doctor";
    System.arraycopy(words, 0, all, 1, words.length);
    int code = line.execute(all);
    return new Said(code, out.toString());
  }
}
