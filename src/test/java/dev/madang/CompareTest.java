package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.compare.Compare;
import dev.madang.server.compare.Probe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The measuring client against the real server, and those who want more of it than they may.
class CompareTest {
  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Madang madang;

  @AfterEach
  void stop() {
    http.close();
    if (madang != null) {
      madang.close();
    }
  }

  @Test
  void everyLaneIsMeasuredAndTheReportsHoldThem() throws Exception {
    URI server = start(Map.of());
    Path json = data.resolve("report.json");
    Path html = data.resolve("report.html");
    Path csv = data.resolve("report.csv");
    Path markdown = data.resolve("report.md");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    measure(
        server,
        new Compare.Options(
            List.of(),
            List.of("cursor", "video", "file", "loaded", "connect"),
            1,
            0,
            null,
            json,
            csv,
            markdown,
            html,
            false,
            null,
            false,
            null),
        said);
    JsonNode report = JsonMapper.shared().readTree(Files.readString(json));
    assertThat(report.get("partial").asBoolean()).isFalse();
    for (JsonNode each : report.get("results")) {
      String name = each.get("workload").asString() + " over " + each.get("lane").asString();
      assertThat(each.has("failure")).as(name + ": " + each).isFalse();
      switch (each.get("workload").asString()) {
        case "file" -> {
          assertThat(each.has("mbps")).as(name + " was answered: " + each).isTrue();
          assertThat(each.get("mbps").asDouble()).as(name).isPositive();
        }
        case "connect" -> assertThat(each.get("setup").asDouble()).as(name).isPositive();
        default -> {
          assertThat(each.get("sent").asInt()).as(name).isPositive();
          assertThat(each.has("p50")).as(name + " was answered: " + each).isTrue();
          assertThat(each.get("p50").asDouble()).as(name).isPositive();
          assertThat(each.get("cdf").size()).as(name).isEqualTo(100);
        }
      }
    }
    // Cursor, video, connect on all eleven; file and loaded on the nine that carry files.
    assertThat(report.get("results").size()).isEqualTo(3 * 11 + 2 * 9);
    assertThat(report.get("verdicts").size()).isEqualTo(5);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("WebSocket", "data channel (no retransmits)", "Verdicts");
    assertThat(Files.readAllLines(csv)).hasSize(1 + 3 * 11 + 2 * 9);
    assertThat(Files.readString(markdown)).contains("| lane | p50 |");
    assertThat(Files.readString(html)).contains("<svg", "</html>");
  }

