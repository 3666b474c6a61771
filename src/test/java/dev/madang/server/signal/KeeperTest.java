package dev.madang.server.signal;

import static dev.madang.server.signal.SignalClient.fields;
import static dev.madang.server.signal.SignalClient.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.madang.room.SignalMessage.KeepChat;
import dev.madang.store.KeptRooms;
import dev.madang.store.Store;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// What outlives rooms, through the real doors, with a database that answers and with two that do
/// not.
class KeeperTest {
  @TempDir Path data;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void whatWasSaidJustBeforeTheServerStopsIsReadOnceAfterItsStartInItsOrder() throws Exception {
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      SignalClient ann = client(server);
      ann.ask("join", join("standup", "Ann"));
      assertThat(data).as("nothing is made before anything is kept").isEmptyDirectory();
      assertThat(type(ann.ask("keepChat", fields("on", true)))).isEqualTo("done");
      assertThat(ann.next("roomChanged").at("/room/chatKept").asBoolean()).isTrue();
      ann.ask("setLobby", fields("on", true));
      for (int i = 0; i < 15; i++) {
        ann.ask("say", fields("id", "" + i, "text", "line " + i));
      }
      // A crash from here on loses nothing.
      try (Store other = sqlite()) {
        KeptRooms rooms = other.rooms(KeptRooms.Config.defaults());
        await()
            .atMost(Duration.ofSeconds(5))
            .until(() -> rooms.find("standup", Instant.now()).messages().size() == 15);
      }
      ann.ask("say", fields("id", "15", "text", "line 15"));
    }
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      SignalClient ann = client(server);
      SignalClient bo = client(server);
      JsonNode joined = ann.ask("join", join("Standup", "Ann"));
      List<String> lines = IntStream.range(0, 16).mapToObj(i -> "line " + i).toList();
      assertThat(texts(joined)).isEqualTo(lines);
      assertThat(joined.at("/room/lobby").asBoolean()).isTrue();
      assertThat(joined.at("/chat/0/from")).isEqualTo(joined.at("/you/identity"));
      ann.ask("say", fields("id", "15", "text", "line 15"));
      assertThat(type(bo.ask("join", join("standup", "Bo")))).isEqualTo("waiting");
      ann.ask("admit", fields());
      assertThat(texts(bo.next("joined"))).isEqualTo(lines);

