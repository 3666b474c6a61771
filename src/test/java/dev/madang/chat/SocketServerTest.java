package dev.madang.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.wire.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SocketServerTest {
  private final Party party = new Party();
  private final SocketServer io = party.io;
  private final List<Socket> sockets = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  SocketServerTest() {
    io.onConnection(sockets::add);
  }

  // ---- namespaces
  // ---------------------------------------------------------------------------------

  @Test
  void aClientEntersTheMainNamespaceAndIsToldItsId() {
    Guest guest = party.guest();
    assertThat(guest.hears()).containsExactly("0{\"sid\":\"" + sockets.getFirst().id() + "\"}");
    assertThat(sockets.getFirst().id()).isNotEqualTo(guest.session.id());
    assertThat(sockets.getFirst().handshake().address()).isEqualTo("192.0.2.1");
  }

  @Test
  void aClientSaysWhoItIs() {
    party.arrive(4).says("40{\"token\":\"123\"}");
    assertThat(sockets.getFirst().handshake().auth()).isEqualTo(Map.of("token", "123"));
  }

  @Test
  void anUnknownNamespaceIsRefusedAsTheOfficialServerDoes() {
    assertThat(party.arrive(4).says("40/random").hears())
        .containsExactly("4/random,{\"message\":\"Invalid namespace\"}");
  }

  @Test
  void aClientIsInSeveralNamespacesAtOnce() {
    io.of("/custom").onConnection(sockets::add);
    Guest guest = party.guest().says("40/custom");
    sockets.get(0).emit("a");
    sockets.get(1).emit("b");
    assertThat(guest.hears()).endsWith("2[\"a\"]", "2/custom,[\"b\"]");
    guest.says("41/custom");
    assertThat(sockets.get(1).connected()).isFalse();
    assertThat(sockets.get(0).connected()).isTrue();
    guest.says("40/custom");
    assertThat(sockets).hasSize(3);
  }

  @Test
  void dynamicNamespacesAreMadeWhenSomebodyAsksAndEndWithTheLast() {
    Namespace rooms = io.of(name -> name.matches("/room-\\d+"));
    rooms.use((socket, next) -> next.proceed());
    rooms.onConnection(socket -> log.add("in " + socket.namespace().name()));
    Guest one = party.arrive(4).says("40/room-1");
    Guest two = party.arrive(4).says("40/room-2");
    assertThat(log).containsExactly("in /room-1", "in /room-2");
    assertThat(io.namespaces()).extracting(Namespace::name).contains("/room-1", "/room-2");
    rooms.emit("to all");
    io.of("/room-2").emit("to two");
    assertThat(one.hears())
        .contains("2/room-1,[\"to all\"]")
        .doesNotContain("2/room-2,[\"to two\"]");
    assertThat(two.hears()).contains("2/room-2,[\"to all\"]", "2/room-2,[\"to two\"]");
    assertThat(party.arrive(4).says("40/room-x").hears())
        .containsExactly("4/room-x,{\"message\":\"Invalid namespace\"}");
    one.vanishes();
    assertThat(io.namespaces()).extracting(Namespace::name).doesNotContain("/room-1");
  }

  @Test
  void oneClientEntersOnlySoManyNamespaces() {
    io.of(_ -> true);
    Guest guest = party.guest();
    for (int i = 0; i < 40; i++) {
      guest.says("40/n" + i);
    }
    assertThat(guest.hears())
        .contains("4/n39,{\"message\":\"Too many namespaces\"}")
        .filteredOn(each -> each.startsWith("0"))
        .hasSize(32);
  }

  @Test
  void enteringTwiceOrSpeakingBeforeEnteringClosesTheConnection() {
    assertThat(party.guest().says("40").closed).isEqualTo(CloseReason.PARSE_ERROR);
    assertThat(party.arrive(4).says("42[\"x\"]").closed).isEqualTo(CloseReason.PARSE_ERROR);
    assertThat(party.guest().says("42/other,[\"x\"]").closed).isEqualTo(CloseReason.PARSE_ERROR);
    assertThat(party.guest().says("44").closed).isEqualTo(CloseReason.PARSE_ERROR);
  }

  @Test
  void aClientThatEntersNoNamespaceIsClosedInTime() {
    Guest idle = party.arrive(4);
    Guest refused = party.arrive(4).says("40/random");
    Guest guest = party.guest();
    party.pass(Duration.ofSeconds(46));
    assertThat(idle.closed).isEqualTo(CloseReason.FORCED);
    assertThat(refused.closed).isEqualTo(CloseReason.FORCED);
    assertThat(guest.closed).isNull();
  }

  // ---- middlewares
  // --------------------------------------------------------------------------------

  @Test
  void middlewaresAreAskedInOrderAndMayAnswerLater() {
    AtomicReference<Next> waiting = new AtomicReference<>();
    io.use(
            (socket, next) -> {
              log.add("first");
              waiting.set(next);
            })
        .use((socket, next) -> {
          log.add("second");
          next.proceed();
        });
    Guest guest = party.guest();
    assertThat(log).containsExactly("first");
    assertThat(guest.hears()).isEmpty();
    waiting.get().proceed();
    waiting.get().proceed();
    assertThat(log).containsExactly("first", "second");
    assertThat(sockets).hasSize(1);
  }

  @Test
  void aMiddlewareRefusesWithAMessageAndData() {
    io.use((_, next) -> next.refuse("not allowed", Map.of("code", 7)));
    Guest guest = party.guest();
    assertThat(guest.hears())
        .containsExactly("4{\"message\":\"not allowed\",\"data\":{\"code\":7}}");
    assertThat(sockets).isEmpty();
    guest.says("40");
    assertThat(guest.closed).as("it may try again").isNull();
  }

  @Test
  void aMiddlewareThatAnswersAfterTheClientLeftLetsNobodyIn() {
    AtomicReference<Next> waiting = new AtomicReference<>();
    io.use((_, next) -> waiting.set(next));
    party.guest().vanishes();
    waiting.get().proceed();
    assertThat(sockets).isEmpty();
    assertThat(io.of("/").count()).isZero();
  }

  // ---- events and answers
  // -------------------------------------------------------------------------

  @Test
  void bothSidesSpeak() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.on("message", (args, _) -> socket.emit("message-back", args.toArray()));
    guest.hears();
    assertThat(guest.says("42[\"message\",1,\"2\",{\"3\":[true]}]").hears())
        .containsExactly("2[\"message-back\",1,\"2\",{\"3\":[true]}]");
    guest.says(
        "452-[\"message\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
    guest.says(new byte[] {1, 2, 3}).says(new byte[] {4, 5, 6});
    assertThat(guest.hears())
        .containsExactly(
            "52-[\"message-back\",{\"_placeholder\":true,\"num\":0},"
                + "{\"_placeholder\":true,\"num\":1}]",
            "[1, 2, 3]",
            "[4, 5, 6]");
  }

  @Test
  void theServerAnswersOnceAndOnlyWhenAsked() {
    Guest guest = party.guest();
    sockets
        .getFirst()
        .on(
            "q",
            (args, ack) -> {
              log.add("wanted " + ack.wanted());
              ack.send(args.toArray());
              ack.send("again");
            });
    guest.hears();
    assertThat(guest.says("42456[\"q\",1]").hears()).containsExactly("3456[1]");
    assertThat(guest.says("42[\"q\",1]").hears()).isEmpty();
    assertThat(log).containsExactly("wanted true", "wanted false");
  }

  @Test
  void theClientAnswers() {
    Guest guest = party.guest();
    sockets.getFirst().emitWithAck("q", Duration.ofSeconds(5), reply -> log.add("" + reply), "x");
    assertThat(guest.hears()).endsWith("20[\"q\",\"x\"]");
    guest.says("430[\"fine\"]").says("430[\"twice\"]").says("4399[\"never asked\"]");
    assertThat(log).containsExactly("Answered[args=[fine]]");
    assertThat(guest.closed).isNull();
  }

  @Test
  void anAnswerThatNeverComesTimesOutOnce() {
    Guest guest = party.guest();
    sockets.getFirst().emitWithAck("q", Duration.ofSeconds(5), reply -> log.add("" + reply));
    party.pass(Duration.ofSeconds(6));
    guest.says("430[\"late\"]");
    assertThat(log).containsExactly("TimedOut[]");
  }

  @Test
  void whoLeavesAnswersNothing() {
    Guest guest = party.guest();
    sockets.getFirst().emitWithAck("q", Duration.ofSeconds(5), reply -> log.add("" + reply));
    guest.vanishes();
    sockets.getFirst().emitWithAck("q", Duration.ofSeconds(5), reply -> log.add("" + reply));
    assertThat(log).containsExactly("Disconnected[]", "Disconnected[]");
  }

  @Test
  void aBroadcastGathersAnswers() {
    Guest one = party.guest();
    Guest two = party.guest();
    party.guest();
    io.of("/").emitWithAck("q", Duration.ofSeconds(1), replies -> log.add("" + replies));
    one.says("430[\"one\",\"more\"]");
    two.says("430[]");
    assertThat(log).isEmpty();
    party.pass(Duration.ofSeconds(2));
    assertThat(log).containsExactly("Replies[answers=[one, null], missing=1]");
    io.to("nobody").emitWithAck("q", Duration.ofSeconds(1), replies -> log.add("" + replies));
    assertThat(log).endsWith("Replies[answers=[], missing=0]");
  }

  @Test
  void catchAllListenersHearEverythingFirst() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.on("a", (_, _) -> log.add("a"));
    socket.onAny((event, args, _) -> log.add("any " + event + args));
    socket.onAnyOutgoing((event, args, _) -> log.add("out " + event + args));
    guest.says("42[\"a\",1]").says("42[\"b\"]");
    socket.emit("c", 2);
    io.emit("d");
    assertThat(log).containsExactly("any a[1]", "a", "any b[]", "out c[2]", "out d[]");
  }

  @Test
  void aFilterKeepsEventsFromTheirListeners() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.use((event, _) -> !event.equals("bad"));
    socket.onAny((event, _, _) -> log.add(event));
    guest.says("42[\"bad\"]").says("42[\"good\"]");
    assertThat(log).containsExactly("good");
  }

  @Test
  void whatGoesToSeveralNamedSocketsIsWrittenOnceAndComesInItsPlace() {
    Guest one = party.guest();
    Guest two = party.guest();
    one.hears();
    two.hears();
    int[] written = {0};
    Map<String, Object> counted =
        new LinkedHashMap<>(Map.of("k", 1)) {
          @Override
          public Set<Map.Entry<String, Object>> entrySet() {
            written[0]++;
            return super.entrySet();
          }
        };
    String[] ids = sockets.stream().map(Socket::id).toArray(String[]::new);
    sockets.getFirst().emit("before");
    io.in(ids).emit("x", counted);
    sockets.getFirst().emit("after");
    assertThat(written[0]).isOne();
    assertThat(one.hears()).containsExactly("2[\"before\"]", "2[\"x\",{\"k\":1}]", "2[\"after\"]");
    assertThat(two.hears()).containsExactly("2[\"x\",{\"k\":1}]");
  }

  @Test
  void whatAFilterOfSizesDoesNotPassIsNotReadButMayBeAnswered() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.onAny((event, _, _) -> log.add(event));
    socket.useSizes((size, ack) -> {
      ack.send(size);
      return size < 10;
    });
    guest.hears();
    assertThat(guest.says("421[\"good\"]").says("422[\"large\",{broken").hears())
        .containsExactly("31[8]", "32[16]");
    assertThat(guest.says("43[\"an answer\",{broken").hears()).isEmpty();
    assertThat(guest.says("451-3[\"b\"]").says(new byte[20]).hears()).containsExactly("33[25]");
    assertThat(log).containsExactly("good");
    assertThat(guest.closed).isNull();
  }

  @Test
  void severalListenersHearInOrderUntilTheyAreTakenOff() {
    Guest guest = party.guest();
    Socket socket = sockets.getFirst();
    socket.on("a", (_, _) -> log.add("1")).on("a", (_, _) -> log.add("2"));
    guest.says("42[\"a\"]");
    socket.off("a");
    guest.says("42[\"a\"]");
    assertThat(log).containsExactly("1", "2");
  }

  @Test
  void theServerMayNotEmitReservedNames() {
    party.guest();
    assertThatThrownBy(() -> sockets.getFirst().emit("disconnect"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> io.emit("connect")).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- rooms
  // --------------------------------------------------------------------------------------

  @Test
  void anEventGoesToARoomToSeveralAndPastSome() {
    Guest a = party.guest();
    Guest b = party.guest();
    Guest c = party.guest();
    sockets.get(0).join("red", "green");
    sockets.get(1).join("green");
    sockets.get(2).join("blue");
    List.of(a, b, c).forEach(Guest::hears);

    io.to("red", "green").emit("x");
    assertThat(a.hears()).containsExactly("2[\"x\"]");
    assertThat(b.hears()).containsExactly("2[\"x\"]");
    assertThat(c.hears()).isEmpty();

    io.except("red").emit("y");
    assertThat(a.hears()).isEmpty();
    assertThat(b.hears()).containsExactly("2[\"y\"]");
    assertThat(c.hears()).containsExactly("2[\"y\"]");

    sockets.get(0).to("green").to("blue").except("nowhere").emit("z");
    assertThat(a.hears()).as("not to itself").isEmpty();
    assertThat(b.hears()).containsExactly("2[\"z\"]");
    assertThat(c.hears()).containsExactly("2[\"z\"]");

    io.to(sockets.get(2).id()).emit("private");
    assertThat(c.hears()).containsExactly("2[\"private\"]");
    sockets.get(1).broadcast().emit("others");
    assertThat(b.hears()).isEmpty();
    assertThat(a.hears()).containsExactly("2[\"others\"]");

    sockets.get(0).leave("green");
    io.in("green").emit("w");
    assertThat(a.hears()).isEmpty();
    assertThat(sockets.get(0).rooms()).containsExactly(sockets.get(0).id(), "red");
  }

  @Test
  void whoLeavesLeavesItsRooms() {
    Guest guest = party.guest();
    sockets.getFirst().join("red");
    sockets.getFirst().onDisconnecting(_ -> log.add("in " + sockets.getFirst().rooms().size()));
    sockets.getFirst().onDisconnect(reason -> log.add(reason + sockets.getFirst().rooms().size()));
    guest.vanishes();
    assertThat(log).containsExactly("in 2", "transport close1");
    assertThat(io.of("/").rooms()).isEmpty();
    assertThat(io.of("/").count()).isZero();
    sockets.getFirst().join("ghost");
    assertThat(io.of("/").rooms()).isEmpty();
  }

  @Test
  void socketsAreFetchedJoinedMovedAndPutOut() {
    Guest a = party.guest();
    Guest b = party.guest();
    io.of("/").socketsJoin("all");
    io.in(sockets.get(0).id()).socketsJoin("first");
    assertThat(io.in("first").fetchSockets()).containsExactly(sockets.get(0));
    io.in("all").socketsLeave("first");
    assertThat(io.in("first").fetchSockets()).isEmpty();
    sockets.get(0).data().put("name", "anna");
    assertThat(io.of("/").fetchSockets().getFirst().data()).containsEntry("name", "anna");
    io.in("all").except(sockets.get(1).id()).disconnectSockets(false);
    assertThat(a.hears()).endsWith("1");
    assertThat(a.closed).isNull();
    io.in("all").disconnectSockets(true);
    assertThat(b.closed).isEqualTo(CloseReason.FORCED);
  }

  @Test
  void volatileEventsPassByWhoIsNotReady() {
    Guest slow = party.guest();
    Guest quick = party.guest();
    slow.hears();
    quick.hears();
    slow.queued = 1 << 20;
    io.of("/").lossy().emit("position", 1);
    sockets.get(0).emitLossy("position", 2);
    io.emit("important");
    assertThat(slow.hears()).containsExactly("2[\"important\"]");
    assertThat(quick.hears()).containsExactly("2[\"position\",1]", "2[\"important\"]");
  }

  @Test
  void aBroadcastIsEncodedOnce() {
    Guest a = party.guest();
    Guest b = party.guest();
    a.hears();
    b.hears();
    int[] read = {0};
    Map<String, Object> counted =
        new java.util.AbstractMap<>() {
          @Override
          public java.util.Set<Entry<String, Object>> entrySet() {
            read[0]++;
            return Map.<String, Object>of("k", 1).entrySet();
          }
        };
    io.emit("x", counted);
    assertThat(a.hears()).containsExactly("2[\"x\",{\"k\":1}]");
    assertThat(b.hears()).hasSize(1);
    assertThat(read[0]).isEqualTo(1);
  }

  // ---- leaving
  // ------------------------------------------------------------------------------------

  @Test
  void reasonsAreInTheOfficialWords() {
    record Way(String reason, java.util.function.Consumer<Guest> leave) {}
    List<Way> ways =
        List.of(
            new Way("client namespace disconnect", guest -> guest.says("41")),
            new Way("transport close", Guest::vanishes),
            new Way("transport close", guest -> guest.says("1")),
            new Way("parse error", guest -> guest.says("4nonsense")),
            new Way("parse error", guest -> guest.says("nonsense")),
            new Way("server namespace disconnect", _ -> sockets.getLast().disconnect()),
            new Way("server namespace disconnect", _ -> sockets.getLast().disconnect(true)),
            new Way("transport error", guest -> guest.says("2")));
    for (Way way : ways) {
      Guest guest = party.guest();
      sockets.getLast().onDisconnect(log::add);
      way.leave.accept(guest);
      assertThat(log).containsExactly(way.reason);
      log.clear();
    }
  }

  @Test
  void aListenerThatFailsEndsItsOwnConnectionOnly() {
    Guest guest = party.guest();
    Guest other = party.guest();
    sockets
        .getFirst()
        .on(
            "boom",
            (_, _) -> {
              throw new IllegalStateException("ours");
            });
    sockets.getFirst().onDisconnect(log::add);
    guest.says("42[\"boom\"]");
    assertThat(party.failures).hasSize(1);
    assertThat(log).containsExactly("server error");
    assertThat(guest.closed).isNotNull();
    assertThat(other.closed).isNull();
  }

  @Test
  void aListenerMayCallAStrangersWordsABreachOfProtocol() {
    Guest guest = party.guest();
    sockets
        .getFirst()
        .on(
            "x",
            (_, _) -> {
              throw new ProtocolException("not what I expected");
            });
    assertThat(guest.says("42[\"x\"]").closed).isEqualTo(CloseReason.PARSE_ERROR);
    assertThat(party.failures).isEmpty();
  }

  @Test
  void listenersMayCloseOthersWhileSpeakingToAll() {
    Guest a = party.guest();
    Guest b = party.guest();
    sockets.get(0).onAnyOutgoing((_, _, _) -> sockets.get(1).disconnect(true));
    io.emit("x");
    assertThat(b.closed).isNotNull();
    assertThat(a.closed).isNull();
    assertThat(party.failures).isEmpty();
  }

  // ---- attachments that do not come
  // -----------------------------------------------------------

  @Test
  void attachmentsThatAreAnnouncedAndDoNotComeEndTheConnectionAfterHalfAMinute() {
    Guest guest = party.guest();
    guest.says("452-[\"x\"]");
    party.pass(Duration.ofSeconds(20));
    guest.says(new byte[5]);
    party.pass(Duration.ofMillis(9_900));
    assertThat(guest.closed).isNull();
    party.pass(Duration.ofMillis(200));
    assertThat(guest.closed).isEqualTo(CloseReason.PARSE_ERROR);
  }

  @Test
  void eachPacketHasItsOwnHalfMinute() {
    Guest guest = party.guest();
    for (int i = 0; i < 5; i++) {
      guest.says("451-[\"x\"]");
      party.pass(Duration.ofSeconds(20));
      guest.says(new byte[5]);
    }
    party.pass(Duration.ofMinutes(1));
    assertThat(guest.closed).isNull();
  }

  @Test
  void whoeverTookLongestGoesWhenTooMuchIsOnItsWayInAll() {
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Guest guest = party.guest();
      guest.says("459-[\"x\"]");
      for (int each = 0; each < 4; each++) {
        guest.says(new byte[1_000_000]);
      }
      guests.add(guest);
    }
    assertThat(guests).allMatch(each -> each.closed == null);
    Guest next = party.guest();
    next.says("452-[\"x\"]").says(new byte[1_000_000]).says(new byte[1_000_000]);
    next.says("459-[\"x\"]");
    for (int each = 0; each < 4; each++) {
      next.says(new byte[1_000_000]);
    }
    assertThat(guests.getFirst().closed).isEqualTo(CloseReason.PARSE_ERROR);
    assertThat(guests.subList(1, 16)).allMatch(each -> each.closed == null);
    assertThat(next.closed).isNull();
    next.says(new byte[1_000_000]);
    assertThat(next.closed).as("more than one packet may hold").isEqualTo(CloseReason.PARSE_ERROR);
  }

  // ---- older clients
  // ------------------------------------------------------------------------------

  @Test
  void clientsOfEngineIoThreeAreInTheMainNamespaceAtOnce() {
    Guest guest = party.arrive(3);
    assertThat(guest.hears()).containsExactly("0");
    assertThat(sockets.getFirst().id()).isEqualTo(guest.session.id());
    io.of("/chat").onConnection(sockets::add);
    guest.says("40/chat?token=a%20b&x=1,");
    assertThat(guest.hears()).containsExactly("0/chat,");
    assertThat(sockets.getLast().id()).isEqualTo("/chat#" + guest.session.id());
    assertThat(sockets.getLast().handshake().auth()).isEqualTo(Map.of("token", "a b", "x", "1"));
    guest.says("40");
    assertThat(guest.closed).as("the main namespace asked for again").isNull();
  }

  @Test
  void clientsOfEngineIoThreeAreRefusedByAString() {
    io.of("/no").use((_, next) -> next.refuse("go away"));
    assertThat(party.arrive(3).says("40/no,").hears()).endsWith("4/no,\"go away\"");
    assertThat(party.arrive(3).says("40/random,").hears())
        .endsWith("4/random,\"Invalid namespace\"");
  }
}