  @Test
  void aServerThatIsNotThereIsNamedInOneSentence() {
    assertThatThrownBy(
            () -> measure(URI.create("http://127.0.0.1:9/"), short_(), new ByteArrayOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody answers at http://127.0.0.1:9");
  }

  @Test
  void aServerThatDoesNotMeasureSaysSo() throws Exception {
    URI server = start(Map.of("compare.enabled", "false"));
    assertThatThrownBy(() -> measure(server, short_(), new ByteArrayOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("compare.enabled");
  }

  @Test
  void whatIsSentFasterThanItIsReadComesBackWholeByWebSocket() throws Exception {
    URI server = start(Map.of());
    int count = 3000;
    int size = 8000;
    CountDownLatch back = new CountDownLatch(count);
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create(
                    "ws://127.0.0.1:"
                        + server.getPort()
                        + "/compare/socket?grant="
                        + text(grant(server))),
                new WebSocket.Listener() {
                  @Override
                  public void onOpen(WebSocket opened) {
                    // Reads nothing yet.
                  }

                  @Override
                  public @Nullable CompletionStage<?> onBinary(
                      WebSocket from, ByteBuffer part, boolean last) {
                    if (last) {
                      back.countDown();
                    }
                    from.request(1);
                    return null;
                  }
                })
            .get(10, TimeUnit.SECONDS);
    byte[] question = new byte[size];
    Probe.write(question, Probe.ECHO, 4, 0, 1, 1);
    for (int i = 0; i < count; i++) {
      CompletableFuture<?> sent = socket.sendBinary(ByteBuffer.wrap(question), true);
      if (i == 16) {
        socket.request(1);
      }
      sent.get(10, TimeUnit.SECONDS);
    }
    assertThat(back.await(20, TimeUnit.SECONDS)).as("%d did not come", back.getCount()).isTrue();
    socket.abort();
  }

  // ---- who wants more than they may -------------------------------------------------------------

  @Test
  void withoutAGrantThereIsNoAnswerOverAnyTransport() throws Exception {
    URI server = start(Map.of());
    String nobody = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[16]);
    assertThat(get(server, "/compare/socket?grant=" + nobody).statusCode()).isEqualTo(403);
    assertThat(get(server, "/compare/events?lane=1&grant=" + nobody).statusCode()).isEqualTo(403);
    assertThat(get(server, "/compare/events?lane=1").statusCode()).isEqualTo(403);
    assertThat(get(server, "/api/compare/processor?grant=x").statusCode()).isEqualTo(403);
    assertThat(post(server, "/compare/peer?grant=" + nobody, "v=0").statusCode()).isEqualTo(403);
    assertThat(overTcp(server, new byte[16], 64)).isEqualTo(-1);
    assertThat(overUdp(new byte[16], "127.0.0.1")).isFalse();
    assertThat(post(server, "/socket.io/?EIO=4&transport=polling", "").statusCode()).isEqualTo(400);
  }

  @Test
  void aGrantGoesNoFurtherThanItsBytes() throws Exception {
    URI server = start(Map.of("compare.bytes", "5000"));
    byte[] token = grant(server);
    assertThat(overTcp(server, token, 64)).isEqualTo(64);
    int answered = 0;
    try (Socket socket = enter(server, token)) {
      for (int i = 0; i < 100 && send(socket, 1000) > 0; i++) {
        answered++;
      }
    }
    assertThat(answered).isEqualTo(2);
    assertThat(overUdp(token, "127.0.0.1")).isFalse();
    assertThat(get(server, "/compare/socket?grant=" + text(token)).statusCode()).isEqualTo(403);
  }

  @Test
  void aGrantGoesNoFurtherThanItsTime() throws Exception {
    URI server = start(Map.of("compare.lasting", "1s"));
    byte[] token = grant(server);
    try (Socket socket = enter(server, token)) {
      assertThat(send(socket, 64)).isEqualTo(64);
      // The server closes; nothing is sent until then.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(overUdp(token, "127.0.0.1")).isFalse();
  }

  @Test
  void aGrantThatEndsTakesItsConnectionsWithIt() throws Exception {
    URI server = start(Map.of("compare.lasting", "1s"));
    String query = "?lane=1&grant=" + text(grant(server));
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    http.newWebSocketBuilder()
        .buildAsync(
            URI.create("ws://127.0.0.1:" + server.getPort() + "/compare/socket" + query),
            new WebSocket.Listener() {
              @Override
              public @Nullable CompletionStage<?> onClose(
                  WebSocket socket, int code, String reason) {
                closed.complete(code);
                return null;
              }
            })
        .get(10, TimeUnit.SECONDS);
    // Ends by itself: the body is read to its end.
    assertThat(get(server, "/compare/events" + query).body()).isEqualTo(": open\n\n");
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
  }

  @Test
  void overUdpNobodyButWhoAskedForTheGrantIsAnswered() throws Exception {
    URI server = start(Map.of());
    byte[] token = grant(server);
    assertThat(overUdp(token, "127.0.0.1")).isTrue();
    assertThat(overUdp(token, "127.0.0.2")).isFalse();
  }

  /// As datagrams with a forged source: who owns the address never asked for a grant.
  @Test
  void whoForgesAnotherSourceOverUdpMakesTheServerSendNothingThereAndByItsOwnNoMoreThanItSent()
      throws Exception {
    URI server = start(Map.of());
    byte[] token = grant(server);
    assertThat(bytesBack(token, "127.0.0.2")).isZero();
    assertThat(bytesBack(new byte[16], "127.0.0.1")).isZero();
    // A host that asked for a grant has shown that it is there, whichever port it sends from.
    assertThat(bytesBack(token, "127.0.0.1")).isPositive().isLessThanOrEqualTo(sent(token));
  }

  /// Questions, acknowledgements, answers, and what is none of them, of all lengths.
  private static List<byte[]> datagrams(byte[] token) {
    List<byte[]> all = new ArrayList<>();
    for (int kind = 0xC0; kind <= 0xFF; kind++) {
      for (int length : new int[] {1, Probe.HEADER - 1, Probe.HEADER, 64, 1400}) {
        byte[] datagram = new byte[Math.max(Probe.HEADER, length)];
        Probe.write(datagram, kind, 1, 1, 1, 1);
        Probe.token(datagram, token);
        all.add(Arrays.copyOf(datagram, length));
      }
    }
    return all;
  }

  private static int sent(byte[] token) {
    return datagrams(token).stream().mapToInt(each -> each.length).sum();
  }

  /// Bytes that come to this address when datagrams with the token come from it; the answer to a
  /// STUN request behind each says that no more is coming.
  private int bytesBack(byte[] token, String from) throws Exception {
    int port = madang == null ? 0 : madang.udpPort();
    int back = 0;
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(from), 0))) {
      socket.setSoTimeout(10_000);
      InetAddress to = InetAddress.getByName("127.0.0.1");
      byte[] binding = new byte[20];
      ByteBuffer.wrap(binding).putShort((short) 1).putShort((short) 0).putInt(0x2112_A442);
      for (byte[] datagram : datagrams(token)) {
        socket.send(new DatagramPacket(datagram, datagram.length, to, port));
        socket.send(new DatagramPacket(binding, binding.length, to, port));
        DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
        socket.receive(answer);
        while (answer.getData()[0] != 1) {
          back += answer.getLength();
          answer = new DatagramPacket(new byte[2000], 2000);
          socket.receive(answer);
        }
      }
    }
    return back;
  }

