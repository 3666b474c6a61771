package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What strangers send, class by class: sessions (a), packets (b), recovery (c), slow readers (d).
/// After each the same server still serves a decent client.
class HostileClientTest {
  private final TcpLoops loops = new TcpLoops(2);
  private SocketIoDoor door;
  private HttpDoor http;
  private Browser browser;

  @BeforeEach
  void start() {
    Router router = new Router();
    door =
        new SocketIoDoor(
            SocketIoDoor.Config.defaults()
                .withMaxQueued(256 << 10)
                .withMaxPerAddress(40)
                .withRecovery(SocketIoDoor.Recovery.defaults().on()),
            loops.home());
    door.io().of(name -> name.startsWith("/n"));
    door.io()
        .onConnection(socket -> {
          socket.on("echo", (args, ack) -> ack.send(args.toArray()));
          socket.on(
              "flood",
              (_, _) -> {
                for (int i = 0; i < 64; i++) {
                  socket.emit("flood", "x".repeat(64 << 10));
                }
              });
        });
    door.open(router);
    http =
        HttpDoor.open(
            HttpDoor.Config.defaults().withPort(0).withTrustedProxies(List.of("127.0.0.1")),
            loops,
            router);
    browser = new Browser(http.port());
  }

  @AfterEach
  void aDecentClientIsServedAndNothingIsLeft() throws Exception {
    Browser.Line line = enter();
    assertThat(line.say("421[\"echo\",\"still well\"]").hear()).isEqualTo("431[\"still well\"]");
    line.say("1").awaitClose();
    browser.close();
    await().until(() -> loops.home().submit(door::sessions).get(5, TimeUnit.SECONDS) == 0);
    door.close();
    http.close();
    loops.close();
  }

  // ---- (a) Engine.IO sessions
  // ---------------------------------------------------------------------

  @Test
  void aSidIsNotToBeGuessedNorUsedByAnotherTransport() throws Exception {
    for (String sid : new String[] {"x", "__proto__", "%00", "a".repeat(10_000), "../..", "%22"}) {
      assertThat(browser.get("/socket.io/?EIO=4&transport=polling&sid=" + sid).statusCode())
          .isEqualTo(400);
    }
    Browser.Line line = enter();
    assertThat(browser.get("/socket.io/?EIO=4&transport=polling&sid=__proto__").body())
        .contains("Session ID unknown");
    line.say("1");
  }

  @Test
  void aMillionEmptyPacketsAreOneBrokenPayload() throws Exception {
    String session = session();
    assertThat(browser.post(session, "\u001e".repeat(999_999)).statusCode()).isEqualTo(400);
    assertThat(browser.get(session).statusCode()).isEqualTo(400);
    String other = session();
    assertThat(browser.post(other, "2\u001e".repeat(400_000)).statusCode()).isEqualTo(400);
  }

  @Test
  void brokenBase64EndsTheSession() throws Exception {
    String session = session();
    assertThat(browser.post(session, "b====").statusCode()).isEqualTo(400);
    assertThat(browser.get(session).statusCode()).isEqualTo(400);
  }

  @Test
  void upgradingTwiceOrByAnotherClientsSidHarmsNobody() throws Exception {
    String session = session();
    Browser.Line first = browser.webSocket(session.replace("polling", "websocket"));
    browser.webSocket(session.replace("polling", "websocket")).awaitClose();
    first.say("2probe");
    assertThat(first.hear()).isEqualTo("3probe");
    first.say("5").say("40");
    assertThat(first.hear()).startsWith("40{");
    browser.webSocket(session.replace("polling", "websocket")).awaitClose();
    assertThat(first.say("420[\"echo\"]").hear()).isEqualTo("430[]");
    first.say("1").awaitClose();
  }

  @Test
  void oneAddressHasOnlySoManyConnections() throws Exception {
    for (int i = 0; i < 40; i++) {
      session();
    }
    var refused = browser.get("/socket.io/?EIO=4&transport=polling");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
    loops.home().submit(door::close);
    await().until(() -> loops.home().submit(door::sessions).get(5, TimeUnit.SECONDS) == 0);
  }

