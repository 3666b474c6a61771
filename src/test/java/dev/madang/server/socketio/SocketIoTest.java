package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.chat.Namespace;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the official Socket.IO suite checks, and what its binary packets look like by polling. */
class SocketIoTest {
  private static ConformanceApp app;
  private static Browser browser;

  @BeforeAll
  static void start() {
    app = new ConformanceApp(0, Duration.ofSeconds(25), Duration.ofSeconds(20));
    browser = new Browser(app.port());
  }

  @AfterAll
  static void stop() {
    browser.close();
    app.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "40|40|{}",
        "40{\"token\":\"123\"}|40|{\"token\":\"123\"}",
        "40/custom,|40/custom,|{}",
        "40/custom,{\"token\":\"abc\"}|40/custom,|{\"token\":\"abc\"}"
      })
  void entersANamespace(String way) throws Exception {
    String[] parts = way.split("\\|");
    Browser.Line line = open().say(parts[0]);
    assertThat(line.hear()).startsWith(parts[1] + "{\"sid\":\"");
    assertThat(line.hear()).isEqualTo(parts[1].replace("40", "42") + "[\"auth\"," + parts[2] + "]");
  }

  @Test
  void refusesAnUnknownNamespace() throws Exception {
    assertThat(open().say("40/random").hear())
        .isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4abc", "42{}", "42abc[\"message-with-ack\",1]", "4", "43[]", "45x-[]"})
  void closesWhenAPacketIsBroken(String packet) throws Exception {
    open().say("40").say(packet).awaitClose();
    open().say(packet).awaitClose();
  }

  @Test
  void closesWhoEntersNoNamespace() throws Exception {
    open().awaitClose();
  }

  @Test
  void leavesANamespaceAndStaysInAnother() throws Exception {
    Browser.Line line = entered().say("40/custom");
    line.hear();
    line.hear();
    line.say("41/custom").say("42[\"message\",\"to main\"]");
    assertThat(line.hear()).isEqualTo("42[\"message-back\",\"to main\"]");
    line.say("41").say("40");
    assertThat(line.hear()).startsWith("40{");
  }

  @Test
  void carriesEventsAndAcksWithBinary() throws Exception {
    Browser.Line line = entered();
    assertThat(line.say("42[\"message\",1,\"2\",{\"3\":[true]}]").hear())
        .isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
    assertThat(line.say("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]").hear())
        .isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
    String two = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]";
    line.say("452-[\"message\"," + two).say(new byte[] {1, 2, 3}).say(new byte[] {4, 5, 6});
    assertThat(line.hear()).isEqualTo("452-[\"message-back\"," + two);
    assertThat(line.hear()).isEqualTo("[1, 2, 3]");
    assertThat(line.hear()).isEqualTo("[4, 5, 6]");
    line.say("452-789[\"message-with-ack\"," + two)
        .say(new byte[] {1, 2, 3})
        .say(new byte[] {4, 5, 6});
    assertThat(line.hear()).isEqualTo("462-789[" + two);
    assertThat(line.hear()).isEqualTo("[1, 2, 3]");
    assertThat(line.hear()).isEqualTo("[4, 5, 6]");
  }

  @Test
  void carriesBinaryByPollingAsBase64() throws Exception {
    String session = session("EIO=4");
    browser.post(session, "40");
    assertThat(browser.get(session).body()).startsWith("40{\"sid\":").contains("\u001e42[\"auth\"");
    String packet = "451-[\"message\",{\"_placeholder\":true,\"num\":0}]\u001ebAQID";
    browser.post(session, packet);
    assertThat(browser.get(session).body()).isEqualTo(packet.replace("message", "message-back"));
  }

  @Test
  void greetsClientsOfEngineIoThree() throws Exception {
    Browser.Line line = browser.webSocket("/socket.io/?EIO=3&transport=websocket");
    assertThat(line.hear()).startsWith("0{");
    assertThat(line.hear()).isEqualTo("40");
    assertThat(line.hear()).isEqualTo("42[\"auth\",{}]");
    assertThat(line.say("42[\"message\",\"old\"]").hear())
        .isEqualTo("42[\"message-back\",\"old\"]");
  }

  @Test
  void rubbishAtUpgradeLeavesPollingAlone() throws Exception {
    String session = session("EIO=4");
    Browser.Line line = browser.webSocket(session.replace("polling", "websocket"));
    line.say("4[]").awaitClose();
    assertThat(browser.post(session, "40").statusCode()).isEqualTo(200);
  }

  @Test
  void goodbyeIsSaidWhenTheServerStops() throws Exception {
    try (ConformanceApp other =
        new ConformanceApp(0, Duration.ofSeconds(25), Duration.ofSeconds(20))) {
      try (Browser guest = new Browser(other.port())) {
        Browser.Line line = guest.webSocket("/socket.io/?EIO=4&transport=websocket");
        line.hear();
        String path = "/socket.io/?EIO=4&transport=polling";
        String body = guest.get(path).body();
        CompletableFuture<HttpResponse<String>> poll =
            guest.getLater(path + "&sid=" + body.substring(9, 29));
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(other.socketIo()::close);
        assertThat(line.awaitClose().code).isEqualTo(1001);
        assertThat(line.reason).isEqualTo("server shutting down");
        stopped.get(10, TimeUnit.SECONDS);
        assertThat(poll.get(10, TimeUnit.SECONDS).statusCode()).isIn(200, 400);
      }
    }
  }

  @Test
  void aBroadcastReachesWebSocketsAndPolls() throws Exception {
    Browser.Line line = entered();
    String session = session("EIO=4");
    browser.post(session, "40");
    browser.get(session);
    CompletableFuture<HttpResponse<String>> poll = browser.getLater(session);
    app.socketIo()
        .execute(() -> {
          Namespace all = app.socketIo().io().of("/");
          for (int i = 0; i < 3; i++) {
            all.emit("news", i, new byte[] {7});
          }
        });
    for (int i = 0; i < 3; i++) {
      assertThat(line.hear())
          .isEqualTo("451-[\"news\"," + i + ",{\"_placeholder\":true,\"num\":0}]");
      assertThat(line.hear()).isEqualTo("[7]");
    }
    String polled = poll.get(10, TimeUnit.SECONDS).body();
    assertThat(polled.split("\u001e")).hasSize(6).contains("bBw==");
  }

  private static Browser.Line open() throws Exception {
    Browser.Line line = browser.webSocket("/socket.io/?EIO=4&transport=websocket");
    line.hear();
    return line;
  }

  private static Browser.Line entered() throws Exception {
    Browser.Line line = open().say("40");
    line.hear();
    line.hear();
    return line;
  }

  private static String session(String query) throws Exception {
    String path = "/socket.io/?transport=polling&" + query;
    return path + "&sid=" + browser.get(path).body().substring(9, 29);
  }
}
