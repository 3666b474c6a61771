package dev.madang.protocol.ice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.ice.IceAgent.Role;
import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.protocol.ice.IceWorld.Full;
import dev.madang.protocol.ice.IceWorld.Lite;
import dev.madang.protocol.ice.IceWorld.Way;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two full agents, or a full and a lite one, over the simulated network. */
@ExtendWith(Seeds.class)
class IceAgentTest {
  private IceWorld world;

  @BeforeEach
  void begin(Seed seed) {
    world = new IceWorld(seed);
  }

  private static void introduce(Full a, Full b) {
    a.knows(b);
    b.knows(a);
    a.knowsCandidatesOf(b);
    b.knowsCandidatesOf(a);
  }

  private static void assertThatTheyMeet(Full a, Full b) {
    assertThat(a.ice.selected().near()).isEqualTo(b.ice.selected().far());
    assertThat(a.ice.selected().far()).isEqualTo(b.ice.selected().near());
    assertThat(a.ice.validated(a.ice.selected())).isTrue();
    assertThat(b.ice.validated(b.ice.selected())).isTrue();
  }

  @RepeatedTest(30)
  void twoAgentsMeetOnABadDay() {
    world.network.link(Link.bad().withLoss(0.3));
    Full a = world.full(Role.CONTROLLING, "192.0.2.1", "192.0.2.2");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1", "198.51.100.2");
    introduce(a, b);

    world.untilConnected(a, b);
    world.network.link(Link.bad());
    world.drive(60);

    assertThatTheyMeet(a, b);
    assertThat(a.lostAt).isEqualTo(Long.MAX_VALUE);
    assertThat(b.lostAt).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theBestPairIsNominatedThoughAWorseOneAnswersFirst() {
    world.network.link(
        IceWorld.address("192.0.2.1"),
        IceWorld.address("198.51.100.1"),
        Link.perfect(Duration.ofMillis(150)));
    Full a = world.full(Role.CONTROLLING, "192.0.2.1", "192.0.2.2");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1", "198.51.100.2");
    introduce(a, b);

    world.untilConnected(a, b);

    assertThat(a.ice.selected())
        .isEqualTo(new Way(IceWorld.address("192.0.2.1"), IceWorld.address("198.51.100.1")));
    assertThatTheyMeet(a, b);
  }

  @Test
  void anotherPairIsNominatedWhenTheBestOneDies() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1", "192.0.2.2");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    introduce(a, b);
    world.network.link(IceWorld.address("192.0.2.1"), IceWorld.address("198.51.100.1"), Link.cut());

    world.untilConnected(a, b);

    assertThat(a.ice.selected().near()).isEqualTo(IceWorld.address("192.0.2.2"));
    assertThatTheyMeet(a, b);
  }

  /** Number 20, both ways. */
  @RepeatedTest(10)
  void ofTwoThatBothControlOneYields() {
    meetInRoles(Role.CONTROLLING, Role.CONTROLLING);
  }

  @RepeatedTest(10)
  void ofTwoThatBothWantToBeControlledOneTakesControl() {
    meetInRoles(Role.CONTROLLED, Role.CONTROLLED);
  }

  private void meetInRoles(Role one, Role other) {
    world.network.link(Link.bad());
    Full a = world.full(one, "192.0.2.1");
    Full b = world.full(other, "198.51.100.1", "198.51.100.2");
    introduce(a, b);

    world.untilConnected(a, b);
    world.drive(5);

    assertThat(List.of(a.ice.role(), b.ice.role()))
        .containsExactlyInAnyOrder(Role.CONTROLLING, Role.CONTROLLED);
    assertThatTheyMeet(a, b);
  }

  @Test
  void whoMeetsALiteAgentControls() {
    Lite server = world.lite("192.0.2.1");
    Full client = world.full(Role.CONTROLLED, "198.51.100.1");
    client.knows(server);

    world.untilConnected(client);

    assertThat(client.ice.role()).isEqualTo(Role.CONTROLLING);
  }

  /** Number 24: browsers hide their addresses behind names that only their own network resolves. */
  @Test
  void meetsAFarEndWhoseCandidatesAreNames() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    a.knows(b);
    b.knows(a);
    b.knowsCandidatesOf(a);
    for (String name :
        List.of("8b5d3a1e-2f6c-4b7d-9e0a-1c2d3e4f5a6b.local", "turn.example.org", "localhost")) {
      IceCandidate named =
          IceCandidate.parse("candidate:1 1 udp 2122260223 " + name + " 54321 typ host");
      assertThat(a.ice.addRemote(named, world.network.now())).isFalse();
    }

