package dev.madang.protocol.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RtpPacketTest {
  private final RtpPacket packet = new RtpPacket();

  @Test
  void readsEveryFieldOfTheFixedHeader() {
    byte[] bytes = hex("80 EF 1234 89ABCDEF CAFEBABE 0102 03");

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.marker()).isTrue();
    assertThat(packet.payloadType()).isEqualTo(111);
    assertThat(packet.sequence()).isEqualTo(0x1234);
    assertThat(packet.timestamp()).isEqualTo(0x89ABCDEF);
    assertThat(packet.ssrc()).isEqualTo(0xCAFEBABE);
    assertThat(packet.csrcCount()).isZero();
    assertThat(packet.headerLength()).isEqualTo(12);
    assertThat(packet.payloadOffset()).isEqualTo(12);
    assertThat(packet.payloadLength()).isEqualTo(3);
    assertThat(packet.paddingLength()).isZero();
  }

  @Test
  void readsAPacketInTheMiddleOfAnArray() {
    byte[] bytes = hex("FFFFFF 82 60 0001 00000002 00000003 0000000A 0000000B AA FFFF");

    assertThat(packet.read(bytes, 3, 21)).isTrue();
    assertThat(packet.offset()).isEqualTo(3);
    assertThat(packet.length()).isEqualTo(21);
    assertThat(packet.csrcCount()).isEqualTo(2);
    assertThat(packet.csrc(0)).isEqualTo(10);
    assertThat(packet.csrc(1)).isEqualTo(11);
    assertThat(packet.payloadOffset()).isEqualTo(23);
    assertThat(packet.payloadLength()).isEqualTo(1);
  }

  /** RFC 8285 §4.2: elements of one byte's head, padded in between and behind. */
  @Test
  void findsElementsOfTheOneByteForm() {
    byte[] bytes = header("BEDE 0003  10 B0  00 00  32 11 22 33  E1 44 55  00", "99");

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.extensionByte(1)).isEqualTo(0xB0);
    assertThat(packet.extension24(3)).isEqualTo(0x112233);
    assertThat(packet.extensionShort(14)).isEqualTo(0x4455);
    assertThat(packet.extensionLength(3)).isEqualTo(3);
    assertThat(packet.extensionOffset(3)).isEqualTo(21);
    assertThat(packet.extensionOffset(2)).isEqualTo(-1);
    assertThat(packet.extensionByte(2)).isEqualTo(-1);
    assertThat(packet.extensionShort(1)).isEqualTo(-1);
    assertThat(packet.headerLength()).isEqualTo(28);
    assertThat(packet.payloadLength()).isEqualTo(1);
  }

  /** RFC 8285 §4.3: an element may be empty, and application bits mean nothing. */
  @Test
  void findsElementsOfTheTwoByteForm() {
    byte[] bytes = header("1005 0003  01 00  1F 03 616263  00  0F 01 77 00", "");

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.hasExtension(1)).isTrue();
    assertThat(packet.extensionLength(1)).isZero();
    assertThat(packet.extensionByte(1)).isEqualTo(-1);
    assertThat(packet.extensionText(31)).isEqualTo("abc");
    assertThat(packet.extensionIs(31, "abc".getBytes(StandardCharsets.US_ASCII))).isTrue();
    assertThat(packet.extensionIs(31, "abd".getBytes(StandardCharsets.US_ASCII))).isFalse();
    assertThat(packet.extensionIs(2, new byte[0])).isFalse();
    assertThat(packet.extensionByte(15)).isEqualTo(0x77);
    assertThat(packet.extensionText(9)).isEmpty();
  }

  @Test
  void stepsOverAnExtensionOfAnUnknownProfile() {
    byte[] bytes = header("ABAC 0001 10FFFFFF", "01");

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.hasExtension(1)).isFalse();
    assertThat(packet.payloadLength()).isEqualTo(1);
  }

  @Test
  void forgetsTheElementsOfThePacketBefore() {
    byte[] with = header("BEDE 0001 10B00000", "01");
    byte[] without = hex("80600001 00000002 00000003");
    packet.read(with, 0, with.length);

    assertThat(packet.read(without, 0, without.length)).isTrue();
    assertThat(packet.hasExtension(1)).isFalse();
    assertThat(packet.payloadLength()).isZero();
  }

  @Test
  void ofTwoElementsWithOneIdTheFirstCounts() {
    byte[] bytes = header("BEDE 0001 10AA10BB", "");

    packet.read(bytes, 0, bytes.length);
    assertThat(packet.extensionByte(1)).isEqualTo(0xAA);
  }

  @Test
  void tellsPaddingFromPayload() {
    byte[] bytes = hex("A0600001 00000002 00000003 AABB 000003");

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.payloadLength()).isEqualTo(2);
    assertThat(packet.paddingLength()).isEqualTo(3);
  }

  @Test
  void readsAPacketOfNothingButPadding() {
    byte[] bytes = new byte[12 + 255];
    bytes[0] = (byte) 0xA0;
    bytes[bytes.length - 1] = (byte) 255;

    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    assertThat(packet.payloadLength()).isZero();
    assertThat(packet.paddingLength()).isEqualTo(255);
  }

  @Test
  void changesFieldsWhereTheyLie() {
    byte[] bytes = hex("80600001 00000002 00000003 AA");
    packet.read(bytes, 0, bytes.length);
    packet.marker(true);
    packet.payloadType(100);
    packet.sequence(0xFFFF);
    packet.timestamp(-5);
    packet.ssrc(0x01020304);

    assertThat(bytes).isEqualTo(hex("80E4FFFF FFFFFFFB 01020304 AA"));
    packet.marker(false);
    assertThat(packet.payloadType()).isEqualTo(100);
    assertThat(packet.marker()).isFalse();
  }

  @Test
  void tellsRtcpFromRtp() {
    assertThat(RtcpReader.isRtcp(hex("80C80006"), 0, 4)).isTrue();
    assertThat(RtcpReader.isRtcp(hex("80CF0006"), 0, 4)).isTrue();
    assertThat(RtcpReader.isRtcp(hex("80600001"), 0, 4)).isFalse();
    assertThat(RtcpReader.isRtcp(hex("80E00001"), 0, 4)).isFalse();
    assertThat(RtcpReader.isRtcp(hex("80C800"), 0, 3)).isFalse();
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** A packet with this extension. */
  static byte[] header(String extension, String payload) {
    return new ByteWriter()
        .bytes(hex("90600001 00000002 00000003"))
        .bytes(hex(extension))
        .bytes(hex(payload))
        .toArray();
  }
}
