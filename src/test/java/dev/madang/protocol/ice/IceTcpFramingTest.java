package dev.madang.protocol.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class IceTcpFramingTest {
  @RepeatedTest(50)
  void findsPacketsHoweverTheStreamIsCut(Seed seed) {
    RandomGenerator random = seed.random();
    List<Bytes> packets = new ArrayList<>();
    ByteWriter stream = new ByteWriter();
    for (int i = 0; i < 30; i++) {
      byte[] packet = new byte[random.nextInt(10) == 0 ? 0 : random.nextInt(1, 1500)];
      random.nextBytes(packet);
      byte[] header = new byte[IceTcpFraming.HEADER];
      IceTcpFraming.writeHeader(header, 0, packet.length);
      stream.bytes(header).bytes(packet);
      if (packet.length > 0) {
        packets.add(Bytes.of(packet));
      }
    }
    byte[] bytes = stream.toArray();
    IceTcpFraming framing = new IceTcpFraming();
    List<Bytes> found = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, random.nextInt(1, random.nextBoolean() ? 4 : 4000));
      framing.receive(bytes, at, length);
      at += length;
      while (framing.next(1500)) {
        found.add(Bytes.copyOf(framing.bytes(), framing.offset(), framing.length()));
      }
    }

    assertThat(found).isEqualTo(packets);
  }

  @Test
  void refusesALengthBeyondTheLimit() {
    IceTcpFraming framing = new IceTcpFraming();
    framing.receive(new byte[] {(byte) 0xFF, (byte) 0xFF, 0}, 0, 3);
    assertThatThrownBy(() -> framing.next(1500)).isInstanceOf(ProtocolException.class);

    IceTcpFraming cut = new IceTcpFraming();
    cut.receive(new byte[] {0x10}, 0, 1);
    assertThat(cut.next(1500)).isFalse();
    cut.receive(new byte[] {0}, 0, 1);
    assertThatThrownBy(() -> cut.next(1500)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void tellsItselfFromStunAndTurnOverTcp() {
    byte[] check = StunMessage.request(StunMessage.BINDING, new TransactionId(1, 2)).write();
    byte[] framed = new ByteWriter().u16(check.length).bytes(check).toArray();

    assertThat(IceTcpFraming.begins(framed, 0, framed.length)).isTrue();
    assertThat(IceTcpFraming.begins(framed, 0, 9)).isFalse();
    assertThat(IceTcpFraming.begins(check, 0, check.length)).isFalse();
    assertThat(IceTcpFraming.begins(new byte[40], 0, 40)).isFalse();
    framed[1]++;
    assertThat(IceTcpFraming.begins(framed, 0, framed.length)).isFalse();
  }
}
