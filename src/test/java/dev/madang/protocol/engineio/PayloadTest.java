package dev.madang.protocol.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  private static final Message HELLO = Message.text("hello");
  private static final Message BYTES = Message.binary(new byte[] {1, 2, 3, 4}, false);

  @Test
  void revisionFourSeparatesPacketsByRecordSeparators() {
    assertThat(text(Payload.writeV4(List.of(HELLO, "2", BYTES))))
        .isEqualTo("4hello\u001e2\u001ebAQIDBA==");
    assertThat(Payload.readText("4hello\u001e2\u001e4", 4, 10))
        .containsExactly(
            new Packet.Text('4', "hello"), new Packet.Text('2', ""), new Packet.Text('4', ""));
  }

  @Test
  void revisionThreeCountsCharactersAsJavaScriptDoes() {
    assertThat(text(Payload.writeV3(List.of(HELLO, BYTES, "6"))))
        .isEqualTo("6:4hello10:b4AQIDBA==1:6");
    // One euro sign is one unit, one emoji two.
    assertThat(text(Payload.writeV3(List.of(Message.text("€😀"))))).isEqualTo("4:4€😀");
    assertThat(Payload.readText("4:4€😀1:2", 3, 10))
        .containsExactly(new Packet.Text('4', "€😀"), new Packet.Text('2', ""));
  }

  @Test
  void revisionThreeKnowsABinaryForm() {
    byte[] expected = {
      0, 6, (byte) 255, '4', 'h', 'e', 'l', 'l', 'o', 1, 5, (byte) 255, 4, 1, 2, 3, 4
    };
    assertThat(Payload.writeV3Binary(List.of(HELLO, BYTES))).isEqualTo(expected);
    List<Packet> read = Payload.readBinary(expected, 10);
    assertThat(read.getFirst()).isEqualTo(new Packet.Text('4', "hello"));
    assertThat(((Packet.Binary) read.getLast()).data()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void readsBase64InBothRevisions() {
    assertThat(((Packet.Binary) Packet.read("bAQIDBA==", 4)).data()).containsExactly(1, 2, 3, 4);
    assertThat(((Packet.Binary) Packet.read("b4AQIDBA==", 3)).data()).containsExactly(1, 2, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "7", "b!", "bAQ=A", "4a\u001e", "\u001e", "٤hello", "-1"})
  void refusesBrokenPayloadsOfRevisionFour(String body) {
    assertThatThrownBy(() -> Payload.readText(body, 4, 10)).isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "1",
        ":",
        ":4",
        "2:4",
        "-1:4",
        "0:",
        "٣:4ab",
        "99999999999:4",
        "1:4x",
        "3:b5A",
        "1:b",
        "5:b4!!!",
        "1:7"
      })
  void refusesBrokenPayloadsOfRevisionThree(String body) {
    assertThatThrownBy(() -> Payload.readText(body, 3, 10)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void refusesBrokenBinaryPayloads() {
    byte[][] broken = {
      {},
      {0},
      {2, 1, -1, '4'},
      {0, -1, '4'},
      {0, 1},
      {0, 11, -1},
      {0, 2, -1, '4'},
      {1, 1, -1, 5},
      {1, 0, -1},
      {0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, -1, '4'},
    };
    for (byte[] body : broken) {
      assertThatThrownBy(() -> Payload.readBinary(body, 10))
          .as("%s", body)
          .isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void readsNoMorePacketsThanAllowed() {
    assertThat(Payload.readText("2\u001e2\u001e2", 4, 3)).hasSize(3);
    assertThatThrownBy(() -> Payload.readText("2\u001e2\u001e2\u001e2", 4, 3))
        .hasMessageContaining("more than 3 packets");
    assertThatThrownBy(() -> Payload.readText("1:21:21:21:2", 3, 3))
        .hasMessageContaining("more than 3 packets");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
