package dev.madang.protocol.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.madang.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The server's agent against a full agent over the simulated network, and against messages made by
/// hand with the STUN reader and writer.
@ExtendWith(Seeds.class)
class IceLiteTest {
  private IceWorld world;
  private Lite server;

  @BeforeEach
  void serve(Seed seed) {
    world = new IceWorld(seed);
    server = world.lite("192.0.2.1");
  }

  // ---- with an agent ------------------------------------------------------------------------

  @Test
  void selectsTheWayThatTheClientNominates() {
    Full client = world.clientOf(server, "198.51.100.7");

    world.untilConnected(client);

    Way way = new Way(server.at, IceWorld.address("198.51.100.7"));
    assertThat(server.selections).containsExactly(way);
    assertThat(server.ice.selected()).isEqualTo(way);
    assertThat(server.ice.validated(way)).isTrue();
    assertThat(client.selections).hasSize(1);
    assertThat(world.network.elapsed()).isLessThan(Duration.ofMillis(60));
  }

  @RepeatedTest(30)
  void connectsOnABadDay() {
    world.network.link(Link.bad().withLoss(0.3));
    Full client = world.clientOf(server, "198.51.100.7", "203.0.113.9");

    world.untilConnected(client);
    world.drive(5);

    assertThat(server.ice.selected()).isNotNull();
    assertThat(server.ice.selected().far()).isEqualTo(client.ice.selected().near());
  }

  @Test
  void answersBeforeItKnowsItsFarEnd() {
    Full client = world.full(IceAgent.Role.CONTROLLING, "198.51.100.7");
    client.knows(server);

    world.untilConnected(client);

    assertThat(server.selections).hasSize(1);
  }

  @Test
  void losesConsentAfterThirtySilentSeconds() {
    Full client = world.clientOf(server, "198.51.100.7");
    world.untilConnected(client);
    world.drive(60);
    assertThat(server.lostAt).isEqualTo(Long.MAX_VALUE);

    long cutAt = world.network.now();
    world.network.link(Link.cut());
    world.drive(60);

    assertThat(server.lostAt - cutAt).isBetween(24_000_000_000L, 30_000_000_000L);
    assertThat(client.lostAt - cutAt).isBetween(24_000_000_000L, 30_000_000_000L);
    assertThat(server.ice.deadline()).isEqualTo(Long.MAX_VALUE);
    assertThat(server.ice.validated(new Way(server.at, IceWorld.address("198.51.100.7"))))
        .isFalse();
  }

  /// A browser whose line is full of its own data loses the checks among it.
  @Test
  void whoSendsWhatOnlyItCanWriteIsThereThoughItsChecksAreLost() {
    Full client = world.clientOf(server, "198.51.100.7");
    world.untilConnected(client);
    Way way = Objects.requireNonNull(server.ice.selected());
    world.network.link(Link.cut());

    for (int i = 0; i < 10; i++) {
      world.drive(10);
      server.ice.lives(way, world.network.now());
      server.ice.lives(new Way(way.near(), IceWorld.address("203.0.113.66")), world.network.now());
    }
    assertThat(server.lostAt).isEqualTo(Long.MAX_VALUE);
    assertThat(server.ice.selected()).isEqualTo(way);
    assertThat(server.ice.validated(way)).isTrue();

    // One that no check came by proves nothing.
    for (int i = 0; i < 4; i++) {
      world.drive(10);
      server.ice.lives(new Way(way.near(), IceWorld.address("203.0.113.66")), world.network.now());
    }
    assertThat(server.lostAt).isLessThan(world.network.now());
  }

  @Test
  void losesAClientThatNeverCame() {
    long began = world.network.now();

    world.drive(31);

    assertThat(server.lostAt - began).isEqualTo(30_000_000_000L);
  }

