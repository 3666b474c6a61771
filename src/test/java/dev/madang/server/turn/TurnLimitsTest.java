package dev.madang.server.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What the door does at its limits, and what is left afterwards.
class TurnLimitsTest {
  @TempDir Path data;

  @Test
  void refusesAUserTheAllocationAboveTheQuotaUntilOneIsGivenBack() throws Exception {
    try (TurnRig rig = rig(Map.of("allocationsPerUser", 2));
        TurnCaller one = ann(rig);
        TurnCaller two = ann(rig);
        TurnCaller three = ann(rig);
        TurnCaller other = TurnCaller.udp(rig.port(), "bob", "other")) {
      assertThat(one.allocate()).isZero();
      assertThat(two.allocate()).isZero();
      assertThat(three.allocate()).isEqualTo(486);
      assertThat(other.allocate()).isZero();
      assertThat(one.giveBack()).isZero();
      assertThat(three.allocate()).isZero();
    }
  }

  @Test
  void refusesAnAddressTheAllocationAboveTheQuota() throws Exception {
    try (TurnRig rig = rig(Map.of("allocationsPerAddress", 1));
        TurnCaller one = ann(rig);
        TurnCaller two = TurnCaller.udp(rig.port(), "bob", "other")) {
      assertThat(one.allocate()).isZero();
      assertThat(two.allocate()).isEqualTo(486);
    }
  }