  @Test
  void oneNetworkGetsSoManyGrantsAndEndingThemEarlyGivesNoMore() throws Exception {
    URI server = start(Map.of("compare.grants-per-address", "2"));
    byte[] first = grant(server);
    grant(server);
    HttpRequest end =
        HttpRequest.newBuilder(server.resolve("/api/compare?grant=" + text(first)))
            .DELETE()
            .build();
    assertThat(http.send(end, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    HttpResponse<String> refused = post(server, "/api/compare", "");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body()).contains("minutes");
  }

  @Test
  void brokenFramesOverTcpEndThatConnectionAndNothingElse() throws Exception {
    URI server = start(Map.of());
    byte[] token = grant(server);
    for (int length : new int[] {0, 1, Probe.HEADER - 1, Probe.LONGEST + 1, -1}) {
      try (Socket socket = enter(server, token)) {
        socket.getOutputStream().write(ByteBuffer.allocate(4).putInt(length).array());
        assertThat(socket.getInputStream().read()).as("length %d", length).isEqualTo(-1);
      }
    }
    for (long seed = 0; seed < 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] junk = new byte[random.nextInt(1, 2000)];
      random.nextBytes(junk);
      try (Socket socket = enter(server, token)) {
        socket.getOutputStream().write(junk);
        socket.shutdownOutput();
        // A grant has so many connections at a time: the server has to have ended this one.
        ended(socket);
      }
    }
    assertThat(overTcp(server, token, 64)).isEqualTo(64);
  }