  @RepeatedTest(10)
  void restartsWithoutAGap() {
    world.network.link(Link.bad());
    Full client = world.clientOf(server, "198.51.100.7");
    world.untilConnected(client);
    world.drive(2);

    server.restart();
    client.restart();
    assertThat(client.isConnected()).isTrue();
    world.drive(6);
    client.knows(server);
    server.ice.setRemote(client.credentials);
    world.drive(40);

    assertThat(client.lostAt).isEqualTo(Long.MAX_VALUE);
    assertThat(server.lostAt).isEqualTo(Long.MAX_VALUE);
    // The way is the same, and nobody was told that it moved.
    assertThat(client.selections).hasSize(1);
    assertThat(server.selections).hasSize(1);
    assertThat(server.ice.counters().unauthorized()).isZero();
  }

  @Test
  void restartsToAnotherNetwork() {
    Full client = world.clientOf(server, "198.51.100.7");
    world.untilConnected(client);

    server.restart();
    client.restart();
    world.network.link(IceWorld.address("198.51.100.7"), server.at, Link.cut());
    client.addLocal("203.0.113.9");
    client.knows(server);
    server.ice.setRemote(client.credentials);
    world.drive(5);

    assertThat(client.selections).last().isEqualTo(client.ice.selected());
    assertThat(client.ice.selected().near()).isEqualTo(IceWorld.address("203.0.113.9"));
    assertThat(server.ice.selected().far()).isEqualTo(IceWorld.address("203.0.113.9"));
  }

  @Test
  void restartsDuringTheHandshake() {
    world.network.link(IceWorld.address("198.51.100.7"), server.at, Link.cut());
    Full client = world.clientOf(server, "198.51.100.7");
    world.drive(1);
    server.restart();
    client.restart();
    server.restart();
    world.network.link(
        IceWorld.address("198.51.100.7"), server.at, Link.perfect(Duration.ofMillis(10)));
    client.knows(server);
    server.ice.setRemote(client.credentials);

    world.untilConnected(client);

    assertThat(server.selections).hasSize(1);
  }

  // ---- message by message -------------------------------------------------------------------

