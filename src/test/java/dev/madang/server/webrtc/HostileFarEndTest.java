package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.Count;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Bytes;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What strangers, and far ends of ill will, send to the door.
class HostileFarEndTest {
  private final Random random = new Random(11);
  private MediaRig rig;

  @BeforeEach
  void open() throws IOException {
    rig = new MediaRig(new UdpDoor.Config("", 0, 4, false), MediaDoor.Config.defaults());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /// Class 19: the right fragment with a wrong password.
  @Test
  void aCheckOfWhoDoesNotKnowThePasswordLetsNobodyBeBorn() throws Exception {
    MediaDoor.Expected expected = rig.expect(new CargoLog());
    try (DatagramSocket socket = socket()) {
      send(socket, check(expected.local().ice().ufrag(), "a wrong password, of right length"));
      await().until(() -> sum(counters -> counters.strangers) == 1);
      assertThat(expected.transport().home()).isNull();
      send(socket, check(expected.local().ice()));
      assertThat(answer(socket)).isEqualTo(StunMessage.Kind.SUCCESS);
      assertThat(expected.transport().home()).isNotNull();
    }
  }

  /// Class 26: fragments that nobody has.
  @Test
  void guessesOfFragmentsAreCountedAndNotAnswered() throws Exception {
    try (DatagramSocket socket = socket()) {
      for (int i = 0; i < 1000; i++) {
        send(socket, check(IceCredentials.random(random)));
      }
      send(socket, StunMessage.request(StunMessage.BINDING, id()).write());
      MediaDoor.Expected expected = rig.expect(new CargoLog());
      send(socket, check(expected.local().ice()));
      // The first answer is to the one good check, so there was none before.
      assertThat(answer(socket)).isEqualTo(StunMessage.Kind.SUCCESS);
      assertThat(sum(counters -> counters.strangers)).isBetween(1L, 1000L);
    }
  }

  /// Class 22: more than eight addresses of one far end; and the kernel gives them to all loops.
  @Test
  void servesAFarEndWhichLoopEverHearsIt() throws Exception {
    MediaRig.Ends ends = rig.connect(false);
    ends.server().connection();
    ends.client().connection();
    IceCredentials ice = ends.local().ice();
    List<DatagramSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        DatagramSocket socket = socket();
        sockets.add(socket);
        send(socket, check(ice.ufrag() + ":" + ends.remote().ufrag(), ice.password()));
        assertThat(answer(socket)).isEqualTo(StunMessage.Kind.SUCCESS);
      }
      assertThat(sum(counters -> counters.strayed)).isBetween(1L, 39L);
      // What the last of them forges comes by a way that is known.
      byte[] forged = TransportTest.rtp(1, 500);
      sockets.getLast().send(new DatagramPacket(forged, forged.length));
      await().until(() -> sum(counters -> counters.forged) == 1);
      works(ends);
    } finally {
      sockets.forEach(DatagramSocket::close);
    }
  }

  /// Whoever knows the password could have a stream sent to somebody who never asked for it.
  @Test
  void aSignedCheckAloneTakesNoStreamElsewhere() throws Exception {
    MediaRig.Ends ends = rig.connect(false);
    ends.client().connection();
    Transport server = ends.server().connection();
    try (DatagramSocket innocent = socket()) {
      send(innocent, ends.nomination(random));
      assertThat(answer(innocent)).isEqualTo(StunMessage.Kind.SUCCESS);
      byte[] packet = TransportTest.rtp(5, 900);
      server.tell(() -> server.sendRtp(packet, 0, 12, packet.length));
      assertThat(ends.client().nextRtp()).isEqualTo(packet);
    }
  }

  /// Classes 28 and 38: DTLS and RTP of who was never checked.
  @Test
  void tensOfThousandsOfForgedPacketsDoNothingToACall() throws Exception {
    MediaRig.Ends ends = rig.connect(false);
    Transport client = ends.client().connection();
    ends.server().connection();
    try (DatagramSocket socket = socket()) {
      byte[] junk = TransportTest.rtp(1, 200);
      for (int i = 0; i < 20_000; i++) {
        junk[0] = (byte) (i % 2 == 0 ? 0x80 : 22);
        send(socket, junk);
      }
    }
    // As the far end, but with another key: the tag is wrong.
    byte[] forged = TransportTest.rtp(9, 200);
    client.tell(() -> {
      for (int i = 0; i < 1000; i++) {
        ends.far().station().socket().path(ends.door()).send(forged, 0, forged.length);
      }
    });
    await().until(() -> sum(counters -> counters.forged) >= 1);
    works(ends);
    assertThat(sum(counters -> counters.strangers)).isGreaterThan(0);
  }

  /// A browser loads its page anew and meets another transport from the same port.
  @Test
  void anAddressBelongsToTheTransportItChecksLast() throws Exception {
    MediaDoor.Expected first = rig.expect(new CargoLog());
    MediaDoor.Expected second = rig.expect(new CargoLog());
    try (DatagramSocket socket = socket()) {
      for (MediaDoor.Expected each : List.of(first, second, first, second)) {
        send(socket, check(each.local().ice()));
        assertThat(answer(socket)).isEqualTo(StunMessage.Kind.SUCCESS);
      }
    }
  }

  /// Over TCP: rubbish, a stranger's check, a length that never comes.
  @Test
  void aConnectionThatDoesNotBeginWithAGoodCheckIsClosed() throws Exception {
    byte[] guess = check(IceCredentials.random(random));
    try (Socket rubbish = connect();
        Socket stranger = connect()) {
      rubbish.getOutputStream().write(new byte[] {0, 40, 0, 1, 0, 0, 0x21, 0x12, 0x13, 0x14});
      assertThat(rubbish.getInputStream().read()).isEqualTo(-1);
      stranger.getOutputStream().write(new byte[] {0, (byte) guess.length});
      stranger.getOutputStream().write(guess);
      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aTcpConnectionThatAnnouncesTooMuchIsClosedAndTheTransportLives() throws Exception {
    MediaDoor.Expected expected = rig.expect(new CargoLog());
    try (Socket socket = connect()) {
      byte[] check = check(expected.local().ice());
      socket.getOutputStream().write(new byte[] {0, (byte) check.length});
      socket.getOutputStream().write(check);
      assertThat(socket.getInputStream().read()).isZero();
      socket.getOutputStream().write(new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2, 3});
      assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
    }
    try (DatagramSocket socket = socket()) {
      send(socket, check(expected.local().ice()));
      assertThat(answer(socket)).isEqualTo(StunMessage.Kind.SUCCESS);
    }
  }

  private void works(MediaRig.Ends ends) throws Exception {
    Transport client = ends.client().connection();
    byte[] packet = TransportTest.rtp(77, 900);
    client.tell(() -> client.sendRtp(packet, 0, 12, packet.length));
    assertThat(ends.server().nextRtp()).isEqualTo(packet);
    assertThat(ends.server().rtp).isEmpty();
  }

  private long sum(Function<Counters, Count> counter) {
    return rig.media.transports().stations().stream()
        .mapToLong(station -> counter.apply(station.counters).value())
        .sum();
  }

  private DatagramSocket socket() throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress("127.0.0.1", rig.udp.port()));
    return socket;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", rig.http.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private byte[] check(IceCredentials ice) {
    return check(ice.ufrag() + ":abcd", ice.password());
  }

  private byte[] check(String user, String password) {
    String name = user.contains(":") ? user : user + ":abcd";
    return StunMessage.request(
            StunMessage.BINDING,
            id(),
            new StunAttribute.Username(name),
            new StunAttribute.Unknown(0x0024, Bytes.of(new byte[] {0x6E, 0, 1, 0})),
            new StunAttribute.Unknown(0x802A, Bytes.of(new byte[8])))
        .write(IntegrityKey.shortTerm(password), true);
  }

  private TransactionId id() {
    return TransactionId.random(random);
  }

  private static void send(DatagramSocket socket, byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  private static StunMessage.Kind answer(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
    socket.receive(packet);
    return StunMessage.read(packet.getData(), 0, packet.getLength()).kind();
  }
}
