package dev.madang.server.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.madang.net.Receiver;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpDoorTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handsEachDatagramToWhomItIsFor(boolean plainSockets) throws Exception {
    try (UdpDoor door = UdpDoor.open(new UdpDoor.Config("", 0, 0, plainSockets));
        DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      door.onRelay(_ -> says("relay"));
      door.onMedia(_ -> says("media"));
      client.setSoTimeout(10_000);
      client.connect(new InetSocketAddress("127.0.0.1", door.port()));
      TransactionId id = TransactionId.random(new Random(7));
      assertThat(ask(client, StunMessage.request(StunMessage.BINDING, id).write()))
          .isEqualTo("relay");
      assertThat(
              ask(
                  client,
                  StunMessage.request(StunMessage.BINDING, id, new StunAttribute.Username("a:b"))
                      .write()))
          .isEqualTo("media");
      assertThat(ask(client, new byte[] {0x40, 0, 0, 0})).isEqualTo("relay");
      assertThat(ask(client, new byte[] {22, (byte) 0xFE, (byte) 0xFD, 0})).isEqualTo("media");
      assertThat(ask(client, new byte[] {(byte) 0x80, 111, 0, 1})).isEqualTo("media");
    }
  }

  @Test
  void countsWhatIsForNobody() throws Exception {
    MeterRegistry meters = new SimpleMeterRegistry();
    try (UdpDoor door = UdpDoor.open(UdpDoor.Config.defaults().withPort(0));
        DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      door.countIn(meters);
      client.connect(new InetSocketAddress("127.0.0.1", door.port()));
      client.send(new DatagramPacket(new byte[] {16, 0, 0, 0}, 4));
      client.send(new DatagramPacket(new byte[] {(byte) 0x80, 111, 0, 1}, 4));
      await().until(() -> meters.get("madang.udp.rubbish").functionCounter().count() == 2);
    }
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void saysThatThePortIsInUse() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      UdpDoor.Config config = new UdpDoor.Config("127.0.0.1", taken.getLocalPort(), 0, false);
      assertThatThrownBy(() -> UdpDoor.open(config)).isInstanceOf(BindException.class);
    }
  }

  private static Receiver says(String name) {
    byte[] answer = name.getBytes(StandardCharsets.UTF_8);
    return (from, _, _, _) -> from.send(answer, 0, answer.length);
  }

  private static String ask(DatagramSocket client, byte[] question) throws Exception {
    client.send(new DatagramPacket(question, question.length));
    DatagramPacket answer = new DatagramPacket(new byte[100], 100);
    client.receive(answer);
    return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
  }
}