  @Test
  void itsAnswerTellsTheSourceAndIsSigned() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    for (Address source : List.of(SOURCE, Address.parse("2001:db8::7", 4321))) {
      byte[] request = check("them", new StunAttribute.IceControlling(7));

      assertThat(ice.receive("a", source, request, 0, request.length, 1)).isTrue();

      StunMessage read = answer.read();
      assertThat(read.kind()).isEqualTo(StunMessage.Kind.SUCCESS);
      assertThat(read.id()).isEqualTo(ID);
      assertThat(read.first(StunAttribute.XorMappedAddress.class).address()).isEqualTo(source);
      assertThat(read.has(StunAttribute.Fingerprint.class)).isTrue();
      assertThat(answer.isSigned()).isTrue();
    }
  }

  /** Number 19 of the bad inputs. */
  @Test
  void aRightFragmentWithAWrongPasswordGetsAShortNoAndNothingElse() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    StunMessage request =
        StunMessage.request(
            StunMessage.BINDING,
            ID,
            new StunAttribute.Username(OURS.ufrag() + ":them"),
            new StunAttribute.Priority(1),
            new StunAttribute.UseCandidate());
    byte[] bad = request.write(IntegrityKey.shortTerm("another password of ours"), true);
    byte[] none = request.write();

    List<Integer> codes = new ArrayList<>();
    for (byte[] bytes : List.of(bad, none)) {
      assertThat(ice.receive("a", SOURCE, bytes, 0, bytes.length, 1)).isFalse();
      assertThat(answer.last).hasSizeLessThanOrEqualTo(bytes.length);
      assertThat(answer.isSigned()).isFalse();
      codes.add(answer.code());
    }
    assertThat(codes).containsExactly(401, 400);
    assertThat(ice.validated("a")).isFalse();
    assertThat(ice.selected()).isNull();
    assertThat(ice.counters()).isEqualTo(new IceLite.Counters(0, 2, 0, 0));
    // It counts for nothing: the agent is lost as if nobody had asked.
    assertThat(ice.deadline()).isEqualTo(IceLite.CONSENT);
  }

  /** Number 20: we cannot control, so whoever wants to be controlled is told. */
  @Test
  void tellsAControlledFarEndToTakeControl() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    for (long tieBreaker : new long[] {0, 1, -1, Long.MIN_VALUE}) {
      byte[] request = check("them", new StunAttribute.IceControlled(tieBreaker));

      ice.receive("a", SOURCE, request, 0, request.length, 1);

      assertThat(answer.code()).isEqualTo(487);
      assertThat(answer.isSigned()).isTrue();
    }
    assertThat(ice.validated("a")).isFalse();
  }

  /** Number 21: to an agent that sends no checks a pair is valid by the far end's. */
  @Test
  void takesANominationInTheFirstCheck() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] request = check("them", new StunAttribute.UseCandidate());

    ice.receive("a", SOURCE, request, 0, request.length, 1);

    assertThat(answer.selected).containsExactly("a");
  }

  /** Number 22. */
  @Test
  void remembersEightWaysAndNeverForgetsTheSelectedOne() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] nomination = check("them", new StunAttribute.UseCandidate());
    byte[] request = check("them");
    ice.receive("selected", SOURCE, nomination, 0, nomination.length, 1);
    for (int i = 0; i < 1000; i++) {
      ice.receive("way " + i, SOURCE, request, 0, request.length, 2 + i);
    }

    assertThat(ice.validated("selected")).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(ice.validated("way " + i)).isEqualTo(i >= 993);
    }
    assertThat(ice.selected()).isEqualTo("selected");
  }

  /** Number 23, with more ways than one: each has its own thirty seconds. */
  @Test
  void aSilentWayIsNotValidAnyMore() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] nomination = check("them", new StunAttribute.UseCandidate());
    byte[] request = check("them");
    ice.receive("wifi", SOURCE, nomination, 0, nomination.length, 0);
    ice.receive("lte", SOURCE, request, 0, request.length, 10 * SECOND);
    ice.tick(ice.deadline());

    assertThat(ice.validated("wifi")).isFalse();
    assertThat(answer.selected).containsExactly("wifi", "lte");

    assertThat(ice.deadline()).isEqualTo(40 * SECOND);
    ice.tick(ice.deadline());

    assertThat(ice.validated("lte")).isFalse();
    assertThat(answer.lostAt).isEqualTo(40 * SECOND);
  }

  /** Number 26: who guesses fragments finds no session, and a session's own agent says no. */
  @Test
  void guessedFragmentsLeadNowhere(Seed seed) {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    var random = seed.random();
    for (int i = 0; i < 2000; i++) {
      IceCredentials guess = IceCredentials.random(random);
      byte[] request = check(guess, "them");

      assertThat(IceLite.ufragOf(request, 0, request.length))
          .isEqualTo(guess.key())
          .isNotEqualTo(OURS.key());
      assertThat(ice.receive("a", SOURCE, request, 0, request.length, 1)).isFalse();
      assertThat(answer.last).hasSizeLessThanOrEqualTo(request.length);
    }
    assertThat(ice.validated("a")).isFalse();
    assertThat(ice.counters().unauthorized()).isEqualTo(2000);
  }

  @Test
  void findsTheFragmentWithoutReadingTheMessage() {
    byte[] request = check("them");
    byte[] shifted = new byte[request.length + 10];
    System.arraycopy(request, 0, shifted, 7, request.length);

    assertThat(IceLite.ufragOf(shifted, 7, request.length)).isEqualTo(OURS.key()).isPositive();

    byte[] turn = StunMessage.request(StunMessage.ALLOCATE, ID).write();
    byte[] bare = StunMessage.request(StunMessage.BINDING, ID).write();
    byte[] longer =
        StunMessage.request(
                StunMessage.BINDING, ID, new StunAttribute.Username("x" + OURS.ufrag() + ":them"))
            .write();
    byte[] strange =
        StunMessage.request(StunMessage.BINDING, ID, new StunAttribute.Username("ABCDE_GHIJ:them"))
            .write();
    for (byte[] other : List.of(turn, bare, longer, strange, new byte[0])) {
      assertThat(IceLite.ufragOf(other, 0, other.length)).isEqualTo(-1);
    }
    for (int length = 0; length < request.length; length++) {
      assertThat(IceLite.ufragOf(request, 0, length)).isEqualTo(-1);
    }
  }

  /** Number 4 of the bad inputs. */
  @Test
  void saysWhichAttributesItDoesNotUnderstand() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] request =
        check(
            "them",
            new StunAttribute.Unknown(0x7001, Bytes.of((byte) 1)),
            new StunAttribute.Unknown(0x7002, Bytes.of()),
            new StunAttribute.Unknown(0xC057, Bytes.of((byte) 1)),
            new StunAttribute.Lifetime(7));

    assertThat(ice.receive("a", SOURCE, request, 0, request.length, 1)).isTrue();

    assertThat(answer.code()).isEqualTo(420);
    assertThat(answer.read().first(StunAttribute.UnknownAttributes.class).types())
        .containsExactly(0x7001, 0x7002, 0x000D);
    assertThat(answer.isSigned()).isTrue();
    assertThat(ice.validated("a")).isFalse();
  }

  @Test
  void checksMustNameTheirSenderOnceItIsKnown() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    ice.setRemote(THEIRS);
    byte[] wrong = check("them");
    byte[] right = check(THEIRS.ufrag());

    assertThat(ice.receive("a", SOURCE, wrong, 0, wrong.length, 1)).isFalse();
    assertThat(answer.code()).isEqualTo(401);
    assertThat(ice.receive("a", SOURCE, right, 0, right.length, 1)).isTrue();
  }

  @Test
  void whatIsNoCheckIsDropped() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] wrongFingerprint = check("them");
    wrongFingerprint[wrongFingerprint.length - 1] ^= 1;
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[20],
            wrongFingerprint,
            StunMessage.indication(StunMessage.BINDING, ID).write(),
            StunMessage.request(StunMessage.BINDING, ID).write(),
            StunMessage.request(StunMessage.BINDING, ID).success().write(),
            StunMessage.request(StunMessage.ALLOCATE, ID).write())) {
      assertThat(ice.receive("a", SOURCE, bytes, 0, bytes.length, 1)).isFalse();
    }
    assertThat(answer.last).isNull();
    assertThat(ice.counters().dropped()).isEqualTo(7);
  }

  @Test
  void aLaterNominationMovesTheSelection() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] nomination = check("them", new StunAttribute.UseCandidate());
    ice.receive("a", SOURCE, nomination, 0, nomination.length, 1);
    ice.receive("a", SOURCE, nomination, 0, nomination.length, 2);
    ice.receive("b", SOURCE, nomination, 0, nomination.length, 3);
    // Back again, when the first is nominated and the second is not any more.
    ice.receive("a", SOURCE, nomination, 0, nomination.length, 4 * SECOND);

    assertThat(answer.selected).containsExactly("a", "b", "a");
  }

  /** An agent of RFC 5245 may put USE-CANDIDATE into every check. */
  @Test
  void nominationsOfEverythingSettleOnTheBest() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] good = check("them", new StunAttribute.UseCandidate(), new StunAttribute.Priority(9));
    byte[] poor = check("them", new StunAttribute.UseCandidate(), new StunAttribute.Priority(5));
    for (int i = 0; i < 100; i++) {
      ice.receive("good", SOURCE, good, 0, good.length, i * SECOND / 2);
      ice.receive("poor", SOURCE, poor, 0, poor.length, i * SECOND / 2 + 1);
    }

    assertThat(answer.selected).containsExactly("good", "poor", "good");
  }

  @Test
  void aWayIsSilentEightSecondsAfterItsLastCheck() {
    IceLite<String> ice = new IceLite<>(OURS, new Answer(), 0);
    byte[] request = check("them");
    ice.receive("a", SOURCE, request, 0, request.length, SECOND);

    assertThat(ice.silent("a", 9 * SECOND - 1)).isFalse();
    assertThat(ice.silent("a", 9 * SECOND)).isTrue();
    assertThat(ice.silent("b", SECOND)).isTrue();
  }

  @Test
  void aClosedConnectionIsNoWayAnyMore() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] nomination = check("them", new StunAttribute.UseCandidate());
    byte[] request = check("them");
    ice.receive("tcp", SOURCE, nomination, 0, nomination.length, 1);
    ice.receive("udp", SOURCE, request, 0, request.length, 2);

    ice.closed("tcp", 3);

    assertThat(answer.selected).containsExactly("tcp", "udp");
    assertThat(ice.validated("tcp")).isFalse();
    ice.closed("udp", 4);
    assertThat(ice.selected()).isNull();
    assertThat(ice.deadline()).isEqualTo(2 + IceLite.CONSENT);
  }

  @Test
  void bothGenerationsAreGoodUntilTheNewOneNominates() {
    Answer answer = new Answer();
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] old = check("them", new StunAttribute.UseCandidate());
    byte[] fresh = check(THEIRS, "them");
    byte[] nomination = check(THEIRS, "them", new StunAttribute.UseCandidate());
    ice.receive("a", SOURCE, old, 0, old.length, 1);
    ice.restart(THEIRS);

    assertThat(ice.receive("b", SOURCE, fresh, 0, fresh.length, 2)).isTrue();
    assertThat(ice.receive("a", SOURCE, old, 0, old.length, 3)).isTrue();
    assertThat(ice.selected()).isEqualTo("a");

    assertThat(ice.receive("b", SOURCE, nomination, 0, nomination.length, 4)).isTrue();
    assertThat(answer.selected).containsExactly("a", "b");
    assertThat(ice.receive("a", SOURCE, old, 0, old.length, 5)).isFalse();
    // What is still on its way over the old one is taken.
    assertThat(ice.validated("a")).isTrue();
  }

  @Test
  void takesOnlyCredentialsThatFindTheirSession() {
    assertThatThrownBy(
            () -> new IceLite<>(new IceCredentials("abcd", OURS.password()), new Answer(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCheckMakesNextToNoGarbage() {
    Answer answer = new Answer();
    answer.keeps = false;
    IceLite<String> ice = new IceLite<>(OURS, answer, 0);
    byte[] request = check("them", new StunAttribute.UseCandidate());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 10_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      IceLite.ufragOf(request, 0, request.length);
      ice.receive("a", SOURCE, request, 0, request.length, i);
    }
    long perCheck = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;

    // What is left is inside the JDK's Mac: two digests of 20 bytes.
    assertThat(perCheck).isLessThan(200);
  }

  // ---- by hand ------------------------------------------------------------------------------

  private static byte[] check(String theirUfrag, StunAttribute... more) {
    return check(OURS, theirUfrag, more);
  }

  private static byte[] check(IceCredentials to, String theirUfrag, StunAttribute... more) {
    List<StunAttribute> attributes = new ArrayList<>();
    attributes.add(new StunAttribute.Username(to.ufrag() + ":" + theirUfrag));
    attributes.addAll(Arrays.asList(more));
    return StunMessage.request(StunMessage.BINDING, ID, attributes.toArray(StunAttribute[]::new))
        .write(IntegrityKey.shortTerm(to.password()), true);
  }

  /** The last answer, and what else was told. */
  private static final class Answer implements IceLite.Output<String> {
    byte @Nullable [] last;
    boolean keeps = true;
    final List<String> selected = new ArrayList<>();
    long lostAt;

    @Override
    public void send(String to, byte[] bytes, int offset, int length) {
      if (keeps) {
        last = Arrays.copyOfRange(bytes, offset, offset + length);
      }
    }

    @Override
    public void selected(String to, long now) {
      selected.add(to);
    }

    @Override
    public void lost(long now) {
      lostAt = now;
    }

    StunMessage read() {
      return StunMessage.read(last, 0, last.length);
    }

    int code() {
      return read().first(StunAttribute.ErrorCode.class).code();
    }

    boolean isSigned() {
      return StunMessage.isSigned(last, 0, last.length, IntegrityKey.shortTerm(OURS.password()));
    }
  }

  private static final long SECOND = 1_000_000_000L;
  private static final Address SOURCE = Address.parse("198.51.100.7", 50_000);
  private static final TransactionId ID = new TransactionId(0x0102_0304, 0x0506_0708_090A_0B0CL);
  private static final IceCredentials OURS =
      new IceCredentials("AbCdEf+/09", "VOkJxbRl1RmTxUk/WvJxBt");
  private static final IceCredentials THEIRS =
      new IceCredentials("9876543210", "aaaaaaaaaaaaaaaaaaaaaaaa");
}
