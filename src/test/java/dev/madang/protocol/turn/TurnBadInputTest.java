package dev.madang.protocol.turn;

import static dev.madang.protocol.turn.TurnWorld.CLIENT;
import static dev.madang.protocol.turn.TurnWorld.PEER;
import static dev.madang.protocol.turn.TurnWorld.SERVER;
import static dev.madang.protocol.turn.TurnWorld.bytes;
import static dev.madang.protocol.turn.TurnWorld.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import dev.madang.wire.Cidr;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What strangers and clients send to make a relay crash, leak, amplify or open a network. The
/// parser's own are in StunMessageTest.
@ExtendWith(Seeds.class)
class TurnBadInputTest {

  // ---- malformed messages -------------------------------------------------------------------

  @Test
  void dropsAMessageWhoseLengthFieldLies(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    for (int length : new int[] {0, 1, 4, 12, 0xFFFC, 0xFFFF}) {
      byte[] binding = bindingRequest();
      binding[2] = (byte) (length >>> 8);
      binding[3] = (byte) length;
      StunMessage answer = world.answerTo(CLIENT, binding);
      assertThat(answer == null).as("length " + length).isEqualTo(length != 0);
    }
  }

  @Test
  void dropsTruncatedAndOverlongAttributes(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    for (Consumer<ByteWriter> attributes :
        List.<Consumer<ByteWriter>>of(
            out -> out.u16(0x0006).u16(1),
            out -> out.u16(0x0006).u16(0xFFFF),
            out -> out.u16(0x0019).u16(5).i32(0x1100_0000),
            out -> out.u16(0x8022).u16(0xFFFD).i32(0))) {
      assertThat(world.answerTo(CLIENT, message(StunMessage.ALLOCATE, attributes))).isNull();
    }
    assertThat(world.server.counters().dropped()).isEqualTo(4);
  }

  @Test
  void answersUnknownRequiredAttributesWith420(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    StunMessage answer =
        world.answerTo(
            CLIENT, message(StunMessage.BINDING, out -> out.u16(0x7FFE).u16(0).u16(0xFFFE).u16(0)));
    assertThat(answer.first(StunAttribute.ErrorCode.class).code()).isEqualTo(420);
    assertThat(answer.first(StunAttribute.UnknownAttributes.class).types()).containsExactly(0x7FFE);

    TurnClient client = world.client();
    // DONT-FRAGMENT is known and not served.
    assertThat(
            world.ask(
                client,
                StunMessage.ALLOCATE,
                new StunAttribute.RequestedTransport(17),
                new StunAttribute.Unknown(0x001A, Bytes.of())))
        .isEqualTo(420);
    assertThat(world.openRelays()).isZero();
  }

