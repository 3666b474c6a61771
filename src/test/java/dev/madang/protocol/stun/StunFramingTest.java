package dev.madang.protocol.stun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
class StunFramingTest {
  @RepeatedTest(50)
  void findsMessagesHoweverTheStreamIsCut(Seed seed) {
    RandomGenerator random = seed.random();
    ByteWriter stream = new ByteWriter();
    List<Bytes> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      byte[] data = new byte[random.nextInt(10) == 0 ? random.nextInt(65_000) : random.nextInt(9)];
      byte[] message =
          random.nextBoolean()
              ? new ByteWriter().u16(0x4000 + i).u16(data.length).bytes(data).toArray()
              : StunMessage.indication(
                      StunMessage.SEND,
                      TransactionId.random(random),
                      new StunAttribute.Data(Bytes.of(data)))
                  .write();
      sent.add(Bytes.of(message));
      stream.bytes(message).pad(4);
    }
    byte[] bytes = stream.toArray();
    StunFraming framing = new StunFraming();
    List<Bytes> found = new ArrayList<>();
    int most = random.nextBoolean() ? 5 : 100_000;
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, random.nextInt(1, most));
      byte[] chunk = new byte[length + 6];
      System.arraycopy(bytes, at, chunk, 3, length);
      at += length;
      framing.receive(chunk, 3, length);
      while (framing.next(70_000)) {
        found.add(Bytes.copyOf(framing.bytes(), framing.offset(), framing.length()));
      }
    }

    assertThat(found).isEqualTo(sent);
  }

  @Test
  void doesNotCopyAMessageThatCameWhole() {
    byte[] message = new ByteWriter().u16(0x4000).u16(2).i32(7).u16(0x4001).u16(0).toArray();
    StunFraming framing = new StunFraming();
    framing.receive(message, 0, message.length);

    assertThat(framing.next(100)).isTrue();
    assertThat(framing.bytes()).isSameAs(message);
    assertThat(framing.length()).isEqualTo(6);
    assertThat(framing.next(100)).isTrue();
    assertThat(framing.offset()).isEqualTo(8);
    assertThat(framing.length()).isEqualTo(4);
    assertThat(framing.next(100)).isFalse();
  }

  @Test
  void refusesWhatIsNeitherStunNorChannelData() {
    for (int first = 0x80; first < 0x100; first++) {
      refused(new byte[] {(byte) first, 0, 0, 0}, 100);
    }
    refused(new byte[] {0, 1, 0, 3}, 100);
  }

  @Test
  void refusesAMessageLongerThanItsLimitBeforeItCame() {
    refused(new byte[] {0x40, 0, 0, 97}, 100);
    refused(new byte[] {0, 1, 0, 84}, 100);
  }

  private static void refused(byte[] bytes, int limit) {
    StunFraming framing = new StunFraming();
    framing.receive(bytes, 0, bytes.length);
    assertThatThrownBy(() -> framing.next(limit)).isInstanceOf(ProtocolException.class);
    // And the same when it comes byte by byte.
    StunFraming slow = new StunFraming();
    assertThatThrownBy(
            () -> {
              for (byte one : bytes) {
                slow.receive(new byte[] {one}, 0, 1);
                slow.next(limit);
              }
            })
        .isInstanceOf(ProtocolException.class);
  }
}
