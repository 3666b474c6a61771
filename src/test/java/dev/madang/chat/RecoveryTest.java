package dev.madang.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  private final Party party = Party.recovering(4096);
  private final SocketServer io = party.io;
  private final List<Socket> sockets = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  RecoveryTest() {
    io.onConnection(sockets::add);
  }

  @Test
  void whoWasCutOffGetsWhatItMissedOnceAndInOrder() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.join("red");
    socket.data().put("name", "anna");
    String pid = guest.told("pid");
    io.emit("seen", 1);
    String offset = offset(guest);
    guest.vanishes();
    assertThat(socket.connected()).isFalse();

    io.to("red", socket.id()).emit("room", 2);
    io.to("blue").emit("not yours");
    io.emit("all", 3);
    io.except("red").emit("not you");
    socket.emit("direct", 4);
    io.of("/").lossy().emit("lost");
    Guest back = comesBack(pid, offset);

    assertThat(sockets.getLast().recovered()).isTrue();
    assertThat(sockets.getLast().id()).isEqualTo(socket.id());
    assertThat(sockets.getLast().rooms()).containsExactly(socket.id(), "red");
    assertThat(sockets.getLast().data()).containsEntry("name", "anna");
    assertThat(events(back)).containsExactly("room,2", "all,3", "direct,4");
    assertThat(back.heard.getFirst()).as("the CONNECT comes first").startsWith("0");
    assertThat(back.told("pid")).isEqualTo(pid);
  }

  @Test
  void recoversAgainAndAgain() {
    Guest guest = party.guest();
    String pid = guest.told("pid");
    String offset = null;
    for (int i = 0; i < 5; i++) {
      guest.vanishes();
      io.emit("n", i);
      guest = comesBack(pid, offset);
      assertThat(events(guest)).containsExactly("n," + i);
      offset = offset(guest);
      guest.hears();
    }
    assertThat(sockets).hasSize(6).allMatch(each -> each.id().equals(sockets.getFirst().id()));
  }

  @Test
  void theNewConnectionWinsWhenTheOldOneIsNotKnownToBeDead() {
    Guest old = party.guest();
    String pid = old.told("pid");
    sockets.getFirst().onDisconnect(log::add);
    io.emit("seen");
    String offset = offset(old);
    Guest back = comesBack(pid, offset);
    assertThat(log).containsExactly("transport close");
    assertThat(old.closed).isNotNull();
    assertThat(sockets.getLast().recovered()).isTrue();
    assertThat(events(back)).isEmpty();
    assertThat(io.of("/").count()).isEqualTo(1);
  }

  @Test
  void aVolatileEventTellsHowFarItsReceiverIs() {
    Guest guest = party.guest();
    String pid = guest.told("pid");
    io.emit("kept");
    sockets.getFirst().emitLossy("position", "a string as last argument");
    String offset = offset(guest);
    guest.vanishes();
    io.emit("missed");
    assertThat(events(comesBack(pid, offset))).containsExactly("missed");
  }

  @Test
  void whoJoinedARoomLateHasNotMissedWhatWasSaidBefore() {
    Guest guest = party.guest();
    Guest other = party.guest();
    sockets.get(1).join("red");
    String pid = guest.told("pid");
    io.to("red").emit("early");
    sockets.get(0).join("red");
    guest.vanishes();
    io.to("red").emit("late");
    assertThat(events(comesBack(pid, null))).containsExactly("late");
    assertThat(other.closed).isNull();
  }

  // ---- answers --------------------------------------------------------------------------------

  @Test
  void aQuestionAskedBeforeTheCutIsAskedAgainAndItsAnswerCounts() {
    Guest guest = party.guest();
    String pid = guest.told("pid");
    sockets.getFirst().emitWithAck("q", Duration.ofSeconds(60), reply -> log.add("" + reply), "x");
    guest.vanishes();
    party.pass(Duration.ofSeconds(10));
    assertThat(log).isEmpty();
    Guest back = comesBack(pid, null);
    assertThat(back.hears()).endsWith("20[\"q\",\"x\"]");
    back.says("430[\"yes\"]");
    assertThat(log).containsExactly("Answered[args=[yes]]");
  }

  @Test
  void anAnswerOfTheServersThatWasCutOffArrivesAfterTheReturn() {
    List<Ack> acks = new ArrayList<>();
    Guest guest = party.guest();
    String pid = guest.told("pid");
    sockets.getFirst().on("slow", (_, ack) -> acks.add(ack));
    guest.says("425[\"slow\"]");
    guest.vanishes();
    acks.getFirst().send("done");
    assertThat(comesBack(pid, null).hears()).endsWith("35[\"done\"]");
  }

  @Test
  void whoDoesNotComeBackAnswersNothing() {
    Guest guest = party.guest();
    sockets.getFirst().emitWithAck("q", Duration.ofMinutes(10), reply -> log.add("" + reply));
    guest.vanishes();
    assertThat(log).isEmpty();
    party.pass(Duration.ofSeconds(121));
    assertThat(log).containsExactly("Disconnected[]");
  }

  // ---- refusals -------------------------------------------------------------------------------

  @Test
  void aForgedSecretIsANewClient() {
    Guest guest = party.guest();
    String sid = guest.told("sid");
    guest.vanishes();
    for (String pid : List.of("", "guessed", sid, "x".repeat(10_000))) {
      Guest forged = comesBack(pid, "0.1");
      assertThat(sockets.getLast().recovered()).isFalse();
      assertThat(forged.told("sid")).isNotEqualTo(sid);
      assertThat(events(forged)).isEmpty();
    }
  }

  @Test
  void aSecretOfAnotherNamespaceMeansNothing() {
    io.of("/b").onConnection(sockets::add);
    Guest guest = party.guest();
    String pid = guest.told("pid");
    guest.vanishes();
    party.arrive(4).says("40/b,{\"pid\":\"" + pid + "\"}");
    assertThat(sockets.getLast().recovered()).isFalse();
  }

  @Test
  void anOffsetThatWasNeverGivenIsRefused() {
    for (String offset :
        List.of(
            "",
            "x",
            "1",
            "zzzzzzzz.1",
            "\u0000",
            "9".repeat(1000),
            "-1",
            "EPOCH.-1",
            "EPOCH.zzzzzzzzzzzz",
            "EPOCH.",
            "EPOCH")) {
      Guest guest = party.guest();
      String pid = guest.told("pid");
      io.emit("seen");
      String epoch = offset(guest).substring(0, 8);
      guest.vanishes();
      io.emit("missed");
      comesBack(pid, offset.replace("EPOCH", epoch).replace("\u0000", "\\u0000"));
      assertThat(sockets.getLast().recovered()).as(offset).isFalse();
    }
  }

  @Test
  void authThatIsNoStringIsNoSecret() {
    party.arrive(4).says("40{\"pid\":1,\"offset\":{}}");
    party.arrive(4).says("40{\"pid\":\"x\",\"offset\":[]}");
    assertThat(sockets).hasSize(2).noneMatch(Socket::recovered);
  }

  @Test
  void whoLeftOnPurposeIsNotWaitedFor() {
    Guest guest = party.guest();
    String pid = guest.told("pid");
    guest.says("41");
    comesBack(pid, null);
    assertThat(sockets.getLast().recovered()).isFalse();

    Guest put = party.guest();
    pid = put.told("pid");
    sockets.getLast().disconnect();
    comesBack(pid, null);
    assertThat(sockets.getLast().recovered()).isFalse();
  }

  @Test
  void afterTooLongOrTooMuchTheClientStartsAnew() {
    Guest guest = party.guest();
    String pid = guest.told("pid");
    guest.vanishes();
    party.pass(Duration.ofSeconds(121));
    comesBack(pid, null);
    assertThat(sockets.getLast().recovered()).isFalse();

    guest = party.guest();
    pid = guest.told("pid");
    guest.vanishes();
    for (int i = 0; i < 50; i++) {
      io.emit("much", "x".repeat(100));
    }
    Guest back = comesBack(pid, null);
    assertThat(sockets.getLast().recovered()).isFalse();
    assertThat(events(back)).isEmpty();
  }

  @Test
  void aBusyRoomDoesNotPushOutWhatAQuietOneKeeps() {
    Guest guest = party.guest();
    party.guest();
    sockets.get(0).join("quiet");
    sockets.get(1).join("busy");
    String pid = guest.told("pid");
    guest.vanishes();
    io.to("quiet").emit("hush");
    for (int i = 0; i < 60; i++) {
      io.to("busy").emit("much", "x".repeat(100));
    }
    assertThat(events(comesBack(pid, null))).containsExactly("hush");
  }

  @Test
  void whatIsKeptStaysBounded() {
    Guest guest = party.guest();
    sockets.getFirst().join("a", "b");
    for (int i = 0; i < 10_000; i++) {
      io.to("a", "b", "nobody" + i).emit("much", "x".repeat(100));
    }
    for (int i = 0; i < 500; i++) {
      party.guest().vanishes();
    }
    History history = io.of("/").history();
    assertThat(history.bytes()).isLessThanOrEqualTo(40_960);
    assertThat(history.away()).isEqualTo(100);
    party.pass(Duration.ofMinutes(4));
    assertThat(history.bytes()).isZero();
    assertThat(history.away()).isZero();
    assertThat(guest.closed).isNull();
  }

  private Guest comesBack(String pid, String offset) {
    return party
        .arrive(4)
        .says(
            "40{\"pid\":\""
                + pid
                + "\""
                + (offset == null ? "" : ",\"offset\":\"" + offset + "\"")
                + "}");
  }

  /** The offset that came with the latest event. */
  private static String offset(Guest guest) {
    String event = guest.heard.stream().filter(each -> each.startsWith("2[")).toList().getLast();
    String last = event.substring(event.lastIndexOf(',') + 1);
    return last.substring(1, last.length() - 2);
  }

  /** Names and arguments of the events heard, without their offsets. */
  private static List<String> events(Guest guest) {
    return guest.heard.stream()
        .filter(each -> each.startsWith("2["))
        .map(each -> each.substring(2, each.lastIndexOf(',')).replace("\"", ""))
        .toList();
  }
}
