package dev.madang.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.Kept;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.store.KeptRooms.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every database has to do for rooms.
abstract class KeptRoomsContract extends ResultsContract {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final KeptRooms.Config CONFIG = KeptRooms.Config.defaults();

  /** Another each time: the database is one for all tests. */
  private final String room = "room-" + UUID.randomUUID();

  private final String network = "network-" + UUID.randomUUID();

  @Test
  void whatHostsSetAndPeopleSaidIsThereAfterAnotherStart() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      assertThat(rooms.find(room, NOW)).isEqualTo(Kept.NOTHING);
      rooms.setLobby(room, true, network, NOW);
      assertThat(rooms.keepChat(room, true, network, NOW)).isNull();
      rooms.write(
          List.of(
              said("a", "~ann", "안녕하세요 🌱"),
              said("b", "~bo", "hello\n'; drop table rooms; --"),
              new Change.Banned(room, List.of("identity ~eve", "device x"))),
          NOW);
    }
    try (Store store = open()) {
      Kept kept = store.rooms(CONFIG).find(room, NOW);
      assertThat(kept.lobby()).isTrue();
      assertThat(kept.chat()).isTrue();
      assertThat(kept.messages())
          .containsExactly(
              message("a", "~ann", "안녕하세요 🌱"),
              message("b", "~bo", "hello\n'; drop table rooms; --"));
      assertThat(kept.bans()).containsExactly("identity ~eve", "device x");
      assertThat(store.rooms(CONFIG).find(room + "x", NOW)).isEqualTo(Kept.NOTHING);
    }
  }

  @Test
  void oneMessageIsKeptOnceHoweverOftenItIsWritten() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.keepChat(room, true, network, NOW);
      rooms.write(List.of(said("a", "~ann", "first"), said("a", "~bo", "another's")), NOW);
      rooms.write(
          List.of(said("b", "~ann", "second"), said("a", "~ann", "first"), said("b", "~bo", "x")),
          NOW);
      assertThat(texts(rooms)).containsExactly("first", "another's", "second", "x");
    }
  }

  @Test
  void aChatThatIsKeptNoMoreIsGoneWithItsBansAndNothingIsAddedToIt() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.write(List.of(said("a", "~ann", "too early")), NOW);
      assertThat(rooms.find(room, NOW)).isEqualTo(Kept.NOTHING);
      rooms.setLobby(room, false, network, NOW);
      rooms.keepChat(room, true, network, NOW);
      rooms.write(
          List.of(said("a", "~ann", "kept"), new Change.Banned(room, List.of("device x"))), NOW);
      assertThat(rooms.keepChat(room, false, network, NOW)).isNull();
      rooms.write(
          List.of(said("b", "~ann", "too late"), new Change.Banned(room, List.of("device y"))),
          NOW);
      assertThat(rooms.find(room, NOW)).isEqualTo(new Kept(false, false, List.of(), List.of()));
      assertThat(count("messages")).isZero();
    }
  }

  @Test
  void deletingTheChatLeavesThatItIsKept() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.keepChat(room, true, network, NOW);
      rooms.write(
          List.of(said("a", "~ann", "gone"), new Change.Banned(room, List.of("device x"))), NOW);
      rooms.clearChat(room);
      rooms.write(List.of(said("b", "~ann", "after")), NOW);
      assertThat(texts(rooms)).containsExactly("after");
      assertThat(rooms.find(room, NOW).bans()).containsExactly("device x");
    }
  }

  @Test
  void aRoomOfWhichNothingIsKeptTakesNoPlace() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.setLobby(room, true, network, NOW);
      rooms.keepChat(room, true, network, NOW);
      assertThat(count("rooms")).isOne();
      rooms.keepChat(room, false, network, NOW);
      assertThat(count("rooms")).isOne();
      rooms.setLobby(room, null, network, NOW);
      assertThat(count("rooms")).isZero();
    }
  }

  @Test
  void noMoreRoomsAreKeptThanMayBeAndThoseThatAreStay() {
    try (Store store = open()) {
      store.rooms(CONFIG).keepChat(room, true, network, NOW);
      KeptRooms full = store.rooms(new KeptRooms.Config(1, 0, CONFIG.unused(), 400, CONFIG.age()));
      assertThat(full.keepChat(room + "-2", true, network, NOW)).isEqualTo(Refusal.TOO_MANY_KEPT);
      assertThat(full.setLobby(room + "-2", true, network, NOW)).isEqualTo(Refusal.TOO_MANY_KEPT);
      full.write(List.of(new Change.Lobby(room + "-2", true)), NOW);
      assertThat(full.find(room + "-2", NOW)).isEqualTo(Kept.NOTHING);
      assertThat(full.keepChat(room, true, network, NOW)).isNull();
      assertThat(full.find(room, NOW).chat()).isTrue();
    }
  }

  @Test
  void oneNetworkHasItsShareOfTheRoomsAndOthersHaveTheRest() {
    try (Store store = open()) {
      KeptRooms rooms =
          store.rooms(new KeptRooms.Config(1_000_000, 2, CONFIG.unused(), 400, CONFIG.age()));
      assertThat(rooms.keepChat(room, true, network, NOW)).isNull();
      assertThat(rooms.setLobby(room + "-2", true, network, NOW)).isNull();
      assertThat(rooms.setLobby(room + "-3", true, network, NOW))
          .isEqualTo(Refusal.TOO_MANY_KEPT_OF_NETWORK);
      assertThat(rooms.keepChat(room + "-3", true, network, NOW))
          .isEqualTo(Refusal.TOO_MANY_KEPT_OF_NETWORK);
      assertThat(rooms.find(room + "-3", NOW)).isEqualTo(Kept.NOTHING);
      assertThat(rooms.setLobby(room, true, network, NOW)).as("a room that has a place").isNull();
      assertThat(rooms.keepChat(room + "-3", true, network + "-2", NOW)).isNull();
      assertThat(rooms.setLobby(room + "-2", null, network, NOW)).isNull();
      assertThat(rooms.setLobby(room + "-4", true, network, NOW)).as("one is free").isNull();
    }
  }

  @Test
  void ofTooManyRemovalsTheOldestAreForgottenAndTheLastIsKept() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.keepChat(room, true, network, NOW);
      rooms.write(List.of(new Change.Banned(room, List.of("device again"))), NOW);
      for (int i = 0; i < 999; i += 3) {
        rooms.write(
            List.of(new Change.Banned(room, List.of("device " + i, "grant " + i, "~" + i))), NOW);
      }
      assertThat(rooms.find(room, NOW).bans()).hasSize(1000).startsWith("device again");
      rooms.write(List.of(new Change.Banned(room, List.of("device again", "device last"))), NOW);
      assertThat(rooms.find(room, NOW).bans())
          .hasSize(1000)
          .startsWith("grant 0", "~0", "device 3")
          .endsWith("~996", "device again", "device last");
    }
  }

  @Test
  void ofTooManyAndOfTooLongMessagesTheOldestGo() {
    try (Store store = open()) {
      KeptRooms few = store.rooms(new KeptRooms.Config(1000, 0, CONFIG.unused(), 3, CONFIG.age()));
      few.keepChat(room, true, network, NOW);
      few.write(IntStream.range(0, 5).mapToObj(i -> said("" + i, "~ann", "n" + i)).toList(), NOW);
      assertThat(texts(few)).containsExactly("n2", "n3", "n4");

      KeptRooms rooms = store.rooms(CONFIG);
      String long_ = "x".repeat(4000);
      rooms.write(
          IntStream.range(0, 120).mapToObj(i -> said("l" + i, "~ann", long_)).toList(), NOW);
      assertThat(texts(rooms)).hasSize(KeptRooms.MOST_CHARACTERS / 4000);
    }
  }

  @Test
  void whatIsOldIsForgottenAndRoomsThatNobodyComesTo() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      String other = room + "-used";
      for (String each : List.of(room, other)) {
        rooms.keepChat(each, true, network, NOW);
        rooms.write(List.of(new Change.Said(each, message("a", "~ann", "old"))), NOW);
      }
      Instant later = NOW.plus(Duration.ofDays(80));
      rooms.tidy(List.of(other), later);
      assertThat(texts(rooms)).containsExactly("old");

      // To read is to use: what follows counts from here.
      Instant muchLater = NOW.plus(Duration.ofDays(91));
      rooms.tidy(List.of(), muchLater);
      assertThat(rooms.find(other, muchLater))
          .isEqualTo(new Kept(null, true, List.of(), List.of()));
      rooms.tidy(List.of(), NOW.plus(Duration.ofDays(180)));
      assertThat(rooms.find(room, muchLater)).isEqualTo(Kept.NOTHING);
      assertThat(rooms.find(other, muchLater).chat()).isTrue();
    }
  }

  @Test
  void signsThatADatabaseCannotHoldStopNothing() {
    try (Store store = open()) {
      KeptRooms rooms = store.rooms(CONFIG);
      rooms.keepChat(room, true, network, NOW);
      rooms.write(
          List.of(
              said("\0", "~ann", "a\0b"), said("b", "~ann", "\ud83d half"), said("c", "~ann", "c")),
          NOW);
      assertThat(texts(rooms)).containsExactly("a\ufffdb", "\ufffd half", "c");
    }
  }

  @Test
  void twoServersThatWriteOneChatLoseNothing() throws InterruptedException {
    try (Store one = open();
        Store two = open()) {
      one.rooms(CONFIG).keepChat(room, true, network, NOW);
      var failures = new ConcurrentLinkedQueue<Throwable>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        KeptRooms rooms = (i % 2 == 0 ? one : two).rooms(CONFIG);
        String sender = "~" + i;
        threads.add(
            Thread.startVirtualThread(() -> {
              try {
                for (int j = 0; j < 20; j++) {
                  rooms.write(List.of(said("" + j, sender, sender + j)), NOW);
                }
              } catch (RuntimeException failure) {
                failures.add(failure);
              }
            }));
      }
      for (Thread each : threads) {
        each.join();
      }
      assertThat(failures).isEmpty();
      List<ChatMessage> all = two.rooms(CONFIG).find(room, NOW).messages();
      assertThat(all).hasSize(80);
      for (int i = 0; i < 4; i++) {
        String sender = "~" + i;
        assertThat(all.stream().filter(each -> each.from().equals(sender)).map(ChatMessage::id))
            .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(n -> "" + n).toList());
      }
    }
  }

  private Change.Said said(String id, String from, String text) {
    return new Change.Said(room, message(id, from, text));
  }

  private static ChatMessage message(String id, String from, String text) {
    return new ChatMessage(id, from, "Somebody", text, NOW.toEpochMilli(), null, null);
  }

  private List<String> texts(KeptRooms rooms) {
    return rooms.find(room, NOW).messages().stream().map(ChatMessage::text).toList();
  }

  /** Of this test's room. */
  private int count(String table) {
    try (Store store = open()) {
      return store.ask(jdbi ->
          jdbi.withHandle(handle ->
              handle
                  .createQuery(
                      "select count(*) from "
                          + table
                          + " where "
                          + (table.equals("rooms") ? "name" : "room")
                          + " = ?")
                  .bind(0, room)
                  .mapTo(int.class)
                  .one()));
    }
  }
}
