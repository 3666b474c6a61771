package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ByteWriter;
import org.junit.jupiter.api.Test;

class RedTest {
  private static final int RED = 63;
  private final Red red = new Red();

  /** The packet of RFC 2198 §5: LPC of 14 bytes, 160 samples old, before DVI4. */
  @Test
  void readsTheExampleOfTheRfc() {
    byte[] bytes =
        new ByteWriter()
            .u8(0x80 | 7)
            .u8(160 >> 6)
            .u16((160 & 0x3F) << 10 | 14)
            .u8(5)
            .bytes(new byte[14])
            .bytes(new byte[84])
            .toArray();

    assertThat(red.read(bytes, 0, bytes.length, RED)).isTrue();
    assertThat(red.blocks()).isEqualTo(2);
    assertThat(red.payloadType(0)).isEqualTo(7);
    assertThat(red.age(0)).isEqualTo(160);
    assertThat(red.offset(0)).isEqualTo(5);
    assertThat(red.length(0)).isEqualTo(14);
    assertThat(red.payloadType(1)).isEqualTo(5);
    assertThat(red.age(1)).isZero();
    assertThat(red.offset(1)).isEqualTo(19);
    assertThat(red.length(1)).isEqualTo(84);
  }

  @Test
  void readsWhatItWrote() {
    byte[] out = new byte[64];
    int at = Red.writeOlder(out, 3, 111, 1920, 2);
    at = Red.writeOlder(out, at, 111, 960, 0);
    at = Red.writeNewest(out, at, 111);
    System.arraycopy(hex("A1A2B1B2B3"), 0, out, at, 5);

    assertThat(red.read(out, 3, at + 5 - 3, RED)).isTrue();
    assertThat(red.blocks()).isEqualTo(3);
    assertThat(red.age(0)).isEqualTo(1920);
    assertThat(red.length(0)).isEqualTo(2);
    assertThat(red.age(1)).isEqualTo(960);
    assertThat(red.length(1)).isZero();
    assertThat(red.offset(2)).isEqualTo(at + 2);
    assertThat(red.length(2)).isEqualTo(3);
  }

  @Test
  void readsANewestBlockAlone() {
    assertThat(red.read(hex("6F AABB"), 0, 3, RED)).isTrue();
    assertThat(red.blocks()).isEqualTo(1);
    assertThat(red.offset(0)).isEqualTo(1);
    assertThat(red.length(0)).isEqualTo(2);
  }

  /** Bad input 45. */
  @Test
  void refusesLengthsThatLie() {
    refused("");
    refused("EF");
    refused("EF0001");
    refused("EF000001");
    refused("EF0003FF 6F AABB");
    refused("EF000003 6F AABB");
    refused("EF000002 EF000002 6F AABBCC");
  }

  /** Bad input 45. */
  @Test
  void refusesRedInsideRed() {
    refused("3F 6F AA");
    refused("BF000001 6F AABB");
  }

  @Test
  void refusesMoreBlocksThanAnybodySends() {
    refused("EF000000".repeat(8) + "6F");
    assertThat(red.read(hex("EF000000".repeat(7) + "6F"), 0, 29, RED)).isTrue();
  }

  @Test
  void refusesToWriteWhatTheFieldsDoNotHold() {
    assertThat(Red.fits(16383, 1023)).isTrue();
    assertThat(Red.fits(16384, 0)).isFalse();
    assertThat(Red.fits(0, 1024)).isFalse();
    assertThat(Red.fits(-1, 0)).isFalse();
    assertThatThrownBy(() -> Red.writeOlder(new byte[9], 0, 111, 16384, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void refused(String text) {
    byte[] bytes = hex(text);
    assertThat(red.read(bytes, 0, bytes.length, RED)).as(text).isFalse();
    assertThat(red.blocks()).isZero();
  }
}