  /// Waits for the far end to close; it resets a connection of which it has not read all.
  private static void ended(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  // ---- the hand tools ---------------------------------------------------------------------------

  private URI start(Map<String, String> settings) {
    madang = MeasuredServer.start(data, settings);
    return URI.create("http://127.0.0.1:" + madang.http().port() + "/");
  }

  @Test
  void aReportIsKeptByTheServerAndAnotherBesideIt() throws Exception {
    URI server = start(Map.of());
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    PrintStream told = new PrintStream(progress, true, StandardCharsets.UTF_8);
    measure(server, kept("udp", null), new ByteArrayOutputStream(), told);
    Matcher link =
        Pattern.compile("Kept: " + server + "compare/([\\w-]{22}) .*--attach=(\\1\\.[\\w-]{22})\\)")
            .matcher(progress.toString(StandardCharsets.UTF_8));
    assertThat(link.find()).as(progress.toString(StandardCharsets.UTF_8)).isTrue();
    measure(server, kept("websocket", link.group(2)), new ByteArrayOutputStream(), told);
    HttpRequest reading =
        HttpRequest.newBuilder(server.resolve("/api/compare/results/" + link.group(1))).build();
    JsonNode result =
        JsonMapper.shared().readTree(http.send(reading, BodyHandlers.ofString()).body());
    assertThat(result.at("/runs/0/results/0/lane").asString()).isEqualTo("udp");
    assertThat(result.at("/runs/1/results/0/lane").asString()).isEqualTo("websocket");
  }

  private static Compare.Options kept(String lane, @Nullable String beside) {
    return new Compare.Options(
        List.of(lane),
        List.of("chat"),
        1,
        0,
        null,
        null,
        null,
        null,
        null,
        false,
        null,
        true,
        beside);
  }

  private static Compare.Options short_() {
    return new Compare.Options(
        List.of(), List.of("cursor"), 1, 0, null, null, null, null, null, false, null, false, null);
  }

  private static void measure(URI server, Compare.Options options, ByteArrayOutputStream said)
      throws IOException, InterruptedException {
    measure(server, options, said, new PrintStream(PrintStream.nullOutputStream()));
  }

  private static void measure(
      URI server, Compare.Options options, ByteArrayOutputStream said, PrintStream progress)
      throws IOException, InterruptedException {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    new Compare(options, "test", out, progress, false).measure(server);
  }

  private byte[] grant(URI server) throws Exception {
    HttpResponse<String> given = post(server, "/api/compare", "");
    assertThat(given.statusCode()).isEqualTo(201);
    return Base64.getUrlDecoder()
        .decode(JsonMapper.shared().readTree(given.body()).get("grant").asString());
  }

  private static String text(byte[] token) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  private HttpResponse<String> get(URI server, String path) throws Exception {
    return http.send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(URI server, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(server.resolve(path)).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private static Socket enter(URI server, byte[] token) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    socket
        .getOutputStream()
        .write(ByteBuffer.allocate(17).put((byte) Probe.OPEN).put(token).array());
    return socket;
  }

  /// The length of the answer, or -1 when the connection was closed.
  private static int send(Socket socket, int length) throws IOException {
    byte[] question = new byte[length];
    Probe.write(question, Probe.ECHO, 1, 1, 1, 1);
    socket
        .getOutputStream()
        .write(ByteBuffer.allocate(4 + length).putInt(length).put(question).array());
    byte[] answer = socket.getInputStream().readNBytes(4);
    if (answer.length < 4) {
      return -1;
    }
    int size = ByteBuffer.wrap(answer).getInt();
    return socket.getInputStream().readNBytes(size).length;
  }

  private static int overTcp(URI server, byte[] token, int length) throws IOException {
    try (Socket socket = enter(server, token)) {
      return send(socket, length);
    } catch (java.net.SocketException reset) {
      return -1;
    }
  }

  /// Whether it is answered; two questions, and then an answer to something else, so that nobody
  /// has to wait for what does not come.
  private boolean overUdp(byte[] token, String from) throws Exception {
    int port = madang == null ? 0 : madang.udpPort();
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(from), 0))) {
      byte[] question = new byte[64];
      Probe.write(question, Probe.ECHO, 1, 1, 1, 1);
      Probe.token(question, token);
      InetAddress to = InetAddress.getByName("127.0.0.1");
      socket.send(new DatagramPacket(question, question.length, to, port));
      // A STUN binding request, which anybody is answered.
      byte[] binding = new byte[20];
      ByteBuffer.wrap(binding).putShort((short) 1).putShort((short) 0).putInt(0x2112_A442);
      socket.send(new DatagramPacket(binding, binding.length, to, port));
      socket.setSoTimeout(10_000);
      DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
      socket.receive(answer);
      return (answer.getData()[0] & 0xFF) == Probe.ECHO + Probe.ANSWER;
    } catch (SocketTimeoutException none) {
      throw new AssertionError("not even STUN is answered", none);
    }
  }
}
