package dev.madang.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Small loads on the real doors, through the command line.
class LoadTest {
  @TempDir Path data;

  private Doors doors;
  private String url;

  @BeforeEach
  void openTheDoors() throws Exception {
    doors = new Doors(data, 2);
    url = doors.url("/whip/yard-{n}");
  }

  @AfterEach
  void closeThem() {
    doors.close();
  }

  @ParameterizedTest
  @EnumSource(Pattern.class)
  void everyReceiverGetsWhatItsPublisherSends(Pattern pattern) throws Exception {
    JsonNode result = run("--pattern", pattern.name(), "--receivers", "6", "--publishers", "2");
    // 50 packets of sound a second and 30 pictures, for a second, to three receivers each.
    assertThat(result.get("sent").asLong()).isGreaterThan(100);
    assertThat(result.get("expected").asLong()).isEqualTo(3 * result.get("sent").asLong());
    assertThat(result.get("delivered").asLong()).isEqualTo(result.get("expected").asLong());
    assertThat(result.get("missing").asLong()).isZero();
    assertThat(result.get("strange").asLong()).isZero();
    assertThat(result.get("delay50").asDouble()).isPositive();
    assertThat(result.get("ended")).isEmpty();
  }

  @Test
  void whatAReceiverThrowsAwayComesAgain() throws Exception {
    JsonNode result = run("--loss", "10", "--codec", "vp8", "--receivers", "2");
    assertThat(result.get("repaired").asLong()).isPositive();
    assertThat(result.get("delivered").asLong()).isLessThan(result.get("expected").asLong());
  }

  @Test
  void theServersProcessIsMeasuredWhereItsNumberIsTold() throws Exception {
    String here = Long.toString(ProcessHandle.current().pid());
    JsonNode result = run("--pid", here, "--rehearsals", "1", "--receivers", "2");
    assertThat(result.get("nanosPerPacket").asDouble()).isPositive();
    assertThat(result.get("memory").asDouble()).isGreaterThan(10);
    assertThat(result.get("setUp").asDouble()).isNotNegative();
  }

  @Test
  void saysWhyAServerIsNotMeasured() {
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new Load()).setErr(new PrintWriter(said));
    assertThat(line.execute(url.replace("/whip/", "/nothing/"))).isEqualTo(1);
    assertThat(said.toString()).contains("answers 404");
    assertThat(line.execute(url, "--loss", "100")).isEqualTo(2);
    assertThat(said.toString()).contains("--loss is between 0 and 99 percent");
  }

  @Test
  void saysThatAServerLetsNobodyInForAWhile() throws Exception {
    HttpServer busy = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    AtomicInteger asked = new AtomicInteger();
    busy.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("retry-after", "0");
          exchange.sendResponseHeaders(asked.getAndIncrement() < 3 ? 429 : 404, -1);
          exchange.close();
        });
    busy.start();
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new Load()).setErr(new PrintWriter(said));
    line.execute("http://127.0.0.1:" + busy.getAddress().getPort() + "/whip/yard");
    busy.stop(0);
    assertThat(said.toString()).containsOnlyOnce("429").contains("--whip.posts", "answers 404");
  }

  /// A room takes so many programs, and waiting does not change that: it names no time to wait.
  @Test
  void endsWithTheServersWordsWhereNoWaitingHelps() throws Exception {
    HttpServer full = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    byte[] why = "4 programs send already: end one first.".getBytes(StandardCharsets.UTF_8);
    full.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(429, why.length);
          exchange.getResponseBody().write(why);
          exchange.close();
        });
    full.start();
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new Load()).setErr(new PrintWriter(said));
    String there = "http://127.0.0.1:" + full.getAddress().getPort() + "/whip/yard";
    assertThat(line.execute(there)).isEqualTo(1);
    full.stop(0);
    assertThat(said.toString()).contains("answers 429", "end one first");
  }

  /// A second of a small picture, which any machine can carry while it does something else.
  private JsonNode run(String... options) {
    StringWriter said = new StringWriter();
    StringWriter progress = new StringWriter();
    CommandLine line =
        new CommandLine(new Load()).setOut(new PrintWriter(said)).setErr(new PrintWriter(progress));
    List<String> words = new ArrayList<>(List.of(url, "--bitrate", "200k", "--json"));
    words.addAll(List.of("--warm-up", "0.5", "--duration", "1"));
    words.addAll(List.of(options));
    int exit = line.execute(words.toArray(String[]::new));
    assertThat(exit).as(progress.toString()).isZero();
    return JsonMapper.builder().build().readTree(said.toString());
  }
}
