package dev.madang.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  @Test
  void theReceiverOnItIsExchangedForTheSender() {
    Envelope envelope = Envelope.read(bytes(0, "bob", "hello"));
    assertThat(envelope.kind()).isEqualTo(Envelope.TEXT);
    assertThat(envelope.identity()).isEqualTo("bob");
    assertThat(envelope.from("앤")).isEqualTo(bytes(0, "앤", "hello"));
    assertThat(Envelope.read(bytes(1, "", "")).from("ann")).isEqualTo(bytes(1, "ann", ""));
    assertThat(Envelope.read(bytes(2, "bob", "x")).from("ann")).isEqualTo(bytes(2, "ann", "x"));
  }

  @Test
  void isForOneOrForEverybody() {
    Envelope one = Envelope.read(bytes(1, "bob", "x"));
    assertThat(one.isFor("bob")).isTrue();
    assertThat(one.isFor("bo")).isFalse();
    assertThat(Envelope.read(bytes(1, "", "x")).isFor("anybody")).isTrue();
  }

  @Test
  void refusesWhatIsCutShortTooLongOrOfAnotherKind() {
    byte[] whole = bytes(0, "bob", "");
    for (int length = 0; length < whole.length; length++) {
      refused(Arrays.copyOf(whole, length));
    }
    refused(bytes(3, "bob", "x"));
    refused(bytes(2, "", "a piece of a file is for one"));
    refused(bytes(0, "b".repeat(513), "x"));
    refused(new ByteWriter().u8(0).u16(0xFFFF).bytes(new byte[100]).toArray());
    byte[] most = new ByteWriter().u8(1).u16(0).bytes(new byte[64 << 10]).toArray();
    assertThat(Envelope.read(most).from("")).isEqualTo(most);
    refused(Arrays.copyOf(most, most.length + 1));
  }

  private static void refused(byte[] bytes) {
    assertThatThrownBy(() -> Envelope.read(bytes)).isInstanceOf(ProtocolException.class);
  }

  static byte[] bytes(int kind, String identity, String content) {
    byte[] name = identity.getBytes(UTF_8);
    return new ByteWriter()
        .u8(kind)
        .u16(name.length)
        .bytes(name)
        .bytes(content.getBytes(UTF_8))
        .toArray();
  }
}