  @Test
  void anIpv6CustomerIsOneAddressHoweverManyItHas() throws Exception {
    for (int i = 0; i < 40; i++) {
      assertThat(begin("2001:db8:0:1::" + i)).isEqualTo(200);
    }
    assertThat(begin("2001:db8:0:1:ffff::1")).isEqualTo(403);
    assertThat(begin("2001:db8:0:2::1")).isEqualTo(200);
    loops.home().submit(door::close);
    await().until(() -> loops.home().submit(door::sessions).get(5, TimeUnit.SECONDS) == 0);
  }

  private int begin(String address) throws Exception {
    return browser
        .send(
            "GET",
            "/socket.io/?EIO=4&transport=polling",
            HttpRequest.BodyPublishers.noBody(),
            "x-forwarded-for",
            address)
        .statusCode();
  }

  // ---- (b) Socket.IO packets
  // ----------------------------------------------------------------------

  @Test
  void attachmentsThatLieEndTheConnection() throws Exception {
    for (String packet :
        new String[] {
          "45-1-[\"x\"]",
          "4599999999999-[\"x\"]",
          "45٣-[\"x\"]",
          "4511-[\"x\"]",
          "451-",
          "451-{\"x\":1}"
        }) {
      enter().say(packet).awaitClose();
    }
    Browser.Line text = enter().say("451-[\"x\",{\"_placeholder\":true,\"num\":0}]");
    text.say("42[\"echo\"]").awaitClose();
    Browser.Line num = enter().say("451-[\"x\",{\"_placeholder\":true,\"num\":7}]");
    num.say(new byte[] {1}).awaitClose();
    enter().say(new byte[] {1}).awaitClose();
  }

  @Test
  void nestingAndNamesAreChecked() throws Exception {
    enter().say("42[\"echo\"," + "[".repeat(100_000)).awaitClose();
    for (String name :
        new String[] {"1", "null", "{}", "[\"x\"]", "\"disconnect\"", "\"connect\""}) {
      enter().say("42[" + name + "]").awaitClose();
    }
    Browser.Line error = enter();
    assertThat(error.say("421[\"echo\",{\"__proto__\":{\"x\":1}}]").hear())
        .isEqualTo("431[{\"__proto__\":{\"x\":1}}]");
    error.say("42[\"error\"]").say("422[\"echo\"]");
    assertThat(error.hear()).as("error is a name like any other").isEqualTo("432[]");
    error.say("1");
  }

  @Test
  void ackIdsAreChecked() throws Exception {
    enter().say("4218446744073709551616[\"echo\"]").awaitClose();
    Browser.Line line = enter();
    line.say("43999[\"never sent\"]");
    assertThat(line.say("425[\"echo\"]").hear()).isEqualTo("435[]");
    line.say("1");
  }

  @Test
  void namespacesAreChecked() throws Exception {
    open().say("40/" + "n".repeat(900_000)).awaitClose();
    enter().say("40").awaitClose();
    open().say("42[\"before connect\"]").awaitClose();
    Browser.Line many = enter();
    String last = "";
    for (int i = 0; i < 10_000; i++) {
      many.say("40/n" + i + ",");
      // Whoever asks this much has to listen too.
      if (i % 100 == 99) {
        while (!last.startsWith("4" + (i < 32 ? 0 : 4) + "/n" + i + ",")) {
          last = many.hear();
        }
      }
    }
    assertThat(last).isEqualTo("44/n9999,{\"message\":\"Too many namespaces\"}");
    many.say("1");
  }

  // ---- (c) recovery
  // -------------------------------------------------------------------------------

  @Test
  void forgedSecretsAndOffsetsRecoverNothing() throws Exception {
    for (String auth :
        new String[] {
          "{\"pid\":\"guess\",\"offset\":\"1\"}",
          "{\"pid\":1,\"offset\":1}",
          "{\"pid\":{},\"offset\":null}",
          "{\"pid\":\"__proto__\",\"offset\":\"__proto__\"}"
        }) {
      Browser.Line line = open().say("40" + auth);
      assertThat(line.hear()).startsWith("40{\"sid\":");
      line.say("1");
    }
  }

