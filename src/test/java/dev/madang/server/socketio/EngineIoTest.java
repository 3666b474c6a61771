package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the official Engine.IO suites check, of revisions 3 and 4, and what they leave out. */
class EngineIoTest {
  private static ConformanceApp patient;
  private static ConformanceApp hasty;
  private static Browser browser;
  private static Browser hurried;

  @BeforeAll
  static void start() {
    patient = new ConformanceApp(0, Duration.ofSeconds(25), Duration.ofSeconds(20));
    // A second, in which a client on a busy machine has its next request out.
    hasty = new ConformanceApp(0, ConformanceApp.PING_INTERVAL, Duration.ofSeconds(1));
    browser = new Browser(patient.port());
    hurried = new Browser(hasty.port());
  }

  @AfterAll
  static void stop() {
    browser.close();
    hurried.close();
    patient.close();
    hasty.close();
  }

  // ---- handshake ------------------------------------------------------------------------------

  @Test
  void opensASessionByPolling() throws Exception {
    HttpResponse<String> answer = browser.get("/engine.io/?EIO=4&transport=polling");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .matches(
            "0\\{\"sid\":\"[-_A-Za-z0-9]{20}\",\"upgrades\":\\[\"websocket\"\\],"
                + "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000\\}");
    assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=UTF-8");
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
  }