  @Test
  void takesTheFirstOfTwoPeersInAChannelBindAndAllInACreatePermission(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer first = world.peer(PEER);
    Address other = Address.parse("40.0.0.2", 6000);
    TurnWorld.Peer second = world.peer(other);
    TurnClient client = world.allocated();
    assertThat(
            world.ask(
                client,
                StunMessage.CHANNEL_BIND,
                new StunAttribute.ChannelNumber(0x4000),
                new StunAttribute.XorPeerAddress(PEER),
                new StunAttribute.XorPeerAddress(other)))
        .isZero();
    second.send(client.relayed(), text("not permitted"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(client.received).isEmpty();

    assertThat(
            world.ask(
                client,
                StunMessage.CREATE_PERMISSION,
                new StunAttribute.XorPeerAddress(PEER),
                new StunAttribute.XorPeerAddress(other)))
        .isZero();
    second.send(client.relayed(), text("permitted"));
    first.send(client.relayed(), text("by channel"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(client.received).hasSize(1);
    assertThat(client.dataIndications).isEqualTo(1);
  }

  @Test
  void ignoresAttributesSmuggledInAfterMessageIntegrity(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    byte[] signed =
        StunMessage.request(
                StunMessage.CREATE_PERMISSION,
                new TransactionId(1, 1),
                new StunAttribute.Username("ann"),
                new StunAttribute.Realm("madang"),
                new StunAttribute.Nonce(client.nonce()))
            .write(IntegrityKey.longTerm("ann", "madang", "secret"), false);
    byte[] smuggled =
        new ByteWriter()
            .bytes(signed)
            .u16(0x0012)
            .u16(8)
            .i64(0x0001_1111_2222_3333L)
            .u16At(2, signed.length - 20 + 12)
            .toArray();
    world.network.unbind(CLIENT);

    StunMessage answer = world.answerTo(CLIENT, smuggled);

    assertThat(answer.first(StunAttribute.ErrorCode.class).code()).isEqualTo(400);
  }

  @Test
  void dropsAWrongFingerprint(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    byte[] bytes =
        StunMessage.request(StunMessage.BINDING, new TransactionId(1, 2)).write(null, true);
    assertThat(world.answerTo(CLIENT, bytes).has(StunAttribute.Fingerprint.class)).isTrue();
    bytes[bytes.length - 1] ^= 1;
    assertThat(world.answerTo(CLIENT, bytes)).isNull();
  }

  @Test
  void dropsAPeerOfAnUnknownAddressFamily(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    long dropped = world.server.counters().dropped();
    byte[] send =
        new ByteWriter()
            .u16(0x0016)
            .u16(20)
            .i32(StunMessage.COOKIE)
            .i32(0)
            .i64(0)
            .u16(0x0012)
            .u16(8)
            .u16(3)
            .u16(1)
            .i32(1)
            .u16(0x0013)
            .u16(4)
            .i32(0)
            .u16At(2, 20)
            .toArray();
    world.network.send(CLIENT, SERVER, send, 0, send.length);
    world.network.drive(Duration.ofSeconds(1));
    assertThat(world.server.counters().dropped()).isEqualTo(dropped + 1);
    assertThat(world.ask(client, StunMessage.REFRESH, new StunAttribute.RequestedAddressFamily(3)))
        .isEqualTo(443);
  }

  @Test
  void dropsAUserNameThatIsTooLongOrNotUtf8(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    for (byte[] name : List.of(new byte[764], new byte[] {(byte) 0xC3, 0x28})) {
      byte[] request =
          message(
              StunMessage.ALLOCATE,
              out ->
                  out.u16(6)
                      .u16(name.length)
                      .bytes(name)
                      .pad(4)
                      .u16(8)
                      .u16(20)
                      .bytes(new byte[20]));
      assertThat(world.answerTo(CLIENT, request)).isNull();
    }
    assertThat(world.accountsAsked).isZero();
    // One of 513 bytes is a name like any other: nobody's.
    TurnClient longName = world.client(CLIENT, "a".repeat(513), "secret");
    assertThat(world.ask(longName, StunMessage.ALLOCATE, UDP)).isEqualTo(401);
  }

  // ---- who is who ---------------------------------------------------------------------------

  @Test
  void answersAForeignOrExpiredOrInventedNonceWith438(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    String own = client.nonce();
    Address elsewhere = CLIENT.withPort(CLIENT.port() + 1);

    assertThat(codeOf(world.answerTo(elsewhere, signedRefresh(own)))).isEqualTo(438);
    assertThat(codeOf(world.answerTo(elsewhere, signedRefresh("")))).isEqualTo(438);
    assertThat(codeOf(world.answerTo(elsewhere, signedRefresh("0".repeat(20))))).isEqualTo(438);
    assertThat(codeOf(world.answerTo(elsewhere, signedRefresh("x".repeat(763))))).isEqualTo(438);
    assertThat(codeOf(world.answerTo(elsewhere, signedRefresh("!".repeat(20))))).isEqualTo(438);
    // Nobody's password was looked up for any of them: ann's, once, for her Allocate.
    assertThat(world.accountsAsked).isEqualTo(1);

    world.network.unbind(CLIENT);
    assertThat(codeOf(world.answerTo(CLIENT, signedRefresh(own)))).isZero();
    client.keepsAlive = false;
    world.network.drive(Duration.ofMinutes(61));
    StunMessage stale = world.answerTo(CLIENT, signedRefresh(own));
    assertThat(codeOf(stale)).isEqualTo(438);
    assertThat(stale.first(StunAttribute.Realm.class).value()).isEqualTo("madang");
    assertThat(stale.first(StunAttribute.Nonce.class).value()).isNotEqualTo(own);
  }

  @Test
  void answersWrongPasswordsAndUnknownUsersAlikeWith401(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient wrong = world.client(CLIENT, "ann", "guess");
    TurnClient nobody = world.client(Address.parse("30.0.0.2", 1), "nobody", "guess");

    assertThat(world.ask(wrong, StunMessage.ALLOCATE, UDP)).isEqualTo(401);
    assertThat(world.ask(nobody, StunMessage.ALLOCATE, UDP)).isEqualTo(401);
    assertThat(world.admitted()).isZero();
  }

  @Test
  void answersHalfACredentialWith400(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    IntegrityKey key = IntegrityKey.longTerm("ann", "madang", "secret");
    for (StunAttribute one :
        List.of(
            new StunAttribute.Username("ann"),
            new StunAttribute.Realm("madang"),
            new StunAttribute.Nonce("n"))) {
      byte[] request =
          StunMessage.request(StunMessage.ALLOCATE, new TransactionId(1, 1), one).write(key, false);
      assertThat(codeOf(world.answerTo(CLIENT, request))).isEqualTo(400);
    }
  }

  @Test
  void letsNobodyElseTouchAnAllocation(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient ann = world.allocated();
    // Bob, from ann's own address and port: 441. Ann's right credentials from elsewhere: 437.
    world.network.unbind(CLIENT);
    TurnClient bob = world.client(CLIENT, "bob", "hidden");
    assertThat(world.ask(bob, StunMessage.REFRESH, new StunAttribute.Lifetime(0))).isEqualTo(441);
    assertThat(world.ask(bob, StunMessage.ALLOCATE, UDP)).isEqualTo(437);
    TurnClient moved = world.client(Address.parse("30.0.0.2", 1), "ann", "secret");
    assertThat(world.ask(moved, StunMessage.REFRESH, new StunAttribute.Lifetime(0))).isEqualTo(437);
    moved.send(PEER, text("not mine"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(ann.relayed).hasSize(1);
    assertThat(world.openRelays()).isEqualTo(1);
  }

  @Test
  void givesAMobilityTicketNoPower(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient ann = world.client();
    StunAttribute ticket = new StunAttribute.Unknown(0x8030, Bytes.of(new byte[24]));
    world.allocate(ann, new StunAttribute.Unknown(0x8030, Bytes.of()));
    assertThat(ann.answers.getLast().has(StunAttribute.Unknown.class)).isFalse();

    TurnClient moved = world.client(Address.parse("30.0.0.2", 1), "ann", "secret");
    assertThat(world.ask(moved, StunMessage.REFRESH, ticket)).isEqualTo(437);
    assertThat(world.openRelays()).isEqualTo(1);
  }

  // ---- floods -------------------------------------------------------------------------------

  @Test
  void keepsNothingOfAMillionForgedAllocates() {
    Quiet output = new Quiet();
    TurnServer server =
        new TurnServer(TurnWorld.settings(), new byte[32], TurnWorld.policy(), output);
    byte[] plain = StunMessage.request(StunMessage.ALLOCATE, new TransactionId(1, 1), UDP).write();
    byte[] signed = signedRefresh("A".repeat(20));
    flood(server, plain, signed, 0, 100_000);
    long before = usedMemory();

    flood(server, plain, signed, 100_000, 1_000_000);

    assertThat(usedMemory() - before).isLessThan(2 << 20);
    assertThat(server.counters().allocations()).isZero();
    assertThat(server.deadline()).isEqualTo(Long.MAX_VALUE);
    assertThat(output.accountsAsked).isZero();
  }

  private static void flood(TurnServer server, byte[] plain, byte[] signed, int from, int to) {
    for (int i = from; i < to; i++) {
      byte[] request = i % 2 == 0 ? plain : signed;
      Address source = Address.v4(i * 0x9E37_79B9, i & 0xFFFF);
      server.receive(source, request, 0, request.length, i * 1_000L);
    }
  }

  @Test
  void answersStrangersOfOneNetworkSeldomEnoughToBeNoWeapon(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    byte[] binding = bindingRequest();
    byte[] allocate =
        StunMessage.request(StunMessage.ALLOCATE, new TransactionId(1, 1), UDP).write();
    long asked = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] request = i % 2 == 0 ? binding : allocate;
      Address forged = Address.v4(0x5060_7000 | i & 0xFF, 1 + i % 60_000);
      world.server.receive(forged, request, 0, request.length, world.network.now() + i * 100_000L);
      asked += request.length;
    }
    // Ten seconds of it: the burst of 200, then 50 a second.
    assertThat(world.sentToClients).isBetween(690, 710);
    assertThat(world.bytesToStrangers).isLessThan(asked / 50);
    assertThat(world.server.counters().unanswered()).isEqualTo(100_000 - world.sentToClients);
    // Another network is not held responsible.
    assertThat(world.answerTo(CLIENT, binding)).isNotNull();
  }

  @Test
  void answersAStrangerWithLittleMoreThanHeSent(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    byte[] binding = bindingRequest();
    byte[] allocate =
        StunMessage.request(StunMessage.ALLOCATE, new TransactionId(1, 1), UDP).write();
    world.answerTo(CLIENT, binding);
    assertThat(world.bytesToStrangers).isEqualTo(32);
    world.bytesToStrangers = 0;
    world.answerTo(CLIENT, allocate);
    assertThat(world.bytesToStrangers).isEqualTo(64);
    assertThat(allocate).hasSize(28);
    world.bytesToStrangers = 0;
    world.answerTo(
        CLIENT,
        message(
            StunMessage.BINDING,
            out -> {
              for (int i = 0; i < 60; i++) {
                out.u16(0x7000 + i).u16(0);
              }
            }));
    assertThat(world.bytesToStrangers).isLessThan(260);
  }

  @Test
  void saysNothingToWhatIsNoRequest(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    for (StunMessage.Kind kind : StunMessage.Kind.values()) {
      for (int method = 0; method < 32; method++) {
        byte[] bytes = new StunMessage(kind, method, new TransactionId(0, 0), List.of()).write();
        boolean answered = world.answerTo(CLIENT, bytes) != null;
        assertThat(answered)
            .as(kind + " " + method)
            .isEqualTo(kind == StunMessage.Kind.REQUEST && Set.of(1, 3, 4, 8, 9).contains(method));
      }
    }
  }

  // ---- channels -----------------------------------------------------------------------------

  @Test
  void bindsNoChannelOutsideItsRange(Seed seed) {
    TurnServer.Settings usual = TurnWorld.settings();
    TurnServer.Settings strict =
        new TurnServer.Settings(
            usual.realm(),
            usual.defaultLifetime(),
            usual.maxLifetime(),
            usual.nonceLifetime(),
            false,
            usual.maxPermissions(),
            usual.maxChannels(),
            usual.repliesPerSecond(),
            usual.replyBurst());
    TurnWorld world = new TurnWorld(seed, strict);
    TurnClient client = world.allocated();
    for (int number : new int[] {0, 0x3FFF, 0x5000, 0x7FFF, 0x8000, 0xFFFF}) {
      assertThat(bind(world, client, number, PEER)).as("" + number).isEqualTo(400);
    }
    assertThat(bind(world, client, 0x4FFF, PEER)).isZero();

    TurnWorld old = new TurnWorld(seed, usual);
    TurnClient older = old.allocated();
    assertThat(bind(old, older, 0x7FFF, PEER)).isZero();
    assertThat(bind(old, older, 0x8000, PEER.withPort(1))).isEqualTo(400);
  }

  @Test
  void bindsNoChannelTwiceAndNoPeerTwice(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    client.keepsAlive = false;
    Address other = PEER.withPort(PEER.port() + 1);

    assertThat(bind(world, client, 0x4000, PEER)).isZero();
    assertThat(bind(world, client, 0x4000, other)).isEqualTo(400);
    assertThat(bind(world, client, 0x4001, PEER)).isEqualTo(400);
    assertThat(bind(world, client, 0x4000, PEER)).isZero();
    assertThat(bind(world, client, 0x4001, other)).isZero();
    // When its time is over, a channel and its peer are free for others.
    assertThat(world.ask(client, StunMessage.REFRESH, new StunAttribute.Lifetime(3600))).isZero();
    world.network.drive(Duration.ofSeconds(601));
    assertThat(bind(world, client, 0x4000, other)).isZero();
    assertThat(bind(world, client, 0x4001, PEER)).isZero();
  }

  @Test
  void dropsChannelDataThatIsLongerThanItsDatagram(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);
    long before = world.server.counters().dropped();
    for (int length : new int[] {4, 5, 0x7FFF, 0xFFFF}) {
      byte[] data = new ByteWriter().u16(0x4000).u16(length).u8(1).u8(2).u8(3).toArray();
      world.network.send(CLIENT, SERVER, data, 0, data.length);
    }
    // Shorter is fine: the rest is padding. Unbound is not, nor is a bare header's half.
    for (byte[] data :
        List.of(
            new ByteWriter().u16(0x4000).u16(2).i32(0x61620000).toArray(),
            new ByteWriter().u16(0x4001).u16(0).toArray(),
            new byte[] {0x40},
            new byte[] {0x40, 0, 0})) {
      world.network.send(CLIENT, SERVER, data, 0, data.length);
    }
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).containsExactly(bytes("ab"));
    assertThat(world.server.counters().dropped()).isEqualTo(before + 7);
  }

  @Test
  void dropsChannelDataOfStrangers(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);
    byte[] data = new ByteWriter().u16(0x4000).u16(4).i32(1).toArray();
    world.network.send(Address.parse("30.0.0.2", 5000), SERVER, data, 0, data.length);
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).isEmpty();
  }

