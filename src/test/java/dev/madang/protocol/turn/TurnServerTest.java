package dev.madang.protocol.turn;

import static dev.madang.protocol.turn.TurnWorld.CLIENT;
import static dev.madang.protocol.turn.TurnWorld.PEER;
import static dev.madang.protocol.turn.TurnWorld.PEER_6;
import static dev.madang.protocol.turn.TurnWorld.bytes;
import static dev.madang.protocol.turn.TurnWorld.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Client and server, two engines, in a simulated network. */
@ExtendWith(Seeds.class)
class TurnServerTest {
  @Test
  void tellsAClientItsAddress(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();

    client.binding(world.network.now());
    world.settle(client);

    assertThat(client.mapped).isEqualTo(CLIENT);
  }

  @Test
  void allocatesARelayAfterOneChallenge(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();

    assertThat(client.relayed).containsExactly(world.relays.getFirst().address());
    assertThat(client.mapped).isEqualTo(CLIENT);
    assertThat(client.lifetime).isEqualTo(600);
    assertThat(world.sentToClients).isEqualTo(2);
    assertThat(world.server.counters().unauthorized()).isEqualTo(1);
    assertThat(world.server.counters().allocations()).isEqualTo(1);
  }

  @Test
  void takesATimeLimitedCredentialUntilItExpires(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    Credentials.Issued issued = world.credentials.issue("carol", world.unixSeconds + 60);
    TurnClient early = world.client(CLIENT, issued.username(), issued.password());
    world.allocate(early);
    assertThat(world.admitted).containsEntry("carol", 1);

    world.unixSeconds += 60;
    TurnClient late =
        world.client(Address.parse("30.0.0.2", 1), issued.username(), issued.password());
    assertThat(world.ask(late, StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(17)))
        .isEqualTo(401);
  }