      assertThat(type(ann.ask("clearChat", fields()))).isEqualTo("done");
      bo.next("chatCleared");
      ann.ask("say", fields("id", "16", "text", "after"));
    }
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      assertThat(texts(client(server).ask("join", join("standup", "Ann"))))
          .containsExactly("after");
    }
  }

  @Test
  void manyWhoComeAtOnceToARoomThatIsNotOpenAllReadTheSame() throws Exception {
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      SignalClient ann = client(server);
      ann.ask("join", join("standup", "Ann"));
      ann.ask("keepChat", fields("on", true));
      ann.ask("say", fields("id", "1", "text", "kept"));
    }
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      List<SignalClient> all = IntStream.range(0, 4).mapToObj(_ -> client(server)).toList();
      List<Thread> joining = new ArrayList<>();
      List<JsonNode> joined = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < all.size(); i++) {
        int number = i;
        joining.add(
            Thread.startVirtualThread(
                () -> joined.add(all.get(number).ask("join", join("standup", "guest" + number)))));
      }
      for (Thread each : joining) {
        each.join();
      }
      assertThat(joined)
          .hasSize(4)
          .allSatisfy(each -> {
            assertThat(type(each)).isEqualTo("joined");
            assertThat(texts(each)).containsExactly("kept");
          });
    }
  }

  @Test
  void withoutADatabaseRoomsOpenAndTheLogSaysSoOnce() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "postgresql://a:b@127.0.0.1:" + silent.getLocalPort() + "/c";
      ListAppender<ILoggingEvent> log = log();
      try (Store store = new Store(new Store.Config(url, 2), data);
          SignalServer server = server(store)) {
        SignalClient ann = client(server);
        JsonNode joined = ann.ask("join", join("standup", "Ann"));
        assertThat(type(joined)).isEqualTo("joined");
        assertThat(joined.at("/room/chatKept").asBoolean()).isFalse();
        JsonNode refused = ann.ask("keepChat", fields("on", true));
        assertThat(refused.path("code").asString()).isEqualTo("not-kept");
        assertThat(refused.path("message").asString()).contains("database does not answer");
        SignalClient bo = client(server);
        assertThat(type(bo.ask("join", join("elsewhere", "Bo")))).isEqualTo("joined");
        assertThat(type(ann.ask("say", fields("id", "1", "text", "x")))).isEqualTo("sent");
        assertThat(log.list).filteredOn(each -> each.getLevel() == Level.ERROR).hasSize(1);
      }
    }
  }

  @Test
  void aRoomThatOpenedWithoutTheDatabaseLearnsWhatIsKeptWhenItIsBack() throws Exception {
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      SignalClient ann = client(server);
      ann.ask("join", join("standup", "Ann"));
      ann.ask("keepChat", fields("on", true));
      ann.ask("say", fields("id", "1", "text", "kept"));
    }
    Path file = data.resolve("madang.db");
    Path away = data.resolve("away.db");
    Files.move(file, away);
    Files.createDirectory(file);
    try (Store store = sqlite();
        SignalServer server = server(store)) {
      SignalClient bo = client(server);
      assertThat(type(bo.ask("join", join("standup", "Bo")))).isEqualTo("joined");
      Files.delete(file);
      Files.move(away, file);
      assertThat(bo.ask("keepChat", fields("on", false)).path("code").asString())
          .as("nothing is deleted that nobody knows of")
          .isEqualTo("not-kept");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> bo.next("roomChanged").at("/room/chatKept").asBoolean());
      assertThat(texts(client(server).ask("join", join("standup", "June"))))
          .containsExactly("kept");
    }
  }

  @Test
  void aServerThatKeepsNothingSaysSo() throws Exception {
    try (SignalServer server = server(null)) {
      SignalClient ann = client(server);
      ann.ask("join", join("standup", "Ann"));
      assertThat(ann.ask("keepChat", fields("on", true)).path("code").asString())
          .isEqualTo("too-many-kept");
      assertThat(type(ann.ask("clearChat", fields()))).isEqualTo("done");
      ann.next("chatCleared");
    }
  }

  @Test
  void aHostIsToldWhenTheLobbyIsNotKeptAndItHoldsForTheMeeting() throws Exception {
    try (Store store = sqlite();
        SignalServer server =
            new SignalServer(
                SignalDoor.Config.defaults().withOpen(true),
                store.rooms(
                    new KeptRooms.Config(10, 1, Duration.ofDays(1), 400, Duration.ofDays(1))))) {
      SignalClient ann = client(server);
      ann.ask("join", join("standup", "Ann"));
      assertThat(type(ann.ask("setLobby", fields("on", true)))).isEqualTo("done");
      SignalClient bo = client(server);
      bo.ask("join", join("elsewhere", "Bo"));
      for (int i = 0; i < 2; i++) {
        JsonNode refused = bo.ask("setLobby", fields("on", true));
        assertThat(refused.path("code").asString()).isEqualTo("too-many-kept-of-network");
        assertThat(refused.path("help").asString()).contains("as it is set for this meeting");
      }
      assertThat(type(client(server).ask("join", join("elsewhere", "June")))).isEqualTo("waiting");
      assertThat(type(bo.ask("setLobby", fields("on", false)))).isEqualTo("done");
      assertThat(ann.ask("setLobby", fields("on", false)).path("code").isMissingNode()).isTrue();
      assertThat(type(bo.ask("setLobby", fields("on", true))))
          .as("the other gave its place back")
          .isEqualTo("done");
    }
  }

  @Test
  void oneNetworkDoesNotTakeAllThatMayBeAskedOfTheDatabaseAtOnce() throws Exception {
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    try (Store store = sqlite();
        ScheduledExecutorService home = Executors.newSingleThreadScheduledExecutor()) {
      Keeper keeper =
          new Keeper(
              store.rooms(KeptRooms.Config.defaults()), false, home, _ -> true, (_, _) -> {});
      // What is done is heard at home, and so after this.
      home.submit(
              () -> {
                for (int i = 0; i < 6; i++) {
                  keeper.wish("room" + i, "a", new KeepChat(true), why -> said.add("a " + why));
                }
                keeper.wish("other", "b", new KeepChat(true), why -> said.add("b " + why));
                said.add("asked");
              })
          .get();
      await().atMost(Duration.ofSeconds(20)).until(() -> said.size() == 8);
      home.submit(keeper::end).get();
      keeper.awaitEnd();
    }
    assertThat(said)
        .containsExactly(
            "a NOT_KEPT", "a NOT_KEPT", "asked", "a null", "a null", "a null", "a null", "b null");
  }

  private Store sqlite() {
    return new Store(Store.Config.defaults(), data);
  }

  private static SignalServer server(Store store) {
    return new SignalServer(
        SignalDoor.Config.defaults().withOpen(true),
        store == null ? null : store.rooms(KeptRooms.Config.defaults()));
  }

  private SignalClient client(SignalServer server) {
    SignalClient client = new SignalClient(server.port(), "websocket");
    open.add(client);
    return client;
  }

  private ListAppender<ILoggingEvent> log() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger logger = (Logger) LoggerFactory.getLogger(Keeper.class);
    logger.addAppender(lines);
    open.add(() -> logger.detachAppender(lines));
    return lines;
  }

  private static List<String> texts(JsonNode joined) {
    return StreamSupport.stream(joined.path("chat").spliterator(), false)
        .map(each -> each.path("text").asString())
        .toList();
  }

  private static String type(JsonNode answer) {
    return answer.path("type").asString();
  }
}
