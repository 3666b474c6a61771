package dev.madang.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.chat.Handshake;
import dev.madang.net.TcpLoops;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.signal.SignalClient;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The admin door, over HTTP as the page comes to it, with people in its rooms.
class AdminDoorTest {
  @TempDir private Path data;
  private final HttpClient web = HttpClient.newHttpClient();
  private final TcpLoops loops = new TcpLoops(2);
  private SocketIoDoor socketIo;
  private SignalDoor signal;
  private HttpDoor http;
  private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");

  private void open() {
    Router router = new Router();
    socketIo = new SocketIoDoor(SocketIoDoor.Config.defaults(), loops.home());
    SignalDoor.Config open = SignalDoor.Config.defaults().withOpen(true);
    signal =
        SignalDoor.open(
            open, socketIo.io().of("/room"), loops.home(), data, null, new NoRelays(), null);
    socketIo.open(router);
    new AdminDoor(AdminDoor.Config.defaults(), data, signal.rooms(), null, loops.home(), () -> now)
        .addTo(router);
    http =
        HttpDoor.open(
            HttpDoor.Config.defaults().withPort(0).withTrustedProxies(List.of("127.0.0.1/32")),
            loops,
            router);
  }

  private static final class NoRelays implements SignalDoor.Relays {
    @Override
    public List<IceServer> iceServers(String user, Handshake handshake) {
      return List.of();
    }

    @Override
    public void revoke(String user) {}
  }

  @AfterEach
  void close() {
    if (http != null) {
      signal.close();
      socketIo.close();
      http.close();
    }
    loops.close();
  }

  @Test
  void aLinkSetsThePasswordOnceAndLetsIn() throws Exception {
    open();
    String token = token();

    HttpResponse<String> in = post("link", body("token", token, "password", GOOD));
    assertThat(in.statusCode()).isEqualTo(200);
    assertThat(in.headers().firstValue("set-cookie").orElseThrow())
        .contains("HttpOnly", "SameSite=Strict", "Path=/api/admin")
        .doesNotContain("Secure");
    assertThat(get("rooms", cookie(in)).statusCode()).isEqualTo(200);

    HttpResponse<String> again = post("link", body("token", token, "password", "another password"));
    assertThat(again.statusCode()).isEqualTo(403);
    assertThat(code(again)).isEqualTo("wrong-link");
    assertThat(post("enter", body("password", GOOD)).statusCode()).isEqualTo(200);
  }

  @Test
  void aPageLearnsWhetherItsLinkIsGoodBeforeAnybodyTypesAndThatUsesUpNothing() throws Exception {
    open();
    String token = token();
    for (int i = 0; i < 10; i++) {
      assertThat(post("look", body("token", token)).body()).isEqualTo("{\"good\":true}");
    }
    assertThat(post("link", body("token", token, "password", GOOD)).statusCode()).isEqualTo(200);
    assertThat(post("look", body("token", token)).body()).isEqualTo("{\"good\":false}");
    for (int i = 11; i < 60; i++) {
      post("look", body("token", "none"));
    }
    assertThat(code(post("look", body("token", "none")))).isEqualTo("too-many-attempts");
    assertThat(post("enter", body("password", GOOD)).statusCode()).isEqualTo(200);
  }

  @Test
  void aLinkIsGoodForAnHour() throws Exception {
    open();
    String token = token();
    now = now.plus(Duration.ofMinutes(61));

    assertThat(code(post("link", body("token", token, "password", GOOD)))).isEqualTo("wrong-link");
  }

  @Test
  void aPasswordTooShortDoesNotUseUpTheLink() throws Exception {
    open();
    String token = token();

    assertThat(post("link", body("token", token, "password", "nine char")).statusCode())
        .isEqualTo(422);
    assertThat(post("link", body("token", token, "password", GOOD)).statusCode()).isEqualTo(200);
  }

  @Test
  void nobodyReadsAnythingWithoutASession() throws Exception {
    open();
    try (SignalClient ann = person("secret-room", "Ann")) {
      assertThat(get("rooms", "").statusCode()).isEqualTo(401);
      HttpResponse<String> guessed = get("rooms", "madang-admin=guessed");
      assertThat(guessed.statusCode()).isEqualTo(401);
      assertThat(guessed.body()).doesNotContain("secret-room");
      assertThat(post("end", body("room", "secret-room")).statusCode()).isEqualTo(401);
      assertThat(post("remove", body("room", "secret-room")).statusCode()).isEqualTo(401);
      assertThat(get("session", "").body()).isEqualTo("{\"inside\":false}");
      assertThat(ann.ask("raiseHand", SignalClient.fields("raised", true)).path("type").asString())
          .as("still in")
          .isEqualTo("done");
    }
  }

