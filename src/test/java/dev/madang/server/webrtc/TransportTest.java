package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.Setup;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Bytes;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Transports of the door with real far ends of our own, over loopback.
class TransportTest {
  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true"})
  void carriesRtpAndRtcpBothWays(boolean overTcp, boolean plainSockets) throws Exception {
    try (MediaRig rig =
        new MediaRig(new UdpDoor.Config("", 0, 0, plainSockets), MediaDoor.Config.defaults())) {
      MediaRig.Ends ends = rig.connect(overTcp);
      Transport server = ends.server().connection();
      Transport client = ends.client().connection();
      byte[] packet = rtp(7, 1200);
      client.tell(() -> client.sendRtp(packet, 0, 12, packet.length));
      assertThat(ends.server().nextRtp()).isEqualTo(packet);
      server.tell(() -> server.sendRtp(packet, 0, 12, packet.length));
      assertThat(ends.client().nextRtp()).isEqualTo(packet);
      byte[] report = {(byte) 0x80, (byte) 201, 0, 1, 1, 2, 3, 4};
      server.tell(() -> server.sendRtcp(report, 0, report.length));
      assertThat(ends.client().rtcp.take()).isEqualTo(report);
    }
  }

  /// Who has keys first sends first: a browser measures the path with what it sends then.
  @Test
  void whatTheFarEndSendsTheMomentItHasKeysIsNotLost() throws Exception {
    try (MediaRig rig = new MediaRig()) {
      CargoLog client = new CargoLog();
      client.connected.thenAccept(transport -> {
        for (int i = 0; i < 50; i++) {
          byte[] packet = rtp(i, 1000);
          transport.sendRtp(packet, 0, 12, packet.length);
        }
      });
      MediaRig.Ends ends = rig.connect(client);
      for (int i = 0; i < 50; i++) {
        assertThat(ends.server().nextRtp()).isEqualTo(rtp(i, 1000));
      }
    }
  }

  /// A network changed: a check comes from elsewhere, and then what only the far end can write.
  @Test
  void theStreamFollowsTheFarEndToANewAddress() throws Exception {
    try (MediaRig rig =
            new MediaRig(new UdpDoor.Config("", 0, 1, false), MediaDoor.Config.defaults());
        Nat nat = new Nat(rig.udp.port())) {
      MediaRig.Ends ends = rig.connect(nat);
      Transport client = ends.client().connection();
      Transport server = ends.server().connection();
      nat.rebind();
      nat.say(ends.nomination(new Random(3)));
      byte[] packet = rtp(3, 1000);
      client.tell(() -> client.sendRtp(packet, 0, 12, packet.length));
      assertThat(ends.server().nextRtp()).isEqualTo(packet);
      server.tell(() -> server.sendRtp(packet, 0, 12, packet.length));
      assertThat(ends.client().nextRtp()).isEqualTo(packet);
    }
  }

  @Test
  void aGoodbyeOfOneEndEndsTheOther() throws Exception {
    try (MediaRig rig = new MediaRig()) {
      MediaRig.Ends ends = rig.connect(false);
      ends.server().connection();
      ends.client().connection().close(Ending.CLOSED);
      assertThat(ends.client().ending()).isEqualTo(Ending.CLOSED);
      assertThat(ends.server().ending()).isEqualTo(Ending.LEFT);
      assertThat(rig.media.transports().count()).isZero();
    }
  }

  @Test
  void whoNeverComesIsNotWaitedForLongerThanTheTimeout() throws Exception {
    try (MediaRig rig = impatient()) {
      CargoLog nobody = new CargoLog();
      rig.expect(nobody);
      assertThat(nobody.ending()).isEqualTo(Ending.NEVER_CAME);
      assertThat(rig.media.transports().count()).isZero();
    }
  }

  @Test
  void whoShowsAnotherCertificateIsNeverConnected() throws Exception {
    try (MediaRig rig = impatient()) {
      MediaRig.Ends ends = rig.connect(false, new Fingerprint("sha-256", Bytes.of(new byte[32])));
      assertThat(ends.server().ending()).isEqualTo(Ending.NO_HANDSHAKE);
      assertThat(ends.server().connected).isNotDone();
    }
  }

