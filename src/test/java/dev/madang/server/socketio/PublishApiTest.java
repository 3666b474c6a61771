package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishApiTest {
  private static final String KEY = "Bearer correct horse";
  private static final TcpLoops LOOPS = new TcpLoops(2);
  private static HttpDoor http;
  private static Browser browser;

  @BeforeAll
  static void start() {
    Router router = new Router();
    SocketIoDoor door =
        new SocketIoDoor(SocketIoDoor.Config.defaults().withApiKey("correct horse"), LOOPS.home());
    door.io().onConnection(socket -> socket.join("red/1"));
    door.io().of("/chat").onConnection(_ -> {});
    door.open(router);
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), LOOPS, router);
    browser = new Browser(http.port());
  }

  @AfterAll
  static void stop() {
    browser.close();
    http.close();
    LOOPS.close();
  }

  @Test
  void publishesToARoomAndToANamespace() throws Exception {
    Browser.Line line = browser.webSocket("/socket.io/?EIO=4&transport=websocket");
    line.hear();
    line.say("40").hear();
    line.say("40/chat").hear();
    var answer = browser.post("/api/rooms/red/1/news", "[1,{\"a\":\"é\"}]", "authorization", KEY);
    assertThat(answer.body()).isEqualTo("{\"sockets\":1}");
    assertThat(line.hear()).isEqualTo("42[\"news\",1,{\"a\":\"é\"}]");
    browser.post("/api/rooms/blue/news", "[]", "authorization", KEY);
    browser.post("/api/events/hello?namespace=/chat", "\"all\"", "authorization", KEY);
    assertThat(line.hear()).isEqualTo("42/chat,[\"hello\",\"all\"]");
    browser.post("/api/events/bare?namespace=chat", "", "authorization", KEY);
    assertThat(line.hear()).isEqualTo("42/chat,[\"bare\"]");
  }

  /// RFC 9110 §11.1: the scheme is "a case-insensitive token".
  @ParameterizedTest
  @ValueSource(strings = {"bearer correct horse", "BEARER  correct horse "})
  void theSchemeIsWrittenAsOneLikes(String key) throws Exception {
    assertThat(browser.post("/api/rooms/red/news", "[]", "authorization", key).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer ", "Bearer wrong", "bearer", "correct horse", "Basic eDp5"})
  void refusesWhoHasNotTheKey(String key) throws Exception {
    var answer =
        key.isEmpty()
            ? browser.post("/api/rooms/red/news", "[]")
            : browser.post("/api/rooms/red/news", "[]", "authorization", key);
    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertThat(browser.post("/api/rooms/red/news", "[1", "authorization", KEY).statusCode())
        .isEqualTo(400);
    assertThat(browser.post("/api/rooms/red", "[]", "authorization", KEY).statusCode())
        .isEqualTo(404);
    assertThat(browser.post("/api/rooms/red/connect", "[]", "authorization", KEY).statusCode())
        .isEqualTo(400);
    assertThat(browser.post("/api/events/x?namespace=/no", "[]", "authorization", KEY).statusCode())
        .isEqualTo(404);
  }

  @Test
  void withoutAKeyNobodyMayPublish() throws Exception {
    try (ConformanceApp app =
            new ConformanceApp(
                0, java.time.Duration.ofSeconds(25), java.time.Duration.ofSeconds(20));
        Browser other = new Browser(app.port())) {
      assertThat(other.post("/api/rooms/red/news", "[]", "authorization", "Bearer ").statusCode())
          .isEqualTo(401);
    }
  }
}