  @Test
  void withoutAPasswordNonePassesAndWrongOnesAreCountedPerNetwork() throws Exception {
    open();
    assertThat(code(post("enter", body("password", "")))).isEqualTo("wrong-password");
    link();
    for (int i = 0; i < 5; i++) {
      assertThat(code(post("enter", body("password", "wrong " + i)))).isEqualTo("wrong-password");
    }
    assertThat(post("enter", body("password", GOOD)).statusCode()).isEqualTo(429);
    assertThat(
            post(
                    "enter",
                    body("password", GOOD),
                    "x-forwarded-for",
                    "203.0.113.9",
                    "x-forwarded-proto",
                    "https")
                .statusCode())
        .as("from another network")
        .isEqualTo(200);
  }

  @Test
  void fromAnotherMachineNothingGoesUnencryptedAndTheCookieStaysWithTls() throws Exception {
    open();
    link();
    HttpResponse<String> bare =
        post("enter", body("password", GOOD), "x-forwarded-for", "203.0.113.9");
    assertThat(code(bare)).isEqualTo("not-secure");
    HttpResponse<String> secure =
        post(
            "enter",
            body("password", GOOD),
            "x-forwarded-for",
            "203.0.113.9",
            "x-forwarded-proto",
            "https");
    assertThat(secure.headers().firstValue("set-cookie").orElseThrow()).endsWith("; Secure");
  }

  @Test
  void pagesOfOtherOriginsAreRefusedThoughTheyBringTheCookie() throws Exception {
    open();
    String cookie = link();
    try (SignalClient ann = person("yard", "Ann")) {
      assertThat(ann).isNotNull();
      HttpRequest bare =
          request("end")
              .header("cookie", cookie)
              .POST(BodyPublishers.ofString(body("room", "yard")))
              .build();
      assertThat(code(web.send(bare, BodyHandlers.ofString()))).isEqualTo("not-here");
      assertThat(
              code(
                  post(
                      "end",
                      body("room", "yard"),
                      "cookie",
                      cookie,
                      "sec-fetch-site",
                      "same-site")))
          .isEqualTo("not-here");
      assertThat(
              post("end", body("room", "yard"), "cookie", cookie, "origin", "https://evil.example")
                  .statusCode())
          .isEqualTo(403);
      assertThat(rooms(cookie).size()).isEqualTo(1);
    }
  }

  @Test
  void aSessionEndsByItsTimeByLoggingOutAndByANewPassword() throws Exception {
    open();
    String first = link();
    String second = cookie(post("enter", body("password", GOOD)));
    post("leave", "{}", "cookie", second);
    assertThat(get("rooms", second).statusCode()).isEqualTo(401);
    assertThat(get("rooms", first).statusCode()).isEqualTo(200);

    String third = link();
    assertThat(get("rooms", first).statusCode()).as("before the new password").isEqualTo(401);
    now = now.plus(Duration.ofHours(12));
    assertThat(get("rooms", third).statusCode()).isEqualTo(401);
  }

  @Test
  void thePasswordIsKeptAsASlowHashThatItsOwnerAloneReads() throws Exception {
    open();
    token();
    assertThat(mode("admin.link")).isEqualTo("rw-------");
    link();
    assertThat(mode("admin.password")).isEqualTo("rw-------");
    assertThat(Files.readString(data.resolve("admin.password")))
        .matches("pbkdf2-sha256 600000 \\S{24} \\S{44}\n")
        .doesNotContain(GOOD);
    assertThat(data.resolve("admin.link")).doesNotExist();
  }

  @Test
  void theStartPrintsATokenAsLongAsThereIsNoPassword() throws Exception {
    open();
    AdminDoor.Config config = AdminDoor.Config.defaults();
    assertThat(AdminDoor.entrance(config, data, "http://localhost:7700", false))
        .matches("http://localhost:7700/admin#[\\w-]{43}");
    link();
    assertThat(AdminDoor.entrance(config, data, "http://localhost:7700", false))
        .isEqualTo("http://localhost:7700/admin");
    assertThat(AdminDoor.entrance(config, data, "http://localhost:7700", true)).contains("#");
  }