  // ---- TCP ----------------------------------------------------------------------------------

  @Test
  void closesATcpConnectionThatSpeaksSomethingElse(Seed seed) {
    for (String said :
        List.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000", "\u0080abc")) {
      TurnWorld world = new TurnWorld(seed);
      TurnWorld.OpenConnection connection = new TurnWorld.OpenConnection(CLIENT);
      byte[] bytes = said.getBytes(StandardCharsets.ISO_8859_1);
      world.server.receive(connection, bytes, 0, bytes.length, world.network.now());
      assertThat(connection.closed).isTrue();
      world.server.receive(connection, bytes, 0, bytes.length, world.network.now());
      assertThat(world.server.counters().dropped()).isEqualTo(1);
    }
  }

  @Test
  void holdsLittleOfAMessageThatAStrangerNeverFinishes(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.OpenConnection connection = new TurnWorld.OpenConnection(CLIENT);
    byte[] start = new ByteWriter().u16(0x4000).u16(0xFFFF).toArray();
    world.server.receive(connection, start, 0, 4, world.network.now());
    assertThat(connection.closed).isTrue();

    TurnWorld.OpenConnection patient = new TurnWorld.OpenConnection(CLIENT);
    byte[] request = bindingRequest();
    for (byte one : request) {
      assertThat(patient.sent).isZero();
      world.server.receive(patient, new byte[] {one}, 0, 1, world.network.now());
    }
    assertThat(patient.sent).isEqualTo(32);
  }