  @Test
  void saysThatThereIsNoPortLeft() throws Exception {
    int free = 0;
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      free = socket.getLocalPort();
    }
    try (TurnRig rig = rig(Map.of("relayPortMin", free, "relayPortMax", free));
        TurnCaller one = ann(rig);
        TurnCaller two = ann(rig)) {
      assertThat(one.allocate()).isZero();
      assertThat(two.allocate()).isEqualTo(508);
      assertThat(one.giveBack()).isZero();
      assertThat(two.allocate()).isZero();
    }
  }

  @Test
  void deniesLoopbackAndPrivatePeersUnlessAllowed() throws Exception {
    try (TurnRig rig = rig(Map.of("allowPeers", List.of(), "relayAddresses", List.of()));
        TurnCaller caller = ann(rig)) {
      assertThat(caller.allocate()).isZero();
      for (String host : List.of("127.0.0.2", "10.1.2.3", "192.168.44.1", "169.254.169.254")) {
        assertThat(caller.permit(Address.parse(host, 53))).as(host).isEqualTo(403);
        assertThat(caller.bind(0x4000, Address.parse(host, 53))).as(host).isEqualTo(403);
      }
    }
  }

  @Test
  void noRelayReachesTheRelaysByTheMediaDoor() throws Exception {
    try (TurnRig rig = rig(Map.of());
        TurnCaller caller = ann(rig)) {
      assertThat(caller.allocate()).isZero();
      assertThat(caller.bind(0x4000, Address.parse("127.0.0.1", rig.port()))).isZero();
      TransactionId id = new TransactionId(1, 2);
      for (int method : List.of(StunMessage.BINDING, StunMessage.ALLOCATE)) {
        caller.sendOnChannel(0x4000, StunMessage.request(method, id).write());
      }
      caller.sendOnChannel(0x4000, new byte[] {0x40, 0, 0, 0});
      await().until(() -> rig.meter("denied") == 3);
      assertThat(rig.meter("packets.to.peers")).isZero();
    }
  }

  @Test
  void whoIsRevokedRelaysNothingAnyMoreByWhateverWayItCame() throws Exception {
    try (TurnRig rig = rig(Map.of())) {
      TurnDoor.Grant grant = rig.turn.issue("carol");
      TurnDoor.Grant other = rig.turn.issue("dora");
      try (TurnCaller udp = TurnCaller.udp(rig.port(), grant.username(), grant.credential());
          TurnCaller tcp = TurnCaller.tcp(rig.port(), grant.username(), grant.credential());
          TurnCaller late = TurnCaller.udp(rig.port(), grant.username(), grant.credential());
          TurnCaller dora = TurnCaller.udp(rig.port(), other.username(), other.credential())) {
        assertThat(udp.allocate()).isZero();
        assertThat(tcp.allocate()).isZero();
        assertThat(dora.allocate()).isZero();

        rig.turn.revoke("carol");

        await().until(() -> rig.allocations() == 1);
        assertThat(udp.giveBack()).isEqualTo(401);
        assertThat(tcp.giveBack()).isEqualTo(401);
        assertThat(late.allocate()).isEqualTo(401);
        assertThat(dora.giveBack()).isZero();
        TurnDoor.Grant fresh = rig.turn.issue("carol");
        try (TurnCaller back = TurnCaller.udp(rig.port(), fresh.username(), fresh.credential())) {
          assertThat(back.allocate()).isZero();
        }
      }
    }
  }

  @Test
  void anAllocationEndsWithItsConnection() throws Exception {
    try (TurnRig rig = rig(Map.of("allocationsPerUser", 1))) {
      for (int i = 0; i < 5; i++) {
        try (TurnCaller caller = TurnCaller.tcp(rig.port(), "ann", "pass word")) {
          // The end of the one before comes by another way than this request.
          await().until(() -> caller.allocate() == 0);
        }
      }
    }
  }

  @Test
  void closesAConnectionThatSpeaksSomethingElse() throws Exception {
    try (TurnRig rig = rig(Map.of());
        TurnCaller caller = TurnCaller.tcp(rig.port(), "ann", "pass word")) {
      caller.send(new byte[] {0, 1, (byte) 0xFF, (byte) 0xFF, 0x21, 0x12, (byte) 0xA4, 0x42});
      assertThat(caller.endsNow()).isTrue();
    }
  }

  @Test
  void aClientThatReadsTooSlowlyLosesDataThenTheConnectionAndNobodyElseIsHurt() throws Exception {
    try (TurnRig rig = rig(Map.of("streamPatience", Duration.ofMillis(300)));
        DatagramSocket peer = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
        TurnCaller slow = TurnCaller.tcp(rig.port(), "ann", "pass word");
        TurnCaller quick = TurnCaller.tcp(rig.port(), "bob", "other")) {
      InetSocketAddress slowRelay = bindAndGreet(slow, peer);
      InetSocketAddress quickRelay = bindAndGreet(quick, peer);
      byte[] packet = new byte[1200];
      // The peer floods a client that does not read, until the door has had enough.
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            for (int i = 0; i < 50; i++) {
              peer.send(new DatagramPacket(packet, packet.length, slowRelay));
            }
            peer.send(new DatagramPacket(packet, packet.length, quickRelay));
            assertThat(quick.receive()).hasSize(4 + packet.length);
            return rig.allocations() == 1;
          });
      assertThat(slow.endsNow()).isTrue();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThousandAllocationsLeaveNothingBehind() throws Exception {
    try (TurnRig rig = rig(Map.of("allocationsPerUser", 0))) {
      churn(rig, 10);
      long before = descriptors();
      for (int round = 0; round < 10; round++) {
        churn(rig, 100);
      }
      await().until(() -> rig.allocations() == 0);
      await().until(() -> descriptors() <= before);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void closingTheDoorGivesEveryDescriptorBack() throws Exception {
    TurnDoor.Config config = TurnRig.loopback();
    UdpDoor.Config free = UdpDoor.Config.defaults().withPort(0);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (UdpDoor udp = UdpDoor.open(free)) {
      TurnDoor.open(config, udp, data, Set.of(), meters).close();
    }
    long before = descriptors();
    for (int i = 0; i < 10; i++) {
      try (UdpDoor udp = UdpDoor.open(free);
          TurnDoor _ = TurnDoor.open(config, udp, data, Set.of(), meters);
          TurnCaller caller = TurnCaller.udp(udp.port(), "ann", "pass word")) {
        assertThat(caller.allocate()).isZero();
      }
    }
    assertThat(descriptors()).isEqualTo(before);
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void makesTheSecretOnceForItsOwnerAlone() throws Exception {
    Path file = data.resolve("deep/turn-secret");
    String made = SecretFile.readOrMake(file);
    assertThat(made).hasSizeGreaterThanOrEqualTo(40);
    assertThat(SecretFile.readOrMake(file)).isEqualTo(made);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    try (Stream<Path> files = Files.list(data.resolve("deep"))) {
      assertThat(files).containsExactly(file);
    }
  }

  private TurnRig rig(Map<String, Object> changes) throws IOException {
    return new TurnRig(data, TurnRig.with(TurnRig.loopback(), changes));
  }

  private static TurnCaller ann(TurnRig rig) throws IOException {
    return TurnCaller.udp(rig.port(), "ann", "pass word");
  }

  /// Allocates and binds a channel to `peer`; answers the relay that the peer sees.
  private static InetSocketAddress bindAndGreet(TurnCaller caller, DatagramSocket peer)
      throws IOException {
    assertThat(caller.allocate()).isZero();
    assertThat(caller.bind(0x4000, Address.parse("127.0.0.1", peer.getLocalPort()))).isZero();
    caller.sendOnChannel(0x4000, new byte[] {1});
    DatagramPacket greeting = new DatagramPacket(new byte[100], 100);
    peer.setSoTimeout(10_000);
    peer.receive(greeting);
    assertThat(greeting.getLength()).isEqualTo(1);
    return (InetSocketAddress) greeting.getSocketAddress();
  }

  private static void churn(TurnRig rig, int count) throws IOException {
    List<TurnCaller> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TurnCaller caller =
          i % 4 == 3
              ? TurnCaller.tcp(rig.port(), "ann", "pass word")
              : TurnCaller.udp(rig.port(), "ann", "pass word");
      assertThat(caller.allocate()).isZero();
      callers.add(caller);
    }
    for (int i = 0; i < count; i++) {
      // Those of TCP end with their connection.
      if (i % 4 != 3) {
        assertThat(callers.get(i).giveBack()).isZero();
      }
      callers.get(i).close();
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }
}
