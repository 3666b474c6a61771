package dev.madang.server.signal;

import static dev.madang.server.signal.SignalClient.fields;
import static dev.madang.server.signal.SignalClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.madang.room.Limits;
import dev.madang.room.Limits.Rate;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.store.KeptRooms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Signaling through the real doors by the Java client of Socket.IO.
class SignalDoorTest {
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "polling"})
  void twoPeopleMeetAndNegotiate(String transport) throws InterruptedException {
    SignalServer server = openServer();
    SignalClient ann = client(server, transport);
    SignalClient bo = client(server, transport);

    JsonNode joined = ann.ask("join", join("standup", "Ann"));
    assertThat(joined.path("type").asString()).isEqualTo("joined");
    assertThat(joined.path("you").path("role").asString()).isEqualTo("host");
    String annIs = joined.path("you").path("identity").asString();
    JsonNode relay = joined.path("iceServers").path(0);
    assertThat(relay.path("username").asString()).isNotBlank().doesNotContain(annIs);
    assertThat(relay.path("urls").path(0).asString()).isEqualTo("turn:127.0.0.1:" + server.port());

    bo.ask("join", join("standup", "Bo"));
    JsonNode newcomer = ann.next("participantJoined").path("participant");
    assertThat(newcomer.path("name").asString()).isEqualTo("Bo");
    assertThat(newcomer.path("order").asInt()).isEqualTo(2);

    var offer = fields("type", "offer", "sdp", "v=0\r\n");
    var negotiate = fields("to", annIs, "instance", "page-1", "description", offer);
    assertThat(bo.ask("negotiate", negotiate).path("type").asString()).isEqualTo("done");
    JsonNode negotiated = ann.next("negotiated");
    assertThat(negotiated.path("from").asString()).isEqualTo(newcomer.path("identity").asString());
    assertThat(negotiated.path("description").path("sdp").asString()).isEqualTo("v=0\r\n");

    JsonNode sent = ann.ask("say", fields("id", "1", "text", "안녕"));
    assertThat(sent.path("at").asLong())
        .isBetween(
            Instant.now().minusSeconds(60).toEpochMilli(), Instant.now().toEpochMilli() + 1000);
    assertThat(bo.next("said").path("message").path("text").asString()).isEqualTo("안녕");
  }

  @Test
  void whoseConnectionBreaksComesBackAsTheSame() throws InterruptedException {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    SignalClient bo = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    bo.ask("join", join("standup", "Bo"));
    ann.next("participantJoined");
    var track = fields("id", "m", "source", "microphone", "muted", true);
    bo.ask("publish", fields("tracks", List.of(track)));
    ann.next("participantChanged");

    bo.cut();
    assertThat(ann.next("participantChanged").path("participant").path("presence").asString())
        .isEqualTo("reconnecting");
    ann.ask("say", fields("id", "1", "text", "while you were away"));

    bo.connect();
    JsonNode back = bo.ask("join", join("standup", "Bo"));
    assertThat(back.path("resumed").asBoolean()).isTrue();
    assertThat(back.path("you").path("order").asInt()).isEqualTo(2);
    assertThat(back.path("you").path("tracks").path(0).path("muted").asBoolean()).isTrue();
    assertThat(back.path("chat").size()).isOne();
    assertThat(ann.next("participantChanged").path("participant").path("presence").asString())
        .isEqualTo("online");
    assertThat(ann.heard()).containsOnlyOnce("participantJoined").doesNotContain("participantLeft");
  }

  @Test
  void theOthersLearnWithinTenSecondsThatAConnectionIsGone() {
    SignalDoor.Config usual = SignalDoor.Config.defaults();
    assertThat(usual.pingInterval().plus(usual.pingTimeout())).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void whoFallsSilentWithoutAWordIsMissedByThePulseOfRooms() throws Exception {
    SignalDoor.Config usual = SignalDoor.Config.defaults().withOpen(true);
    SignalServer server =
        openServer(
            new SignalDoor.Config(
                true,
                Map.of(),
                usual.joins(),
                Duration.ofMillis(300),
                Duration.ofSeconds(3),
                usual.kept(),
                usual.limits()));
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    // Answers no ping: what a connection without a network looks like.
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket silent =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(
                      "ws://127.0.0.1:" + server.port() + "/socket.io/?EIO=4&transport=websocket"),
                  new WebSocket.Listener() {})
              .join();
      silent.sendText("40/room,", true).join();
      silent.sendText("42/room,[\"join\"," + join("standup", "Bo") + "]", true).join();
      ann.next("participantJoined");
      assertThat(ann.next("participantChanged").path("participant").path("presence").asString())
          .isEqualTo("reconnecting");
      silent.abort();
    }
  }

  @Test
  void whoSendsNothingButNonsenseIsDisconnectedAndTheOthersGoOn() {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    SignalClient noisy = client(server, "websocket");

    assertThat(code(noisy.ask("dance", fields()))).isEqualTo("unknown-message");
    await()
        .until(() -> {
          for (int i = 0; i < 10; i++) {
            noisy.tell("dance", fields());
          }
          return !noisy.connected();
        });
    assertThat(ann.ask("raiseHand", fields("raised", true)).path("type").asString())
        .isEqualTo("done");
  }

  @Test
  void whoGoesOnAndOnAfterTooFastIsDisconnectedAndTheOthersGoOn() {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    SignalClient noisy = client(server, "websocket");
    noisy.ask("join", join("standup", "Noisy"));
    SignalClient stranger = client(server, "websocket");

    for (SignalClient each : List.of(noisy, stranger)) {
      await()
          .until(() -> {
            for (int i = 0; i < 30; i++) {
              each.tell("react", fields("emoji", "🎉"));
            }
            return !each.connected();
          });
    }
    assertThat(ann.ask("raiseHand", fields("raised", true)).path("type").asString())
        .isEqualTo("done");
  }

  /// What is read would end the connection at once: it is broken.
  @Test
  void ofAFloodOfLargeMessagesNothingIsReadAndItsConnectionIsClosed() throws Exception {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket flood =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(
                      "ws://127.0.0.1:" + server.port() + "/socket.io/?EIO=4&transport=websocket"),
                  new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(
                        WebSocket socket, CharSequence text, boolean last) {
                      heard.add(text.toString());
                      socket.request(1);
                      return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(
                        WebSocket socket, int code, String reason) {
                      heard.add("closed");
                      return null;
                    }
                  })
              .join();
      flood.sendText("40/room,", true).join();
      String large = "[\"say\",{" + "x".repeat(500_000);
      flood.sendText("42/room,7" + large, true).join();
      assertThat(next(heard, "43/room,7")).contains("\"code\":\"too-fast\"");
      flood.sendText("42/room,8[\"leave\",{}]", true).join();
      assertThat(next(heard, "43/room,8")).as("what is small is read").contains("not-joined");
      for (int i = 0; i < 60 && !flood.isOutputClosed(); i++) {
        flood.sendText("42/room," + large, true).exceptionally(_ -> flood).join();
      }
      assertThat(next(heard, "closed")).isNotNull();
      flood.abort();
    }
    assertThat(ann.ask("raiseHand", fields("raised", true)).path("type").asString())
        .isEqualTo("done");
  }

  private static String next(BlockingQueue<String> heard, String start)
      throws InterruptedException {
    String each;
    do {
      each = heard.poll(20, TimeUnit.SECONDS);
      assertThat(each).as(start).isNotNull();
    } while (!each.startsWith(start));
    return each;
  }

  @Test
  void aDescriptionAsLongAsMayBeIsReadAsOftenAsTheRatesAllow() {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    SignalClient bo = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    String to = bo.ask("join", join("standup", "Bo")).at("/you/identity").asString();
    String sdp = "v=0\r\n" + "a=x\r\n".repeat(13_000);
    int burst = Limits.defaults().negotiation().burst();
    for (int i = 0; i < burst / (1 + sdp.length() / 4096); i++) {
      JsonNode answer =
          ann.ask(
              "negotiate",
              fields(
                  "to",
                  to,
                  "instance",
                  "page-1",
                  "description",
                  fields("type", "offer", "sdp", sdp)));
      assertThat(answer.path("type").asString()).as(answer.toString()).isEqualTo("done");
    }
  }

  /// Class 75 of the list of bad inputs.
  @Test
  void theNewestConnectionOfAnIdentityWinsAndTheOlderIsClosed() throws InterruptedException {
    SignalServer server = openServer();
    SignalClient older = client(server, "websocket");
    older.ask("join", join("standup", "Ann"));
    SignalClient newer = client(server, "polling");

    assertThat(newer.ask("join", join("standup", "Ann")).path("resumed").asBoolean()).isTrue();

    assertThat(older.next("ended").path("code").asString()).isEqualTo("replaced");
    await().until(() -> !older.connected());
    assertThat(newer.connected()).isTrue();
  }

  @Test
  void whereRoomsAreNotOpenATokenIsNeededAndItsHolderComesIn() {
    SignalServer server = openServer(SignalDoor.Config.defaults());
    SignalClient ann = client(server, "websocket");

    JsonNode refused = ann.ask("join", join("standup", "Ann"));
    assertThat(refused.path("type").asString()).isEqualTo("refused");
    assertThat(refused.path("code").asString()).isEqualTo("needs-token");
    assertThat(refused.path("message").asString()).isNotBlank();
    assertThat(refused.path("help").asString()).isNotBlank();

    JsonNode with = join("standup", "Ann").put("token", token("standup", "ann"));
    assertThat(ann.ask("join", with).path("you").path("identity").asString()).isEqualTo("ann");
  }

  @Test
  void whomAHostInvitesComesIn() {
    SignalServer server = openServer(SignalDoor.Config.defaults());
    SignalClient ann = client(server, "websocket");
    SignalClient bo = client(server, "websocket");
    String host = token("standup", "ann", new Permissions(true, true, true, true));
    ann.ask("join", join("standup", "Ann").put("token", host));

    JsonNode invited = ann.ask("invite", fields("name", "Bo", "seconds", 600));

    assertThat(invited.path("type").asString()).isEqualTo("invited");
    assertThat(Instant.ofEpochMilli(invited.path("until").asLong()))
        .isBetween(Instant.now().plusSeconds(500), Instant.now().plusSeconds(600));
    String token = invited.path("token").asString();
    JsonNode entered = bo.ask("join", join("standup", "B").put("token", token));
    assertThat(entered.path("you").path("can").path("moderate").asBoolean()).isFalse();
    assertThat(entered.path("participants").path(0).path("name").asString()).isEqualTo("Ann");
    assertThat(code(bo.ask("invite", fields()))).isEqualTo("not-host");
    SignalClient cy = client(server, "websocket");
    assertThat(code(cy.ask("join", join("other", "Cy").put("token", token))))
        .isEqualTo("wrong-room");
  }

  @Test
  void aWrongTokenIsRefusedEvenWhereRoomsAreOpen() {
    SignalClient ann = client(openServer(), "websocket");

    assertThat(code(ann.ask("join", join("standup", "Ann").put("token", "x.y.z"))))
        .isEqualTo("bad-token");
    assertThat(code(ann.ask("join", join("standup", "Ann").put("token", token("other", "ann")))))
        .isEqualTo("wrong-room");
  }

  @Test
  void aPageLearnsWhatIsWrongWithItsInvitationBeforeAnybodyJoins() throws Exception {
    SignalServer server = openServer(SignalDoor.Config.defaults());
    String good = token("standup", Instant.now().plusSeconds(60));
    String old = token("standup", Instant.now().minusSeconds(60));
    assertThat(asks(server, "Standup", good)).isEqualTo("200 done");
    assertThat(asks(server, "elsewhere", good)).isEqualTo("200 wrong-room");
    assertThat(asks(server, "standup", good + "x")).isEqualTo("200 bad-token");
    assertThat(asks(server, "standup", old)).isEqualTo("200 expired-token");
    assertThat(asks(server, "standup", null)).isEqualTo("200 needs-token");
    assertThat(asks(openServer(), "standup", null)).isEqualTo("200 done");
    assertThat(asks(openServer(), "standup", old)).isEqualTo("200 expired-token");
  }

  @Test
  void aPageMayAskAsOftenAsOneMayJoinAndTakesNothingOfThat() throws Exception {
    SignalDoor.Config usual = SignalDoor.Config.defaults();
    SignalServer server =
        openServer(
            new SignalDoor.Config(
                true,
                Map.of(),
                new Rate(3, 0),
                usual.pingInterval(),
                usual.pingTimeout(),
                usual.kept(),
                usual.limits()));
    for (int i = 0; i < 3; i++) {
      assertThat(asks(server, "standup", "guess")).isEqualTo("200 bad-token");
    }
    assertThat(asks(server, "standup", null)).isEqualTo("429 too-many-joins");
    assertThat(client(server, "websocket").ask("join", join("standup", "Ann")).path("type"))
        .hasToString("\"joined\"");
  }

  private static String token(String room, Instant until) {
    return SignalServer.GRANTS.issue(
        new Grants.Wish(
            room, null, null, new Permissions(true, true, true, false), "a", null, until));
  }

  /// Status, and code or type.
  private static String asks(SignalServer server, String room, @Nullable String token)
      throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
              URI.create("http://127.0.0.1:" + server.port() + "/api/invitation?room=" + room));
      if (token != null) {
        request.header("authorization", "Bearer " + token);
      }
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      JsonNode said = new JsonMapper().readTree(answer.body());
      return answer.statusCode() + " " + said.path("code").asString(said.path("type").asString());
    }
  }

  @Test
  void whoReadsKoreanIsToldInKorean() throws InterruptedException {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    SignalClient bo = new SignalClient(server.port(), Map.of("language", "ko"), "websocket");
    open.add(bo);
    ann.ask("join", join("standup", "Ann"));
    bo.ask("join", join("standup", "Bo"));

    assertThat(ann.ask("say", fields("id", "1", "text", " ")).path("message").asString())
        .startsWith("This message");
    assertThat(bo.ask("end").path("message").asString()).isEqualTo("진행자만 할 수 있습니다.");
    ann.ask("end");
    assertThat(bo.next("ended").path("message").asString()).startsWith("모두의 회의가 끝났습니다");
  }

  @Test
  void whatIsNoMessageIsRefusedWithACode() {
    SignalClient ann = client(openServer(), "websocket");

    assertThat(code(ann.ask("dance", fields()))).isEqualTo("unknown-message");
    assertThat(code(ann.ask("join"))).isEqualTo("bad-message");
    assertThat(code(ann.ask("join", "standup"))).isEqualTo("bad-message");
    assertThat(code(ann.ask("say", fields("id", "1", "text", "hi")))).isEqualTo("not-joined");
    assertThat(code(ann.ask("join", join("x".repeat(65), "Ann")))).isEqualTo("too-long");
    assertThat(code(ann.ask("join", join("../x", "Ann")))).isEqualTo("bad-room-name");
  }

  @Test
  void withoutAnAcknowledgementTheAnswerComesAsAnEvent() throws InterruptedException {
    SignalClient ann = client(openServer(), "websocket");

    ann.tell("say", fields("id", "1"));
    assertThat(ann.next("refused").path("code").asString()).isEqualTo("bad-message");
    ann.tell("join", join("standup", "Ann"));
    assertThat(ann.next("joined").path("you").path("name").asString()).isEqualTo("Ann");
    ann.tell("say", fields("id", "1", "text", "hi"));
    assertThat(ann.next("sent").path("id").asString()).isEqualTo("1");
    ann.tell("raiseHand", fields("raised", true));
    assertThat(ann.ask("raiseHand", fields("raised", false)).path("type").asString())
        .isEqualTo("done");
    assertThat(ann.heard()).doesNotContain("done");
  }

  /// Classes 76: what a client says of itself beyond the form is not listened to.
  @Test
  void nobodyMakesThemselvesHostOrHidden() throws InterruptedException {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    SignalClient bo = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));

    ObjectNode claims =
        join("standup", "Bo")
            .put("role", "host")
            .put("hidden", true)
            .put("identity", "admin")
            .set("can", fields("moderate", true));
    JsonNode you = bo.ask("join", claims).path("you");

    assertThat(you.path("role").asString()).isEqualTo("guest");
    assertThat(you.path("identity").asString()).startsWith("~");
    assertThat(code(bo.ask("end"))).isEqualTo("not-host");
    assertThat(ann.next("participantJoined").path("participant").path("name").asString())
        .isEqualTo("Bo");
  }

  @Test
  void whoIsRemovedIsClosedAndDoesNotComeInAgain() throws InterruptedException {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    SignalClient bo = client(server, "polling");
    ann.ask("join", join("standup", "Ann"));
    JsonNode joined = bo.ask("join", join("standup", "Bo"));
    String boIs = joined.path("you").path("identity").asString();

    ann.ask("remove", fields("identity", boIs));
    assertThat(server.revoked)
        .containsExactly(joined.path("iceServers").path(0).path("username").asString());

    assertThat(bo.next("ended").path("code").asString()).isEqualTo("removed");
    await().until(() -> !bo.connected());
    assertThat(ann.next("roomChanged").path("reason").asString()).isEqualTo("removal");
    bo.connect();
    assertThat(code(bo.ask("join", join("standup", "Bo")))).isEqualTo("removed");
  }

  @Test
  void tooManyJoinsFromOneAddressAreRefused() {
    SignalDoor.Config strict =
        new SignalDoor.Config(
            true,
            Map.of(),
            new Rate(2, 0),
            Duration.ofSeconds(5),
            Duration.ofSeconds(4),
            KeptRooms.Config.defaults(),
            Limits.defaults());
    SignalClient ann = client(openServer(strict), "websocket");

    ann.ask("join", join("standup", "Ann"));
    ann.ask("join", join("standup", "Ann"));
    assertThat(code(ann.ask("join", join("standup", "Ann")))).isEqualTo("too-many-joins");
  }

  @Test
  void figuresSayHowManyAreInAndWhatWasRefused() {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));
    ann.ask("dance");

    await()
        .untilAsserted(() -> {
          assertThat(server.door.figures().rooms()).isOne();
          assertThat(server.door.figures().people()).isOne();
          assertThat(server.door.figures().joins()).isOne();
          assertThat(server.door.figures().refusals()).containsEntry("unknown-message", 1L);
        });
    var meters = new SimpleMeterRegistry();
    server.door.measure(meters);
    assertThat(meters.get("madang.room.people").gauge().value()).isOne();
    assertThat(
            meters
                .get("madang.room.refusals")
                .tag("code", "unknown-message")
                .functionCounter()
                .count())
        .isOne();
  }

  @Test
  void whenTheServerStopsEverybodyIsToldToComeBack() throws Exception {
    SignalServer server = openServer();
    SignalClient ann = client(server, "websocket");
    ann.ask("join", join("standup", "Ann"));

    server.door.close();

    assertThat(ann.next("ended").path("code").asString()).isEqualTo("closing");
  }

  /// Class 73: a token is for the door alone.
  @Test
  void tokensAndSecretsAreNeverLogged() {
    Logger root = (Logger) LoggerFactory.getLogger("dev.madang");
    Level before = root.getLevel();
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    root.setLevel(Level.TRACE);
    root.addAppender(log);
    String token = token("standup", "ann");
    try {
      SignalClient ann = client(openServer(), "polling");
      ann.ask("join", join("standup", "Ann").put("token", token));
      ann.ask("join", join("elsewhere", "Ann").put("token", token));
      ann.ask("join", join("standup", "Ann").put("token", token + "x"));
    } finally {
      root.detachAppender(log);
      root.setLevel(before);
    }

    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains(token.substring(20)) || line.contains("session-of-"));
  }

  private SignalServer openServer() {
    return openServer(SignalDoor.Config.defaults().withOpen(true));
  }

  private SignalServer openServer(SignalDoor.Config config) {
    var server = new SignalServer(config);
    open.add(server);
    return server;
  }

  private SignalClient client(SignalServer server, String transport) {
    var client = new SignalClient(server.port(), transport);
    open.add(client);
    return client;
  }

  private static String token(String room, String identity) {
    return token(room, identity, new Permissions(true, true, true, false));
  }

  private static String token(String room, String identity, Permissions can) {
    return SignalServer.GRANTS.issue(
        new Grants.Wish(
            room, identity, null, can, "t", null, Instant.now().plus(Duration.ofHours(1))));
  }

  private static String code(JsonNode answer) {
    assertThat(answer.path("type").asString()).isEqualTo("refused");
    return answer.path("code").asString();
  }
}