  @Test
  void goesOnAfterACredentialExpiredAsLongAsItsUserHoldsANewerOne(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    Credentials.Issued issued = world.credentials.issue("carol", world.unixSeconds + 60);
    TurnClient client = world.client(CLIENT, issued.username(), issued.password());
    world.allocate(client);
    client.bind(PEER, world.network.now());
    world.settle(client);

    world.unixSeconds += 3600;
    world.renewed.add("carol");
    world.network.drive(Duration.ofHours(2));
    client.send(PEER, text("still there"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(peer.heard).containsExactly(bytes("still there"));
    assertThat(world.ask(client, StunMessage.REFRESH)).isZero();
  }

  @Test
  void lapsesOnceNoneOfItsUsersCredentialsHolds(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    Credentials.Issued issued = world.credentials.issue("carol", world.unixSeconds + 60);
    TurnClient client = world.client(CLIENT, issued.username(), issued.password());
    world.allocate(client);
    client.bind(PEER, world.network.now());
    world.settle(client);

    world.unixSeconds += 60;
    assertThat(world.ask(client, StunMessage.REFRESH)).isEqualTo(401);
    assertThat(permission(world, client)).isEqualTo(401);
    assertThat(channel(world, client)).isEqualTo(401);
    world.network.drive(Duration.ofMinutes(6));
    client.send(PEER, text("too late"));
    world.network.drive(Duration.ofMinutes(6));
    assertThat(peer.heard).isEmpty();
    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
  }

  @Test
  void endsWhatARevokedUserRelaysAtOnceAndNobodyElses(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient other = world.allocated();
    Credentials.Issued issued = world.credentials.issue("carol", world.unixSeconds + 3600);
    List<TurnClient> carols =
        List.of(
            world.client(Address.parse("30.0.0.2", 1), issued.username(), issued.password()),
            world.client(Address.parse("30.0.0.3", 1), issued.username(), issued.password()));
    carols.forEach(world::allocate);
    carols.getFirst().bind(PEER, world.network.now());
    world.settle(carols.getFirst());

    world.revoked.add("carol");
    world.server.revoke("carol");

    assertThat(world.openRelays()).isEqualTo(1);
    assertThat(world.admitted).containsEntry("carol", 0);
    carols.getFirst().send(PEER, text("gone"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(peer.heard).isEmpty();
    for (TurnClient carol : carols) {
      assertThat(world.ask(carol, StunMessage.REFRESH)).isEqualTo(401);
      assertThat(world.ask(carol, StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(17)))
          .isEqualTo(401);
    }
    assertThat(world.ask(other, StunMessage.REFRESH)).isZero();
  }

  private static int permission(TurnWorld world, TurnClient client) {
    return world.ask(client, StunMessage.CREATE_PERMISSION, new StunAttribute.XorPeerAddress(PEER));
  }

  private static int channel(TurnWorld world, TurnClient client) {
    return world.ask(
        client,
        StunMessage.CHANNEL_BIND,
        new StunAttribute.ChannelNumber(0x4000),
        new StunAttribute.XorPeerAddress(PEER));
  }

  @Test
  void takesARequestSignedWithSha256AndAnswersWithSha1(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();
    world.ask(client, StunMessage.REFRESH);
    IntegrityKey key = IntegrityKey.longTerm("ann", "madang", "secret");
    byte[] request =
        StunMessage.request(
                StunMessage.ALLOCATE,
                new TransactionId(1, 1),
                new StunAttribute.RequestedTransport(17),
                new StunAttribute.Username("ann"),
                new StunAttribute.Realm("madang"),
                new StunAttribute.Nonce(client.nonce()))
            .writeSha256(key, true);
    world.network.unbind(CLIENT);

    StunMessage answer = world.answerTo(CLIENT, request);

    assertThat(answer.kind()).isEqualTo(StunMessage.Kind.SUCCESS);
    assertThat(answer.has(StunAttribute.MessageIntegrity.class)).isTrue();
    assertThat(answer.has(StunAttribute.MessageIntegritySha256.class)).isFalse();
  }

  @Test
  void relaysBySendAndDataIndications(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.allocated();
    client.permit(PEER, world.network.now());
    world.settle(client);

    for (String said : new String[] {"", "a", "ab", "abc", "abcd"}) {
      client.send(PEER, text(said));
    }
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard)
        .containsExactly(bytes(""), bytes("a"), bytes("ab"), bytes("abc"), bytes("abcd"));
    assertThat(peer.heardFrom).containsOnly(client.relayed());
    assertThat(client.received)
        .containsExactly(
            new TurnClient.Received(PEER, bytes("re: ")),
            new TurnClient.Received(PEER, bytes("re: a")),
            new TurnClient.Received(PEER, bytes("re: ab")),
            new TurnClient.Received(PEER, bytes("re: abc")),
            new TurnClient.Received(PEER, bytes("re: abcd")));
    assertThat(client.dataIndications).isEqualTo(5);
  }

  @Test
  void relaysByChannels(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);

    client.send(PEER, text("hello"));
    client.send(PEER, text(""));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).containsExactly(bytes("hello"), bytes(""));
    assertThat(client.received)
        .containsExactly(
            new TurnClient.Received(PEER, bytes("re: hello")),
            new TurnClient.Received(PEER, bytes("re: ")));
    assertThat(client.dataIndications).isZero();
    assertThat(world.server.counters().bytesToPeers()).isEqualTo(5);
    assertThat(world.server.counters().packetsToClients()).isEqualTo(2);
  }

  @Test
  void relaysOverTcpWithChunksCutAnywhere(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnWorld.ByTcp tcp = world.tcpClient(CLIENT);
    world.allocate(tcp.client());
    tcp.client().permit(PEER, world.network.now());
    world.settle(tcp.client());
    for (int i = 0; i < 20; i++) {
      tcp.client().send(PEER, text("x".repeat(i * 97)));
    }
    world.network.drive(Duration.ofSeconds(1));
    tcp.client().bind(PEER, world.network.now());
    world.settle(tcp.client());
    for (int i = 0; i < 20; i++) {
      tcp.client().send(PEER, text("x".repeat(i * 97)));
    }
    world.network.drive(Duration.ofSeconds(2));

    assertThat(peer.heard).hasSize(40);
    assertThat(tcp.client().received).hasSize(40);
    assertThat(tcp.client().dataIndications).isEqualTo(20);
    assertThat(tcp.client().received.get(39).data()).isEqualTo(bytes("re: " + "x".repeat(19 * 97)));
  }

  @Test
  void givesTwoClientsARelayToRelayPath(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient ann = world.client(CLIENT, "ann", "secret");
    TurnClient bob = world.client(Address.parse("30.0.0.2", 9), "bob", "hidden");
    world.allocate(ann);
    world.allocate(bob);
    ann.bind(bob.relayed(), world.network.now());
    bob.permit(ann.relayed(), world.network.now());
    world.settle(ann);
    world.settle(bob);

    ann.send(bob.relayed(), text("over two relays"));
    bob.send(ann.relayed(), text("and back"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(bob.received)
        .containsExactly(new TurnClient.Received(ann.relayed(), bytes("over two relays")));
    assertThat(ann.received)
        .containsExactly(new TurnClient.Received(bob.relayed(), bytes("and back")));
  }

  // ---- families -----------------------------------------------------------------------------

  @Test
  void allocatesAnIpv6RelayWhenAskedFor(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER_6);
    TurnClient client = world.client();
    world.allocate(client, new StunAttribute.RequestedAddressFamily(2));
    assertThat(client.relayed()).matches(Address::isV6);

    client.permit(PEER_6, world.network.now());
    world.settle(client);
    client.send(PEER_6, text("six"));
    world.network.drive(Duration.ofSeconds(1));
    client.bind(PEER_6, world.network.now());
    world.settle(client);
    client.send(PEER_6, text("again"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).containsExactly(bytes("six"), bytes("again"));
    assertThat(client.received)
        .containsExactly(
            new TurnClient.Received(PEER_6, bytes("re: six")),
            new TurnClient.Received(PEER_6, bytes("re: again")));
    assertThat(world.ask(client, StunMessage.CREATE_PERMISSION, peer(PEER))).isEqualTo(443);
    assertThat(world.ask(client, StunMessage.CHANNEL_BIND, channel(0x4444), peer(PEER)))
        .isEqualTo(443);
  }

  @Test
  void allocatesBothFamiliesAtOnceAndEndsThemOneByOne(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.peer(PEER);
    world.peer(PEER_6);
    TurnClient client = world.client();
    world.allocate(client, new StunAttribute.AdditionalAddressFamily(2));
    assertThat(client.relayed).hasSize(2);
    client.bind(PEER, world.network.now());
    client.bind(PEER_6, world.network.now());
    world.settle(client);
    client.send(PEER, text("four"));
    client.send(PEER_6, text("six"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(client.received).hasSize(2);

    assertThat(
            world.ask(
                client,
                StunMessage.REFRESH,
                new StunAttribute.Lifetime(0),
                new StunAttribute.RequestedAddressFamily(2)))
        .isZero();
    assertThat(world.openRelays()).isEqualTo(1);
    assertThat(world.ask(client, StunMessage.REFRESH, new StunAttribute.RequestedAddressFamily(2)))
        .isEqualTo(443);
    client.send(PEER, text("four"));
    client.send(PEER_6, text("six"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(client.received).hasSize(3);
    client.refresh(0, world.network.now());
    world.settle(client);
    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
  }

  @Test
  void refusesFamiliesThatItDoesNotRelay(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.v6 = false;
    TurnClient client = world.client();

    assertThat(allocate(world, client, new StunAttribute.RequestedAddressFamily(2))).isEqualTo(440);
    assertThat(allocate(world, client, new StunAttribute.RequestedAddressFamily(9))).isEqualTo(440);
    assertThat(allocate(world, client, new StunAttribute.AdditionalAddressFamily(1)))
        .isEqualTo(400);
    assertThat(
            allocate(
                world,
                client,
                new StunAttribute.RequestedAddressFamily(1),
                new StunAttribute.AdditionalAddressFamily(2)))
        .isEqualTo(400);
    assertThat(allocate(world, client, new StunAttribute.AdditionalAddressFamily(2))).isZero();
    assertThat(client.answers.getLast().first(StunAttribute.AddressErrorCode.class))
        .isEqualTo(new StunAttribute.AddressErrorCode(2, 440, "Not supported"));
  }

  // ---- ports --------------------------------------------------------------------------------

  @Test
  void keepsThePortAboveAnEvenOneForItsToken(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient rtp = world.client();
    world.allocate(rtp, new StunAttribute.EvenPort(true));
    assertThat(rtp.relayed().port() % 2).isZero();
    assertThat(rtp.reservation).isNotNull();

    TurnClient thief = world.client(Address.parse("30.0.0.9", 9), "bob", "hidden");
    StunAttribute token = new StunAttribute.ReservationToken(rtp.reservation);
    assertThat(allocate(world, thief, token)).isEqualTo(508);
    TurnClient rtcp = world.client(Address.parse("30.0.0.1", 5001), "ann", "secret");
    world.allocate(rtcp, token);
    assertThat(rtcp.relayed().port()).isEqualTo(rtp.relayed().port() + 1);

    TurnClient again = world.client(Address.parse("30.0.0.1", 5002), "ann", "secret");
    assertThat(allocate(world, again, token)).isEqualTo(508);
    assertThat(allocate(world, again, token, new StunAttribute.EvenPort(false))).isEqualTo(400);
    assertThat(allocate(world, again, token, new StunAttribute.RequestedAddressFamily(1)))
        .isEqualTo(400);
    assertThat(allocate(world, again, token, new StunAttribute.AdditionalAddressFamily(2)))
        .isEqualTo(400);
  }

  @Test
  void freesAReservedPortAfterThirtySeconds(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient rtp = world.client();
    world.allocate(rtp, new StunAttribute.EvenPort(true));
    assertThat(world.openRelays()).isEqualTo(2);

    world.network.drive(Duration.ofSeconds(31));

    assertThat(world.openRelays()).isEqualTo(1);
    TurnClient late = world.client(Address.parse("30.0.0.1", 5001), "ann", "secret");
    assertThat(allocate(world, late, new StunAttribute.ReservationToken(rtp.reservation)))
        .isEqualTo(508);
  }

  // ---- what a client may not ask ------------------------------------------------------------

  @Test
  void refusesAllocateRequestsThatMakeNoSense(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();

    assertThat(world.ask(client, StunMessage.ALLOCATE)).isEqualTo(400);
    assertThat(world.ask(client, StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(6)))
        .isEqualTo(442);
    assertThat(world.admitted()).isZero();
    assertThat(world.openRelays()).isZero();
  }

  @Test
  void hasOneAllocationForAClientAddress(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();

    assertThat(allocate(world, client)).isEqualTo(437);
    assertThat(world.openRelays()).isEqualTo(1);
  }

  @Test
  void answersRequestsWithoutAnAllocationWith437(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();

    assertThat(world.ask(client, StunMessage.REFRESH)).isEqualTo(437);
    assertThat(world.ask(client, StunMessage.CREATE_PERMISSION, peer(PEER))).isEqualTo(437);
    assertThat(world.ask(client, StunMessage.CHANNEL_BIND, channel(0x4000), peer(PEER)))
        .isEqualTo(437);
  }

  // ---- time ---------------------------------------------------------------------------------

  @Test
  void endsAnAllocationThatIsNotRefreshed(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();
    client.keepsAlive = false;
    world.allocate(client);

    world.network.drive(Duration.ofSeconds(599));
    assertThat(world.openRelays()).isEqualTo(1);
    world.network.drive(Duration.ofSeconds(2));

    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
    assertThat(world.server.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void keepsAnAllocationForHoursWhenItsClientDoes(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.peer(PEER);
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);

    world.network.drive(Duration.ofHours(5));
    client.send(PEER, text("still there"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(client.received).hasSize(1);
    // Nonces are good for an hour: some answers were 438, and the client asked again.
    assertThat(world.server.counters().unauthorized()).isBetween(4L, 20L);
  }

  @Test
  void givesTheLifetimeThatIsAskedForWithinBounds(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();
    client.keepsAlive = false;
    world.allocate(client, new StunAttribute.Lifetime(0));
    assertThat(client.lifetime).isEqualTo(600);
    client.refresh(0xFFFF_FFFFL, world.network.now());
    world.settle(client);
    assertThat(client.lifetime).isEqualTo(3600);
    client.refresh(1, world.network.now());
    world.settle(client);
    assertThat(client.lifetime).isEqualTo(600);
    client.refresh(1200, world.network.now());
    world.settle(client);
    assertThat(client.lifetime).isEqualTo(1200);

    world.network.drive(Duration.ofSeconds(1199));
    assertThat(world.openRelays()).isEqualTo(1);
    world.network.drive(Duration.ofSeconds(2));
    assertThat(world.openRelays()).isZero();
  }

  @Test
  void forgetsAPermissionAfterFiveMinutes(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.allocated();
    client.keepsAlive = false;
    client.permit(PEER, world.network.now());
    world.settle(client);

    world.network.drive(Duration.ofSeconds(299));
    client.send(PEER, text("in time"));
    peer.send(client.relayed(), text("in time"));
    world.network.drive(Duration.ofMillis(500));
    assertThat(peer.heard).hasSize(1);
    assertThat(client.received).hasSize(2);
    world.network.drive(Duration.ofSeconds(1));
    client.send(PEER, text("late"));
    peer.send(client.relayed(), text("late"));
    world.network.drive(Duration.ofSeconds(1));

    assertThat(peer.heard).hasSize(1);
    assertThat(client.received).hasSize(2);
  }

  @Test
  void keepsAChannelTenMinutesButItsPermissionOnlyFive(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    TurnClient client = world.client();
    client.keepsAlive = false;
    world.allocate(client, new StunAttribute.Lifetime(3600));
    client.bind(PEER, world.network.now());
    world.settle(client);

    world.network.drive(Duration.ofSeconds(301));
    client.send(PEER, text("no permission"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(peer.heard).isEmpty();
    client.permit(PEER, world.network.now());
    world.settle(client);
    client.send(PEER, text("permission again"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(peer.heard).hasSize(1);
    world.network.drive(Duration.ofSeconds(290));
    client.permit(PEER, world.network.now());
    world.settle(client);
    world.network.drive(Duration.ofSeconds(20));
    client.send(PEER, text("the channel is over"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(peer.heard).hasSize(1);
    peer.send(client.relayed(), text("but the permission is not"));
    world.network.drive(Duration.ofSeconds(1));
    assertThat(client.dataIndications).isEqualTo(1);
  }

  @Test
  void endsAtOnceWhenRefreshedWithLifetimeZero(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.allocated();

    client.refresh(0, world.network.now());
    world.settle(client);

    assertThat(client.lifetime).isZero();
    assertThat(world.openRelays()).isZero();
    assertThat(world.ask(client, StunMessage.REFRESH)).isEqualTo(437);
  }

  @Test
  void endsWithItsTcpConnection(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.ByTcp tcp = world.tcpClient(CLIENT);
    world.allocate(tcp.client());
    assertThat(tcp.connection().hasAllocation()).isTrue();

    world.server.gone(tcp.connection(), world.network.now());
    world.server.gone(tcp.connection(), world.network.now());

    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
  }

  @Test
  void closesWithEverythingGivenBack(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    world.allocate(world.client(), new StunAttribute.EvenPort(true));
    TurnWorld.ByTcp tcp = world.tcpClient(Address.parse("30.0.0.3", 4));
    world.allocate(tcp.client());

    world.server.close();

    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
    assertThat(tcp.connection().closed).isTrue();
    assertThat(world.server.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  // ---- loss ---------------------------------------------------------------------------------

  @RepeatedTest(20)
  void survivesABadNetwork(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    world.network.link(Link.bad().withLoss(0.2));
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);
    assertThat(client.lastError()).isZero();

    for (int i = 0; i < 500; i++) {
      client.send(PEER, text("packet " + i));
      world.network.drive(Duration.ofMillis(20));
    }
    world.network.drive(Duration.ofHours(1));
    int before = client.received.size();
    assertThat(before).isBetween(150, 400);
    assertThat(peer.heard.size()).isGreaterThan(before);
    assertThat(client.gaveUp).isZero();
    assertThat(client.lastError()).isZero();
    assertThat(world.openRelays()).isEqualTo(1);

    client.refresh(0, world.network.now());
    world.settle(client);
    world.network.drive(Duration.ofMinutes(1));
    assertThat(world.openRelays()).isZero();
    assertThat(world.admitted()).isZero();
  }

  @RepeatedTest(10)
  void answersARetransmittedAllocateWithTheSameRelay(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnClient client = world.client();
    // What the server says after the challenge is lost for two seconds: the client asks again and
    // again for what it already has.
    client.allocate(world.network.now());
    world.network.driveUntil(() -> !client.nonce().isEmpty(), Duration.ofSeconds(1));
    world.network.link(TurnWorld.SERVER, CLIENT, Link.cut());
    world.network.drive(Duration.ofSeconds(2));
    world.network.link(TurnWorld.SERVER, CLIENT, Link.perfect(Duration.ofMillis(10)));
    world.settle(client);

    assertThat(world.sentToClients).isGreaterThanOrEqualTo(4);
    assertThat(world.relays).hasSize(1);
    assertThat(client.relayed).containsExactly(world.relays.getFirst().address());
    assertThat(world.server.counters().allocated()).isEqualTo(1);
    assertThat(world.admitted()).isEqualTo(1);
  }

  @Test
  void relaysAsMuchAsASlowLinkCarriesAndNoMore(Seed seed) {
    TurnWorld world = new TurnWorld(seed);
    TurnWorld.Peer peer = world.peer(PEER);
    peer.answers = false;
    TurnClient client = world.allocated();
    client.bind(PEER, world.network.now());
    world.settle(client);
    world.network.link(
        TurnWorld.RELAY_4, PEER, Link.perfect(Duration.ofMillis(10)).withBandwidth(100_000, 2_000));

    for (int i = 0; i < 100; i++) {
      client.send(PEER, new byte[250]);
    }
    world.network.drive(Duration.ofSeconds(5));

    assertThat(peer.heard).hasSize(8);
  }

  private static int allocate(TurnWorld world, TurnClient client, StunAttribute... more) {
    StunAttribute[] attributes = new StunAttribute[more.length + 1];
    attributes[0] = new StunAttribute.RequestedTransport(17);
    System.arraycopy(more, 0, attributes, 1, more.length);
    return world.ask(client, StunMessage.ALLOCATE, attributes);
  }

  private static StunAttribute peer(Address address) {
    return new StunAttribute.XorPeerAddress(address);
  }

  private static StunAttribute channel(int number) {
    return new StunAttribute.ChannelNumber(number);
  }
}