  @Test
  void aHandshakeThatOvertakesTheAnswerIsNotLost() throws Exception {
    try (MediaRig rig = new MediaRig()) {
      MediaRig.Ends ends =
          rig.connect(() -> {
            while (rig.meters.get("madang.media.born").functionCounter().count() == 0) {
              Thread.onSpinWait();
            }
          });
      ends.server().connection();
      assertThat(rig.meters.get("madang.media.dropped").functionCounter().count()).isZero();
    }
  }

  @Test
  void theDoorsEndIsTold() throws Exception {
    CargoLog server;
    try (MediaRig rig = new MediaRig()) {
      MediaRig.Ends ends = rig.connect(false);
      server = ends.server();
      ends.client().connection();
      server.connection();
      rig.media.close();
      assertThat(ends.client().ending()).isEqualTo(Ending.LEFT);
    }
    assertThat(server.ending()).isEqualTo(Ending.CLOSED);
  }

  /// Signaling that offers again and again replaces those who never came.
  @Test
  void whoIsClosedBeforeItCameIsForgottenAtOnceAndDoesNothing() throws Exception {
    try (MediaRig rig = new MediaRig()) {
      AtomicBoolean done = new AtomicBoolean();
      WeakReference<CargoLog> cargo = replaced(rig, done);
      await()
          .until(() -> {
            System.gc();
            return cargo.refersTo(null);
          });
      assertThat(done).isFalse();
      assertThat(rig.media.transports().count()).isZero();
      assertThat(rig.meters.get("madang.media.born").functionCounter().count()).isZero();
      assertThat(rig.meters.get("madang.media.ended").functionCounter().count()).isZero();
    }
  }

  private static WeakReference<CargoLog> replaced(MediaRig rig, AtomicBoolean done)
      throws Exception {
    CargoLog cargo = new CargoLog();
    Transport transport = rig.expect(cargo).transport();
    transport.tell(() -> done.set(true));
    transport.close(Ending.CLOSED);
    assertThat(cargo.ending()).isEqualTo(Ending.CLOSED);
    return new WeakReference<>(cargo);
  }

  @Test
  void aRestartThatRacesWithTheEndLeavesNothingBehind() throws Exception {
    try (MediaRig rig = new MediaRig()) {
      Random random = new Random(7);
      RemoteTransport far =
          new RemoteTransport(
              IceCredentials.random(random),
              List.of(rig.fingerprint()),
              Setup.PASSIVE,
              false,
              false,
              List.of());
      List<Long> keys = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        CargoLog cargo = new CargoLog();
        MediaDoor.Expected expected = rig.expect(cargo);
        keys.add(expected.local().ice().key());
        Thread.ofVirtual().start(() -> expected.transport().close(Ending.CLOSED));
        do {
          IceCredentials fresh = IceCredentials.random(random);
          keys.add(fresh.key());
          expected.transport().restart(fresh, far);
        } while (!cargo.ended.isDone());
        IceCredentials late = IceCredentials.random(random);
        keys.add(late.key());
        expected.transport().restart(late, far);
      }
      assertThat(keys).allMatch(key -> rig.media.transports().find(key) == null);
      assertThat(rig.media.transports().count()).isZero();
    }
  }

  private static MediaRig impatient() throws Exception {
    return new MediaRig(
        UdpDoor.Config.defaults().withPort(0), MediaRig.impatient(Duration.ofSeconds(1)));
  }

  static byte[] rtp(int sequence, int length) {
    byte[] packet = new byte[length];
    packet[0] = (byte) 0x80;
    packet[1] = 96;
    packet[2] = (byte) (sequence >>> 8);
    packet[3] = (byte) sequence;
    packet[11] = 1;
    for (int i = 12; i < length; i++) {
      packet[i] = (byte) i;
    }
    return packet;
  }
}