  @Test
  void pushesNoMoreIntoAConnectionThanItsPeersSend(Seed seed) {
    // Whoever reads slowly is the door's to drop: the engine keeps no queue, so that what is sent
    // is sent once, when it comes.
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnWorld.ByTcp tcp = world.tcpClient(CLIENT);
    world.allocate(tcp.client());
    tcp.client().bind(PEER, world.network.now());
    world.settle(tcp.client());
    long before = tcp.connection().sent;
    for (int i = 0; i < 1000; i++) {
      peer.send(tcp.client().relayed(), new byte[1001]);
    }
    world.network.drive(Duration.ofSeconds(5));

    assertThat(tcp.connection().sent - before).isEqualTo(1000L * (4 + 1004));
  }

  // ---- peers --------------------------------------------------------------------------------

  static Stream<String> deniedPeers() {
    return Stream.of(
        "0.0.0.0",
        "127.0.0.1",
        "127.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0::1");
  }

  @ParameterizedTest
  @MethodSource("deniedPeers")
  void relaysToNoInnerAddress(String ip) {
    TurnWorld world = new TurnWorld(new Seed(1));
    Address inner = Address.parse(ip, 6000);
    TurnWorld.Peer peer = world.peer(inner);
    TurnClient client = world.client();
    world.allocate(client, new StunAttribute.AdditionalAddressFamily(2));

    assertThat(
            world.ask(
                client, StunMessage.CREATE_PERMISSION, new StunAttribute.XorPeerAddress(inner)))
        .isEqualTo(403);
    assertThat(bind(world, client, 0x4000, inner)).isEqualTo(403);
    // One good peer does not carry a bad one in.
    assertThat(
            world.ask(
                client,
                StunMessage.CREATE_PERMISSION,
                new StunAttribute.XorPeerAddress(PEER),
                new StunAttribute.XorPeerAddress(inner)))
        .isEqualTo(403);
    client.send(inner, text("knock"));
    client.send(PEER, text("nor was the good one permitted"));
    peer.send(client.relayed.getFirst(), text("come in"));
    peer.send(client.relayed.getLast(), text("come in"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).isEmpty();
    assertThat(client.received).isEmpty();
    assertThat(world.server.counters().denied()).isEqualTo(3);
  }

  @Test
  void relaysToNoneOfItsOwnDoors(Seed seed) {
    PeerPolicy policy =
        new PeerPolicy(
            List.of(Cidr.parse("127.0.0.0/8")),
            List.of(),
            List.of(SERVER.host()),
            List.of(),
            Set.of(3478, 7701));
    TurnWorld world = new TurnWorld(seed, TurnWorld.settings(), policy);
    TurnClient client = world.allocated();
    Address admin = Address.parse("127.0.0.1", 7701);
    TurnWorld.Peer metrics = world.peer(admin);

    assertThat(bind(world, client, 0x4000, admin)).isEqualTo(403);
    assertThat(bind(world, client, 0x4000, SERVER)).isEqualTo(403);
    client.permit(admin, world.network.now());
    client.permit(SERVER, world.network.now());
    world.settle(client);
    long before = world.server.counters().dropped();
    client.send(admin, text("GET /metrics"));
    client.send(SERVER, bindingRequest());
    world.network.drive(Duration.ofSeconds(1));

    assertThat(metrics.heard).isEmpty();
    assertThat(client.received).isEmpty();
    assertThat(world.server.counters().dropped()).isEqualTo(before);
    assertThat(world.server.counters().denied()).isEqualTo(4);
  }

  @Test
  void relaysMediaAndNothingElseToItsOwnMediaDoor(Seed seed) {
    Address door = Address.parse("20.0.0.9", 7700);
    PeerPolicy policy =
        new PeerPolicy(List.of(), List.of(), List.of(door.host()), List.of(), Set.of(door.port()))
            .withMedia(door.port());
    TurnWorld world = new TurnWorld(seed, TurnWorld.settings(), policy);
    TurnClient client = world.allocated();
    TurnWorld.Peer media = world.peer(door);
    client.permit(door, world.network.now());
    world.settle(client);
    client.send(door, bindingRequest());
    client.send(door, new byte[] {22, 1, 2, 3});
    assertThat(bind(world, client, 0x4000, door)).isZero();
    client.send(door, bindingRequest());
    client.send(door, new byte[] {(byte) 0x80, 1, 2, 3});
    world.network.drive(Duration.ofSeconds(1));

    assertThat(media.heard).hasSize(2);
    assertThat(world.server.counters().denied()).isEqualTo(2);
  }

  @Test
  void dropsWhatUnpermittedPeersSend(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    client.permit(PEER, world.network.now());
    world.settle(client);
    Address sameHost = PEER.withPort(9);
    world.peer(sameHost).send(client.relayed(), text("another port of a permitted address"));
    world.peer(Address.parse("40.0.0.9", 6000)).send(client.relayed(), text("a stranger"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(client.received)
        .containsExactly(
            new TurnClient.Received(sameHost, bytes("another port of a permitted address")));
  }

  // ---- quotas -------------------------------------------------------------------------------

  @Test
  void answersOneAllocationTooManyWith486(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.quota = 3;
    for (int i = 0; i < 3; i++) {
      world.allocate(world.client(Address.parse("30.0.0.1", 100 + i), "ann", "secret"));
    }
    TurnClient fourth = world.client(Address.parse("30.0.0.1", 200), "ann", "secret");
    assertThat(world.ask(fourth, StunMessage.ALLOCATE, UDP)).isEqualTo(486);
    TurnClient bob = world.client(Address.parse("30.0.0.1", 300), "bob", "hidden");
    assertThat(world.ask(bob, StunMessage.ALLOCATE, UDP)).isZero();
    assertThat(world.server.counters().refused()).isEqualTo(1);
  }

  @Test
  void answersWith508WhenNoPortIsLeft(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.portsLeft = 1;
    TurnClient pair = world.client(Address.parse("30.0.0.2", 1), "ann", "secret");
    assertThat(world.ask(pair, StunMessage.ALLOCATE, UDP, new StunAttribute.EvenPort(true)))
        .isEqualTo(508);
    assertThat(world.portsLeft).isEqualTo(1);
    TurnClient first = world.allocated();
    assertThat(world.ask(pair, StunMessage.ALLOCATE, UDP)).isEqualTo(508);
    assertThat(world.admitted()).isEqualTo(1);
    first.refresh(0, world.network.now());
    world.settle(first);
    assertThat(world.ask(pair, StunMessage.ALLOCATE, UDP)).isZero();
  }

  @Test
  void boundsThePermissionsAndChannelsOfAnAllocation(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();
    client.keepsAlive = false;
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      Address peer = Address.v4(0x2800_0000 + i, 6000);
      if (bind(world, client, 0x4000 + i, peer) == 508) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(300 - 256);
    assertThat(
            world.ask(
                client,
                StunMessage.CREATE_PERMISSION,
                new StunAttribute.XorPeerAddress(Address.parse("50.0.0.1", 1))))
        .isEqualTo(508);
    // One that is known is no new one.
    assertThat(bind(world, client, 0x4000, Address.v4(0x2800_0000, 6000))).isZero();
    world.ask(client, StunMessage.REFRESH, new StunAttribute.Lifetime(3600));
    world.network.drive(Duration.ofSeconds(601));
    assertThat(bind(world, client, 0x4700, PEER)).isZero();
  }

  // ---- words --------------------------------------------------------------------------------

  private static int bind(TurnWorld world, TurnClient client, int number, Address peer) {
    return world.ask(
        client,
        StunMessage.CHANNEL_BIND,
        new StunAttribute.ChannelNumber(number),
        new StunAttribute.XorPeerAddress(peer));
  }

  private static int codeOf(StunMessage answer) {
    StunAttribute.ErrorCode error = answer.first(StunAttribute.ErrorCode.class);
    return error == null ? 0 : error.code();
  }

  private static byte[] bindingRequest() {
    return StunMessage.request(StunMessage.BINDING, new TransactionId(7, 7)).write();
  }

  private static byte[] signedRefresh(String nonce) {
    return StunMessage.request(
            StunMessage.REFRESH,
            new TransactionId(5, 5),
            new StunAttribute.Username("ann"),
            new StunAttribute.Realm("madang"),
            new StunAttribute.Nonce(nonce))
        .write(IntegrityKey.longTerm("ann", "madang", "secret"), false);
  }

  private static byte[] message(int method, Consumer<ByteWriter> attributes) {
    ByteWriter out = new ByteWriter().u16(method).u16(0).i32(StunMessage.COOKIE).i32(1).i64(2);
    attributes.accept(out);
    return out.u16At(2, out.position() - 20).toArray();
  }

  private static long usedMemory() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** A door that sends nothing anywhere. */
  private static final class Quiet implements TurnServer.Output {
    int accountsAsked;

    @Override
    public void send(Address client, byte[] bytes, int offset, int length) {}

    @Override
    public boolean relays(boolean v6) {
      return true;
    }

    @Override
    public Relay open(boolean v6, int port) {
      throw new AssertionError("a stranger got a port");
    }

    @Override
    public Account account(String username) {
      accountsAsked++;
      return null;
    }

    @Override
    public boolean mayGoOn(String username, Account account) {
      return true;
    }

    @Override
    public boolean admit(String user, Address client) {
      throw new AssertionError("a stranger was admitted");
    }

    @Override
    public void release(String user, Address client) {}
  }

  private static final StunAttribute UDP = new StunAttribute.RequestedTransport(17);
}