  @Test
  void opensASessionOfRevisionThreeByPolling() throws Exception {
    String body = browser.get("/engine.io/?EIO=3&transport=polling").body();
    int colon = body.indexOf(':');
    assertThat(body.substring(0, colon)).isEqualTo("" + (body.length() - colon - 1));
    assertThat(body.substring(colon + 1)).startsWith("0{\"sid\":\"");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void opensASessionByWebSocket(int revision) throws Exception {
    Browser.Line line = browser.webSocket("/engine.io/?transport=websocket&EIO=" + revision);
    assertThat(line.hear()).startsWith("0{\"sid\":").contains("\"upgrades\":[]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EIO=4|0|Transport unknown",
        "EIO=4&transport=abc|0|Transport unknown",
        "EIO=4&transport=polling&sid=unknown|1|Session ID unknown",
        "EIO=4&transport=websocket|3|Bad request",
        "EIO=5&transport=polling|5|Unsupported protocol version",
        "EIO=abc&transport=polling|5|Unsupported protocol version",
        "transport=polling|5|Unsupported protocol version"
      })
  void refusesInTheOfficialServersWords(String line) throws Exception {
    String[] parts = line.split("\\|");
    HttpResponse<String> answer = browser.get("/engine.io/?" + parts[0]);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body())
        .isEqualTo("{\"code\":" + parts[1] + ",\"message\":\"" + parts[2] + "\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD"})
  void opensASessionForGetOnly(String method) throws Exception {
    HttpResponse<String> answer =
        browser.send(
            method, "/engine.io/?EIO=4&transport=polling", HttpRequest.BodyPublishers.noBody());
    assertThat(answer.statusCode()).isEqualTo(400);
    if (!method.equals("HEAD")) {
      assertThat(answer.body()).isEqualTo("{\"code\":2,\"message\":\"Bad handshake method\"}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=websocket",
        "EIO=abc&transport=websocket",
        "EIO=4",
        "EIO=4&transport=abc",
        "EIO=4&transport=polling",
        "EIO=4&transport=websocket&sid=unknown"
      })
  void refusesWebSocketsOfStrangers(String query) {
    assertThatThrownBy(() -> browser.webSocket("/engine.io/?" + query))
        .hasMessageContaining("WebSocketHandshakeException");
  }

  // ---- messages -------------------------------------------------------------------------------

  @Test
  void carriesTextAndBinaryByPolling() throws Exception {
    String session = open(4);
    assertThat(browser.post(session, "4test1\u001e4test2\u001ebAQIDBA==").body()).isEqualTo("ok");
    assertThat(browser.get(session).body()).isEqualTo("4test1\u001e4test2\u001ebAQIDBA==");
  }

  @Test
  void carriesTextAndBinaryByPollingInRevisionThree() throws Exception {
    String base64 = open("EIO=3&b64=1");
    assertThat(browser.post(base64, "6:4hello10:b4AQIDBA==").body()).isEqualTo("ok");
    assertThat(browser.get(base64).body()).isEqualTo("6:4hello10:b4AQIDBA==");

    String bytes = open(3);
    byte[] payload = {
      0, 6, (byte) 255, '4', 'h', 'e', 'l', 'l', 'o', 1, 5, (byte) 255, 4, 1, 2, 3, 4
    };
    assertThat(browser.post(bytes, payload, "content-type", "application/octet-stream").body())
        .isEqualTo("ok");
    HttpResponse<byte[]> answer = browser.getBytes(bytes);
    assertThat(answer.body()).isEqualTo(payload);
    assertThat(answer.headers().firstValue("content-type")).contains("application/octet-stream");
  }

  @Test
  void carriesTextAndBinaryByWebSocket() throws Exception {
    Browser.Line line = browser.webSocket("/engine.io/?EIO=4&transport=websocket");
    line.hear();
    line.say("4héllo €😀").say(new byte[] {1, 2, 3, 4}).say("4");
    assertThat(line.hear()).isEqualTo("4héllo €😀");
    assertThat(line.hear()).isEqualTo("[1, 2, 3, 4]");
    assertThat(line.hear()).isEqualTo("4");

    Browser.Line old = browser.webSocket("/engine.io/?EIO=3&transport=websocket");
    old.hear();
    old.say(new byte[] {4, 1, 2});
    assertThat(old.hear()).isEqualTo("[4, 1, 2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "", "7", "\u001e", "4ok\u001e", "b?"})
  void aBrokenPayloadEndsTheSession(String payload) throws Exception {
    String session = open(4);
    assertThat(browser.post(session, payload).statusCode()).isEqualTo(400);
    assertThat(browser.get(session).body())
        .isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
  }

  @Test
  void aBrokenFrameEndsTheSession() throws Exception {
    Browser.Line line = browser.webSocket("/engine.io/?EIO=4&transport=websocket");
    line.hear();
    line.say("abc").awaitClose();
    assertThat(line.code).isEqualTo(1002);
    assertThat(line.reason).isEqualTo("parse error");
  }

  @Test
  void twoPollsAtOnceEndTheSession() throws Exception {
    String session = open(4);
    CompletableFuture<HttpResponse<String>> first = browser.getLater(session);
    HttpResponse<String> second = browser.get(session);
    HttpResponse<String> other = first.get();
    // Which of the two came first is the network's affair.
    assertThat(new int[] {other.statusCode(), second.statusCode()})
        .containsExactlyInAnyOrder(200, 400);
    assertThat(other.statusCode() == 200 ? other.body() : second.body()).isEqualTo("1");
    assertThat(browser.get(session).statusCode()).isEqualTo(400);
  }

  @Test
  void aCancelledPollEndsTheSession() throws Exception {
    String session = open(4);
    browser.post(session, "4x");
    byte[] get =
        ("GET " + session + " HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (java.net.Socket raw = new java.net.Socket("127.0.0.1", patient.port())) {
      raw.getOutputStream().write(get);
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("4x")) {
        answer.append((char) raw.getInputStream().read());
      }
      // This one waits; its connection has arrived where sessions live by now.
      raw.getOutputStream().write(get);
    }
    org.awaitility.Awaitility.await().until(() -> browser.post(session, "4x").statusCode() == 400);
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedAndTheSessionGoesOn() throws Exception {
    String session = open(4);
    assertThat(browser.post(session, "4" + "x".repeat(1_000_000)).statusCode()).isEqualTo(413);
    assertThat(browser.post(session, "4small").statusCode()).isEqualTo(200);
    assertThat(browser.get(session).body()).isEqualTo("4small");
  }

  @Test
  void aFrameThatIsTooLargeEndsTheSession() throws Exception {
    Browser.Line line = browser.webSocket("/engine.io/?EIO=4&transport=websocket");
    line.hear();
    line.say("4" + "x".repeat(1_000_001));
    assertThat(line.awaitClose().code).isEqualTo(1009);
  }

  @Test
  void aBinaryBodyEndsASessionOfRevisionFour() throws Exception {
    String session = open(4);
    assertThat(
            browser
                .post(session, new byte[] {1}, "content-type", "application/octet-stream")
                .statusCode())
        .isEqualTo(400);
    assertThat(browser.get(session).statusCode()).isEqualTo(400);
  }

  @Test
  void otherMethodsMeanNothingToASession() throws Exception {
    String session = open(4);
    HttpResponse<String> answer =
        browser.send("PUT", session, HttpRequest.BodyPublishers.ofString("4x"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(browser.post(session, "4x").statusCode()).isEqualTo(200);
  }

  // ---- heartbeats -----------------------------------------------------------------------------

  @Test
  void pingsByPolling() throws Exception {
    String session = open(hurried, "EIO=4");
    for (int i = 0; i < 2; i++) {
      assertThat(hurried.get(session).body()).isEqualTo("2");
      assertThat(hurried.post(session, "3").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void pongsByPollingInRevisionThree() throws Exception {
    String session = open(hurried, "EIO=3");
    for (int i = 0; i < 2; i++) {
      hurried.post(session, "1:2");
      assertThat(hurried.get(session).body()).isEqualTo("1:3");
    }
  }

  @Test
  void pingsByWebSocket() throws Exception {
    Browser.Line line = hurried.webSocket("/engine.io/?EIO=4&transport=websocket");
    line.hear();
    for (int i = 0; i < 2; i++) {
      assertThat(line.hear()).isEqualTo("2");
      line.say("3");
    }
    Browser.Line old = hurried.webSocket("/engine.io/?EIO=3&transport=websocket");
    old.hear();
    assertThat(old.say("2").hear()).isEqualTo("3");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void whoIsSilentIsClosed(int revision) throws Exception {
    Browser.Line line = hurried.webSocket("/engine.io/?transport=websocket&EIO=" + revision);
    assertThat(line.awaitClose().reason).isEqualTo("ping timeout");
    String session = open(hurried, "EIO=" + revision);
    if (revision == 4) {
      assertThat(hurried.get(session).body()).isEqualTo("2");
    }
    assertThat(hurried.get(session).body()).isEqualTo(revision == 3 ? "1:1" : "1");
    assertThat(hurried.get(session).statusCode()).isEqualTo(400);
  }

  // ---- closing --------------------------------------------------------------------------------

  @Test
  void theClientCloses() throws Exception {
    String session = open(4);
    CompletableFuture<HttpResponse<String>> poll = browser.getLater(session);
    assertThat(browser.post(session, "1").body()).isEqualTo("ok");
    assertThat(poll.get().body()).isEqualTo("6");
    assertThat(browser.get(session).statusCode()).isEqualTo(400);
    assertThat(browser.post(session, "4x").body())
        .isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");

    Browser.Line line = browser.webSocket("/engine.io/?EIO=4&transport=websocket");
    line.hear();
    assertThat(line.say("1").awaitClose().code).isEqualTo(1000);
  }

  // ---- upgrade --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void upgradesToAWebSocket(int revision) throws Exception {
    String session = open(revision);
    Browser.Line line = browser.webSocket(session.replace("polling", "websocket"));
    assertThat(line.say("2probe").hear()).isEqualTo("3probe");
    assertThat(browser.get(session).body()).isEqualTo(revision == 3 ? "1:6" : "6");
    line.say("5").say("4hello");
    assertThat(line.hear()).isEqualTo("4hello");

    assertThat(browser.get(session).body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
    assertThat(browser.post(session, "4x").statusCode()).isEqualTo(400);
    browser.webSocket(session.replace("polling", "websocket")).awaitClose();
    assertThat(line.say("4still here").hear()).isEqualTo("4still here");
  }

  @Test
  void whatWasSentDuringTheUpgradeArrivesOnce() throws Exception {
    String session = open(4);
    Browser.Line line = browser.webSocket(session.replace("polling", "websocket"));
    line.say("2probe").hear();
    browser.post(session, "4one\u001e4two");
    line.say("5");
    line.say("4three");
    assertThat(line.hear()).isEqualTo("4one");
    assertThat(line.hear()).isEqualTo("4two");
    assertThat(line.hear()).isEqualTo("4three");
  }

  private static String open(int revision) throws Exception {
    return open("EIO=" + revision);
  }

  private static String open(String query) throws Exception {
    return open(browser, query);
  }

  /** The address of a new session. */
  private static String open(Browser by, String query) throws Exception {
    String path = "/engine.io/?transport=polling&" + query;
    String body = by.get(path).body();
    int sid = body.indexOf("\"sid\":\"") + 7;
    return path + "&sid=" + body.substring(sid, sid + 20);
  }
}