    world.untilConnected(a, b);

    assertThatTheyMeet(a, b);
    assertThat(a.askedFor).isEmpty();
  }

  /** Number 24. */
  @Test
  void asksNothingOfCandidatesThatLeadNowhere() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    a.ice.setRemote(world.credentials(), false, world.network.now());
    for (String line :
        List.of(
            "candidate:1 1 udp 1 192.0.2.7 9 typ host",
            "candidate:1 1 tcp 1 192.0.2.7 9 typ host tcptype active",
            "candidate:1 1 tcp 1 192.0.2.7 0 typ host tcptype active",
            "candidate:1 2 udp 1 192.0.2.7 5000 typ host",
            "candidate:1 1 udp 1 a.local 5000 typ host")) {
      assertThat(a.ice.addRemote(IceCandidate.parse(line), world.network.now())).isFalse();
    }
    // Of another family, or over TCP where we have none.
    for (String line :
        List.of(
            "candidate:1 1 udp 1 2001:db8::1 5000 typ host",
            "candidate:1 1 tcp 1 192.0.2.7 5000 typ host tcptype passive")) {
      a.ice.addRemote(IceCandidate.parse(line), world.network.now());
    }
    world.drive(20);

    assertThat(a.askedFor).isEmpty();
    assertThat(a.sent).isZero();
  }

  /** Number 25. */
  @Test
  void tenThousandCandidatesAreAHandfulOfChecks() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1", "192.0.2.2", "192.0.2.3");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    a.knows(b);
    b.knows(a);
    b.knowsCandidatesOf(a);
    int used = 0;
    for (int i = 0; i < 10_000; i++) {
      String line =
          "candidate:"
              + i
              + " 1 udp "
              + (1 + i)
              + " 203.0."
              + i / 250
              + "."
              + i % 250
              + " 5000 typ host";
      used += a.ice.addRemote(IceCandidate.parse(line), world.network.now()) ? 1 : 0;
    }
    assertThat(used).isEqualTo(Checklist.MAX_REMOTES);

    world.untilConnected(a, b);
    world.drive(1);

    // 20 a second at most: a candidate list is no gun.
    assertThat(a.sent).isLessThan(200);
    assertThatTheyMeet(a, b);
  }

  @Test
  void checksArePacedAndGiveUp() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    a.ice.setRemote(world.credentials(), false, world.network.now());
    for (int i = 1; i <= 50; i++) {
      a.ice.addRemote(IceWorld.host("198.51.100." + i), world.network.now());
    }
    long began = world.network.now();
    world.drive(0.999);
    assertThat(a.sent).isEqualTo(20);

    world.drive(40);

    assertThat(a.sent).isLessThan(50 * 7);
    assertThat(a.lostAt - began).isEqualTo(30_000_000_000L);
    assertThat(a.ice.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  /** Number 23. */
  @Test
  void losesConsentAfterThirtySilentSeconds() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    introduce(a, b);
    world.untilConnected(a, b);
    int sent = a.sent;
    world.drive(300);
    // A check every five seconds and an answer to each of the other's.
    assertThat(a.sent - sent).isBetween(110, 130);

    long cutAt = world.network.now();
    world.network.link(Link.cut());
    world.drive(60);

    assertThat(a.lostAt - cutAt).isBetween(23_000_000_000L, 30_000_000_000L);
    assertThat(b.lostAt - cutAt).isBetween(23_000_000_000L, 30_000_000_000L);
  }

  @Test
  void silenceOfTwentySecondsIsForgiven() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    introduce(a, b);
    world.untilConnected(a, b);

    for (int i = 0; i < 10; i++) {
      world.network.link(Link.cut());
      world.drive(20);
      world.network.link(Link.perfect(Duration.ofMillis(10)));
      world.drive(7);
    }

    assertThat(a.lostAt).isEqualTo(Long.MAX_VALUE);
    assertThat(b.lostAt).isEqualTo(Long.MAX_VALUE);
  }

  /** Number 27, and again when it is connected. */
  @RepeatedTest(10)
  void restartsAtAnyTime() {
    world.network.link(Link.bad());
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    Full b = world.full(Role.CONTROLLED, "198.51.100.1");
    introduce(a, b);
    world.drive(world.random.nextDouble(0.3));
    for (int i = 0; i < 3; i++) {
      a.restart();
      b.restart();
      introduce(a, b);
      world.drive(world.random.nextDouble(0.3));
    }

    world.untilConnected(a, b);
    world.drive(40);

    assertThatTheyMeet(a, b);
    assertThat(a.lostAt).isEqualTo(Long.MAX_VALUE);
    assertThat(b.lostAt).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void opensTcpConnectionsByItsOwner() {
    Lite server = world.lite("192.0.2.1");
    Address near = Address.parse("198.51.100.1", 40_000);
    Full client = world.full(Role.CONTROLLING);
    IceCandidate active = IceCandidate.host(near, Transport.TCP_ACTIVE, 1);
    IceCandidate passive = IceCandidate.host(server.at, Transport.TCP_PASSIVE, 1);
    client.ice.addLocal(active, world.network.now());
    client.ice.setRemote(server.credentials, true, world.network.now());
    client.ice.addRemote(passive, world.network.now());
    assertThat(client.connecting).containsExactly(passive);
    Way way = new Way(near, server.at);
    world.network.bind(
        near,
        (from, bytes, now) -> client.ice.receive(active, way, from, bytes, 0, bytes.length, now));
    world.drive(1);
    assertThat(client.sent).isZero();

    client.ice.connected(active, passive, way, world.network.now());
    world.untilConnected(client);

    assertThat(client.selections).containsExactly(way);
    assertThat(server.selections).hasSize(1);

    client.ice.closed(way, world.network.now());
    assertThat(client.ice.selected()).isNull();
    assertThat(client.ice.validated(way)).isFalse();
    world.drive(31);
    assertThat(client.lostAt).isLessThan(Long.MAX_VALUE);
  }

  @Test
  void anAnswerFromElsewhereProvesNothing() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    IceCredentials theirs = world.credentials();
    List<byte[]> checks = new ArrayList<>();
    Address far = IceWorld.address("198.51.100.1");
    world.network.bind(far, (_, bytes, _) -> checks.add(bytes));
    a.ice.setRemote(theirs, false, world.network.now());
    a.ice.addRemote(IceWorld.host("198.51.100.1"), world.network.now());
    world.drive(0.1);
    StunMessage check = StunMessage.read(checks.getFirst(), 0, checks.getFirst().length);
    byte[] unsigned = check.success().write();
    byte[] forged = check.success().write(IntegrityKey.shortTerm("some other password"), true);
    byte[] signed = check.success().write(IntegrityKey.shortTerm(theirs.password()), true);
    byte[] other =
        StunMessage.request(StunMessage.BINDING, new TransactionId(1, 2))
            .success()
            .write(IntegrityKey.shortTerm(theirs.password()), true);
    Address elsewhere = IceWorld.address("203.0.113.66");

    assertThat(give(a, far, unsigned)).isFalse();
    assertThat(give(a, far, forged)).isFalse();
    assertThat(give(a, far, other)).isFalse();
    assertThat(give(a, elsewhere, signed)).isTrue();
    world.drive(5);

    assertThat(a.ice.validated(new Way(IceWorld.address("192.0.2.1"), far))).isFalse();
    assertThat(a.ice.selected()).isNull();
  }

  @Test
  void strangersAreAnsweredShortlyOrNotAtAll() {
    Full a = world.full(Role.CONTROLLING, "192.0.2.1");
    Address far = IceWorld.address("198.51.100.1");
    List<byte[]> answers = new ArrayList<>();
    world.network.bind(far, (_, bytes, _) -> answers.add(bytes));
    byte[] nameless = StunMessage.request(StunMessage.BINDING, new TransactionId(1, 2)).write();
    byte[] wrong =
        StunMessage.request(
                StunMessage.BINDING,
                new TransactionId(1, 2),
                new StunAttribute.Username("nobody:x"))
            .write(IntegrityKey.shortTerm("some other password"), true);

    assertThat(give(a, far, nameless)).isFalse();
    assertThat(give(a, far, wrong)).isFalse();
    world.drive(1);

    assertThat(answers)
        .singleElement()
        .satisfies(bytes -> assertThat(bytes).hasSizeLessThan(wrong.length));
  }

  private boolean give(Full agent, Address from, byte[] bytes) {
    Address near = IceWorld.address("192.0.2.1");
    return agent.ice.receive(
        agent.locals.get(near),
        new Way(near, from),
        from,
        bytes,
        0,
        bytes.length,
        world.network.now());
  }

  @Test
  void aSessionHasTheFarEndThatItWasToldOf() {
    Lite server = world.lite("192.0.2.1");
    List<Full> clients =
        IntStream.range(0, 20).mapToObj(i -> world.clientOf(server, "198.51.100." + i)).toList();
    server.ice.setRemote(clients.getLast().credentials);

    world.drive(5);

    assertThat(clients.getLast().isConnected()).isTrue();
    assertThat(clients.subList(0, 19)).noneMatch(Full::isConnected);
  }
}