  @Test
  void whoIsInAndWhatTheyPublishIsTold() throws Exception {
    open();
    String cookie = link();
    try (SignalClient ann = person("yard", "Ann");
        SignalClient bo = person("yard", "Bo")) {
      ann.ask(
          "publish",
          SignalClient.fields(
              "tracks",
              List.of(SignalClient.fields("id", "a", "source", "microphone", "muted", true))));
      assertThat(bo).isNotNull();
      JsonNode room = rooms(cookie).get(0);
      assertThat(room.path("name").asString()).isEqualTo("yard");
      assertThat(room.path("direct").asBoolean()).isTrue();
      JsonNode first = room.path("people").get(0);
      assertThat(first.path("name").asString()).isEqualTo("Ann");
      assertThat(first.path("host").asBoolean()).isTrue();
      assertThat(first.path("tracks").get(0).path("source").asString()).isEqualTo("microphone");
      assertThat(first.path("tracks").get(0).path("muted").asBoolean()).isTrue();
      assertThat(room.path("people").size()).isEqualTo(2);
    }
  }

  @Test
  void whoIsRemovedReadsSoAndARoomThatIsEndedIsOverForAll() throws Exception {
    open();
    String cookie = link();
    try (SignalClient ann = person("yard", "Ann");
        SignalClient bo = person("yard", "Bo");
        SignalClient cy = person("lane", "Cy")) {
      String identity = rooms(cookie).get(0).path("people").get(1).path("identity").asString();
      assertThat(
              post("remove", body("room", "yard", "identity", identity), "cookie", cookie)
                  .statusCode())
          .isEqualTo(200);
      assertThat(bo.next("ended").path("code").asString()).isEqualTo("removed");
      assertThat(ann.next("participantLeft").path("reason").asString()).isEqualTo("removed");
      try (SignalClient again = new SignalClient(http.port(), "websocket")) {
        assertThat(again.ask("join", SignalClient.join("yard", "Bo")).path("code").asString())
            .isEqualTo("removed");
      }
      assertThat(post("end", body("room", "lane"), "cookie", cookie).statusCode()).isEqualTo(200);
      assertThat(cy.next("ended").path("code").asString()).isEqualTo("ended");
      assertThat(code(post("end", body("room", "lane"), "cookie", cookie))).isEqualTo("not-there");
      assertThat(rooms(cookie).size()).isEqualTo(1);
    }
  }

  @Test
  void whatIsNoRequestIsCalledSo() throws Exception {
    open();
    String cookie = link();
    for (String bad : List.of("{", "[]", "\"x\"", "{\"room\":" + "[".repeat(2000))) {
      assertThat(post("end", bad, "cookie", cookie).statusCode()).as(bad).isEqualTo(400);
    }
    assertThat(post("end", "{\"room\":7}", "cookie", cookie).statusCode()).isEqualTo(404);
    assertThat(post("end", "x".repeat(5000), "cookie", cookie).statusCode()).isEqualTo(413);
  }

  // ---- what they do -----------------------------------------------------------------------------

  private String token() throws IOException {
    return new OneTimeLink(data).make(now, AdminDoor.Config.defaults().link());
  }

  /// Enters by a new link; the cookie.
  private String link() throws Exception {
    return cookie(post("link", body("token", token(), "password", GOOD)));
  }

  private static String cookie(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
  }

  private JsonNode rooms(String cookie) throws Exception {
    return JSON.readTree(get("rooms", cookie).body()).path("rooms");
  }

  private SignalClient person(String room, String name) {
    SignalClient client = new SignalClient(http.port(), "websocket");
    assertThat(client.ask("join", SignalClient.join(room, name)).path("type").asString())
        .isEqualTo("joined");
    return client;
  }

  private HttpRequest.Builder request(String what) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + http.port() + "/api/admin/" + what));
  }

  private HttpResponse<String> get(String what, String cookie) throws Exception {
    HttpRequest.Builder request = request(what);
    if (!cookie.isEmpty()) {
      request.header("cookie", cookie);
    }
    return web.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String what, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        request(what).header("x-madang-admin", "1").POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return web.send(request.build(), BodyHandlers.ofString());
  }

  private static String body(Object... namesAndValues) {
    return JSON.writeValueAsString(SignalClient.fields(namesAndValues));
  }

  private static String code(HttpResponse<String> answer) {
    return JSON.readTree(answer.body()).path("code").asString();
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file)));
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final String GOOD = "four words to remember";
}
