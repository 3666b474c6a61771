package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static dev.madang.media.Bits.shift;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Vp9DescriptorTest {
  private final Vp9Descriptor descriptor = new Vp9Descriptor();

  /** RFC 9628 §4.2: a keyframe with its scalability structure of two layers, three pictures. */
  @Test
  void readsAKeyframeWithItsStructure() {
    take("AA 8001 10 07 38 0140 00B4 0280 0168 03 00 08 01 4C 01 FF");

    assertThat(descriptor.pictureId()).isEqualTo(1);
    assertThat(descriptor.pictureIdBits()).isEqualTo(15);
    assertThat(descriptor.interPicturePredicted()).isFalse();
    assertThat(descriptor.flexible()).isFalse();
    assertThat(descriptor.startsFrame()).isTrue();
    assertThat(descriptor.endsFrame()).isFalse();
    assertThat(descriptor.notReferredTo()).isFalse();
    assertThat(descriptor.temporalId()).isZero();
    assertThat(descriptor.switchingUp()).isTrue();
    assertThat(descriptor.spatialId()).isZero();
    assertThat(descriptor.interLayerPredicted()).isFalse();
    assertThat(descriptor.tl0PicIdx()).isEqualTo(7);
    assertThat(descriptor.keyframe()).isTrue();
    assertThat(descriptor.spatialLayers()).isEqualTo(2);
    assertThat(descriptor.width(0)).isEqualTo(320);
    assertThat(descriptor.height(0)).isEqualTo(180);
    assertThat(descriptor.width(1)).isEqualTo(640);
    assertThat(descriptor.height(1)).isEqualTo(360);
    assertThat(descriptor.width(2)).isZero();
    assertThat(descriptor.descriptorLength()).isEqualTo(20);
  }

  @Test
  void readsAnUpperLayerInFlexibleMode() {
    take("F5 22 53 05 04 FF");

    assertThat(descriptor.flexible()).isTrue();
    assertThat(descriptor.pictureId()).isEqualTo(0x22);
    assertThat(descriptor.temporalId()).isEqualTo(2);
    assertThat(descriptor.switchingUp()).isTrue();
    assertThat(descriptor.spatialId()).isEqualTo(1);
    assertThat(descriptor.interLayerPredicted()).isTrue();
    assertThat(descriptor.tl0PicIdx()).isEqualTo(-1);
    assertThat(descriptor.references()).isEqualTo(2);
    assertThat(descriptor.difference(0)).isEqualTo(2);
    assertThat(descriptor.difference(1)).isEqualTo(2);
    assertThat(descriptor.endsFrame()).isTrue();
    assertThat(descriptor.notReferredTo()).isTrue();
    assertThat(descriptor.keyframe()).isFalse();
    assertThat(descriptor.descriptorLength()).isEqualTo(5);
  }

  @Test
  void readsTheShortestDescriptor() {
    take("08 FF");

    assertThat(descriptor.pictureId()).isEqualTo(-1);
    assertThat(descriptor.spatialId()).isEqualTo(-1);
    assertThat(descriptor.temporalId()).isEqualTo(-1);
    assertThat(descriptor.tl0PicIdx()).isEqualTo(-1);
    assertThat(descriptor.keyframe()).isTrue();
  }

  @Test
  void aKeyframesUpperLayerIsNoPlaceToBegin() {
    take("A8 01 03 00 FF");
    assertThat(descriptor.spatialId()).isEqualTo(1);
    assertThat(descriptor.keyframe()).isFalse();
  }

  @Test
  void rewritesTheNumbersInTheWidthTheyCameIn() {
    take("A8 9234 10 07 FF");
    byte[] copy = hex("00A89234 1007FF");
    descriptor.rewrite(copy, 1, 5, 6);
    assertThat(copy).isEqualTo(hex("00A88005 1006FF"));

    take("88 11 FF");
    copy = hex("8811FF");
    descriptor.rewrite(copy, 0, 0x85, 6);
    assertThat(copy).isEqualTo(hex("8805FF"));
  }

  // ---- bad input 52 -------------------------------------------------------------------------

  @Test
  void refusesADescriptorThatIsCutShortAtAnyByte() {
    for (String whole :
        new String[] {
          "AA 8001 10 07 38 0140 00B4 0280 0168 03 00 08 01 4C 01 FF", "F5 22 53 05 04 FF", "08 FF"
        }) {
      byte[] bytes = hex(whole);
      for (int length = 0; length < bytes.length; length++) {
        assertThat(descriptor.read(bytes, 0, length)).as(whole + " " + length).isFalse();
      }
    }
  }

  @Test
  void readsTheLargestStructureAndRefusesOneThatIsNotThere() {
    String sizes = "05000500".repeat(8);
    take("0A F8" + sizes + "FF" + "0C010203".repeat(255) + "AA");
    assertThat(descriptor.spatialLayers()).isEqualTo(8);
    assertThat(descriptor.width(7)).isEqualTo(1280);
    assertThat(descriptor.descriptorLength()).isEqualTo(2 + 32 + 1 + 4 * 255);

    for (String lie :
        new String[] {
          "0A F8" + sizes.substring(2),
          "0A F8" + sizes,
          "0A F8" + sizes + "FF" + "0C010203".repeat(254) + "0C0102",
          "0A F8" + sizes + "FF" + "0C010203".repeat(255),
          "0A E8 FF",
          "0A E8 01 0C 01 02 03",
        }) {
      byte[] bytes = hex(lie);
      assertThat(descriptor.read(bytes, 0, bytes.length)).as(lie).isFalse();
    }
  }

  @Test
  void refusesAListOfReferencesWithoutAnEnd() {
    byte[] four = hex("50 03 03 03 02 FF");
    assertThat(descriptor.read(four, 0, four.length)).isFalse();
    byte[] endless = hex("50 03 03");
    assertThat(descriptor.read(endless, 0, endless.length)).isFalse();
    take("50 03 03 02 FF");
    assertThat(descriptor.references()).isEqualTo(3);
  }

  private void take(String text) {
    byte[] bytes = hex(text);
    assertThat(descriptor.read(shift(bytes, 3), 3, bytes.length)).isTrue();
  }
}