  // ---- (d) slow readers
  // ---------------------------------------------------------------------------

  @Test
  void aWebSocketThatDoesNotReadIsClosedAtTheLimit() throws Exception {
    AtomicReference<String> reason = new AtomicReference<>("");
    door.execute(() ->
        door.io()
            .onConnection(socket -> {
              if (socket.handshake().query().containsKey("slow")) {
                socket.onDisconnect(reason::set);
              }
            }));
    try (Socket raw = new Socket("127.0.0.1", http.port())) {
      raw.setReceiveBufferSize(4096);
      raw.getOutputStream()
          .write(
              String.join(
                      "\r\n",
                      "GET /socket.io/?EIO=4&transport=websocket&slow=1 HTTP/1.1",
                      "host: localhost",
                      "connection: upgrade",
                      "upgrade: websocket",
                      "sec-websocket-version: 13",
                      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
                      "",
                      "")
                  .getBytes(StandardCharsets.US_ASCII));
      raw.getOutputStream().write(masked("40"));
      for (int i = 0; i < 20 && reason.get().isEmpty(); i++) {
        raw.getOutputStream().write(masked("42[\"flood\"]"));
      }
      await().until(() -> reason.get().equals("too slow"));
    }
  }

  @Test
  void aPollThatNeverComesIsClosedAtTheLimit() throws Exception {
    String session = session();
    browser.post(session, "40");
    browser.post(session, "42[\"flood\"]");
    await().until(() -> browser.post(session, "42[\"x\"]").statusCode() == 400);
  }

  // ---- all of it at random
  // ------------------------------------------------------------------------

  @Test
  void randomSessionsFromSeedsHarmNobody() throws Exception {
    long seconds = Long.getLong("madang.fuzz.seconds", 1);
    long seed = Long.getLong("madang.seed", seconds > 1 ? System.nanoTime() : 20_261_122L);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    do {
      Random random = new Random(seed);
      try {
        Browser.Line line =
            browser.webSocket(
                "/socket.io/?EIO=" + (3 + random.nextInt(2)) + "&transport=websocket");
        for (int i = 0; i < 30 && !line.isClosed(); i++) {
          line.say(packet(random));
        }
        line.socket.abort();
      } catch (java.util.concurrent.ExecutionException closedMeanwhile) {
        assertThat(closedMeanwhile)
            .as("seed " + seed)
            .hasCauseInstanceOf(java.io.IOException.class);
      }
      seed++;
    } while (System.nanoTime() - end < 0);
  }

  private static String packet(Random random) {
    String[] parts = {
      "4",
      "40",
      "42",
      "43",
      "45",
      "1-",
      "2-",
      "[\"echo\"",
      ",",
      "]",
      "{",
      "}",
      "\"a\":",
      "[",
      "/n1,",
      "7",
      "null",
      "{\"_placeholder\":true,\"num\":0}",
      "\u0000",
      "😀",
      "2",
      "3",
      "5",
      "2probe",
      "\\",
      "41",
      "44",
      "42[\"echo\",1]",
      "40/n2,"
    };
    StringBuilder packet = new StringBuilder(random.nextInt(4) > 0 ? "4" : "");
    for (int i = random.nextInt(6); i >= 0; i--) {
      packet.append(parts[random.nextInt(parts.length)]);
    }
    return packet.toString();
  }

  private Browser.Line open() throws Exception {
    Browser.Line line = browser.webSocket("/socket.io/?EIO=4&transport=websocket");
    line.hear();
    return line;
  }

  private Browser.Line enter() throws Exception {
    Browser.Line line = open().say("40");
    line.hear();
    return line;
  }

  private String session() throws Exception {
    String path = "/socket.io/?EIO=4&transport=polling";
    return path + "&sid=" + browser.get(path).body().substring(9, 29);
  }

  private static byte[] masked(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[bytes.length + 6];
    frame[0] = (byte) 0x81;
    frame[1] = (byte) (0x80 | bytes.length);
    System.arraycopy(bytes, 0, frame, 6, bytes.length);
    return frame;
  }
}
