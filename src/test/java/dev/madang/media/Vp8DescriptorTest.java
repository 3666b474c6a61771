package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static dev.madang.media.Bits.shift;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Vp8DescriptorTest {
  private final Vp8Descriptor descriptor = new Vp8Descriptor();

  /** RFC 7741 §4.2 field by field, before the head of a keyframe of 640×360 (RFC 6386 §9.1). */
  @Test
  void readsEveryField() {
    take("90 F0 9234 7B A7 10 00 00 9D012A 8002 6801 AABB");

    assertThat(descriptor.startsFrame()).isTrue();
    assertThat(descriptor.nonReference()).isFalse();
    assertThat(descriptor.partition()).isZero();
    assertThat(descriptor.pictureId()).isEqualTo(0x1234);
    assertThat(descriptor.pictureIdBits()).isEqualTo(15);
    assertThat(descriptor.tl0PicIdx()).isEqualTo(0x7B);
    assertThat(descriptor.temporalId()).isEqualTo(2);
    assertThat(descriptor.layerSync()).isTrue();
    assertThat(descriptor.keyIdx()).isEqualTo(7);
    assertThat(descriptor.descriptorLength()).isEqualTo(6);
    assertThat(descriptor.keyframe()).isTrue();
    assertThat(descriptor.width()).isEqualTo(640);
    assertThat(descriptor.height()).isEqualTo(360);
  }

  @Test
  void readsTheShortestDescriptor() {
    take("30 01");

    assertThat(descriptor.descriptorLength()).isEqualTo(1);
    assertThat(descriptor.nonReference()).isTrue();
    assertThat(descriptor.pictureId()).isEqualTo(-1);
    assertThat(descriptor.pictureIdBits()).isZero();
    assertThat(descriptor.tl0PicIdx()).isEqualTo(-1);
    assertThat(descriptor.temporalId()).isEqualTo(-1);
    assertThat(descriptor.layerSync()).isFalse();
    assertThat(descriptor.keyIdx()).isEqualTo(-1);
    assertThat(descriptor.keyframe()).isFalse();
    assertThat(descriptor.width()).isZero();
  }

  @Test
  void readsShortPictureIdsAndSingleFields() {
    take("90 80 55 00");
    assertThat(descriptor.pictureId()).isEqualTo(0x55);
    assertThat(descriptor.pictureIdBits()).isEqualTo(7);
    assertThat(descriptor.keyframe()).isTrue();
    assertThat(descriptor.width()).isZero();
    take("80 10 1F 00");
    assertThat(descriptor.keyIdx()).isEqualTo(31);
    assertThat(descriptor.temporalId()).isEqualTo(-1);
    assertThat(descriptor.keyframe()).isFalse();
    take("91 00 00");
    assertThat(descriptor.startsPartition()).isTrue();
    assertThat(descriptor.startsFrame()).isFalse();
  }

  @Test
  void rewritesTheNumbersInTheWidthTheyCameIn() {
    take("90 F0 9234 7B A7 10");
    byte[] copy = shift(hex("90F092347BA710"), 2);
    descriptor.rewrite(copy, 2, 0x18001, 0x105);
    assertThat(copy).isEqualTo(shift(hex("90F08001 05 A710"), 2));

    take("90 C0 55 7B 00");
    copy = hex("90C0557B00");
    descriptor.rewrite(copy, 0, 0x81, 9);
    assertThat(copy).isEqualTo(hex("90C0010900"));

    take("10 00");
    copy = hex("1000");
    descriptor.rewrite(copy, 0, 5, 5);
    assertThat(copy).isEqualTo(hex("1000"));
  }

  /** Bad input 52. */
  @Test
  void refusesADescriptorThatIsCutShortAtAnyByte() {
    for (String whole :
        new String[] {"90F092347BA710", "1001", "90805500", "904001FF", "902000FF"}) {
      byte[] bytes = hex(whole);
      for (int length = 0; length < bytes.length; length++) {
        assertThat(descriptor.read(bytes, 0, length)).as(whole + " " + length).isFalse();
      }
      assertThat(descriptor.read(bytes, 0, bytes.length)).isTrue();
    }
  }

  private void take(String text) {
    byte[] bytes = hex(text);
    assertThat(descriptor.read(shift(bytes, 3), 3, bytes.length)).isTrue();
  }
}
