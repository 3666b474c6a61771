package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static dev.madang.media.Bits.shift;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DependencyDescriptorTest {
  private final DependencyDescriptor descriptor = new DependencyDescriptor();
  private @Nullable DependencyStructure structure;

  @Test
  void readsTheStructureAndTheFramesThatRelyOnIt() {
    DescriptorWriter writer = DescriptorWriter.l2t1();
    take(writer.withStructure(0, 100, true, false));
    assertThat(descriptor.structureAttached()).isTrue();
    assertThat(descriptor.startOfFrame()).isTrue();
    assertThat(descriptor.endOfFrame()).isFalse();
    assertThat(descriptor.frameNumber()).isEqualTo(100);
    assertThat(descriptor.tellsActiveTargets()).isTrue();
    assertThat(descriptor.activeTargets()).isEqualTo(3);
    assertThat(descriptor.references()).isZero();
    assertThat(structure.templates()).isEqualTo(4);
    assertThat(structure.targets()).isEqualTo(2);
    assertThat(structure.chains()).isEqualTo(2);
    assertThat(structure.spatialLayers()).isEqualTo(2);
    assertThat(structure.protector(0)).isZero();
    assertThat(structure.protector(1)).isEqualTo(1);
    assertThat(structure.targetSpatialId(0)).isZero();
    assertThat(structure.targetSpatialId(1)).isEqualTo(1);
    assertThat(structure.width(1)).isZero();

    take(writer.plain(3, 101, true, true));
    assertThat(descriptor.structureAttached()).isFalse();
    assertThat(descriptor.tellsActiveTargets()).isFalse();
    assertThat(descriptor.spatialId()).isEqualTo(1);
    assertThat(descriptor.temporalId()).isZero();
    assertThat(descriptor.indication(0)).isEqualTo(DependencyStructure.NOT_PRESENT);
    assertThat(descriptor.indication(1)).isEqualTo(DependencyStructure.REQUIRED);
    assertThat(descriptor.references()).isEqualTo(2);
    assertThat(descriptor.difference(0)).isEqualTo(2);
    assertThat(descriptor.difference(1)).isEqualTo(1);
    assertThat(descriptor.chainDifference(1)).isEqualTo(1);
  }

  @Test
  void templateIdsWrapAtSixtyFour() {
    DescriptorWriter writer = DescriptorWriter.l1t2();
    take(writer.withStructure(0, 0xFFFF, true, true));
    take(writer.plain(2, 0, true, true));

    assertThat(descriptor.temporalId()).isEqualTo(1);
    assertThat(descriptor.indication(1)).isEqualTo(DependencyStructure.DISCARDABLE);
    assertThat(structure.targetTemporalId(0)).isZero();
    assertThat(structure.targetTemporalId(1)).isEqualTo(1);
  }

  @Test
  void aFrameMayDefineEverythingItself() {
    DescriptorWriter writer = DescriptorWriter.l2t1();
    take(writer.withStructure(0, 1, true, true));
    take(
        writer
            .head(1, 2, true, true)
            .put("0 1 1 1 1")
            .put("01") // active targets
            .put("11 01") // indications
            .put("01 0110 10 00001111 11 111111111111 00") // references
            .put(200, 8)
            .put(9, 8)
            .bytes());

    assertThat(descriptor.tellsActiveTargets()).isTrue();
    assertThat(descriptor.activeTargets()).isEqualTo(1);
    assertThat(descriptor.indication(0)).isEqualTo(DependencyStructure.REQUIRED);
    assertThat(descriptor.indication(1)).isEqualTo(DependencyStructure.DISCARDABLE);
    assertThat(differences()).containsExactly(7, 16, 4096);
    assertThat(descriptor.chainDifference(0)).isEqualTo(200);
    assertThat(descriptor.chainDifference(1)).isEqualTo(9);
  }

  /** As Chromium sent them for AV1 with three spatial and three temporal layers. */
  @Test
  void readsWhatChromiumSends() {
    take(hex(CHROMIUM));
    assertThat(descriptor.structureAttached()).isTrue();
    assertThat(descriptor.frameNumber()).isEqualTo(0x172);
    assertThat(structure.targets()).isEqualTo(9);
    assertThat(structure.chains()).isEqualTo(3);
    assertThat(structure.spatialLayers()).isEqualTo(3);
    assertThat(IntStream.range(0, 9).map(structure::targetSpatialId))
        .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    assertThat(IntStream.range(0, 9).map(structure::targetTemporalId))
        .containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
    assertThat(IntStream.range(0, 9).map(structure::protector))
        .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    assertThat(IntStream.range(0, 3).map(structure::width)).containsExactly(120, 240, 480);
    assertThat(IntStream.range(0, 3).map(structure::height)).containsExactly(67, 135, 270);

    take(hex("86017340fc"));
    assertThat(descriptor.spatialId()).isEqualTo(1);
    assertThat(descriptor.activeTargets()).isEqualTo(0x3F);
    assertThat(descriptor.startOfFrame()).isTrue();
    assertThat(descriptor.endOfFrame()).isFalse();
    take(hex("c2017840fc"));
    assertThat(descriptor.spatialId()).isZero();
    take(hex("460173"));
    assertThat(descriptor.endOfFrame()).isTrue();
    assertThat(descriptor.frameNumber()).isEqualTo(0x173);
  }

  @Test
  void writesOtherActiveTargets() {
    DescriptorWriter writer = DescriptorWriter.l2t1();
    byte[] out = new byte[300];
    for (byte[] bytes :
        new byte[][] {
          writer.withStructure(0, 100, true, false),
          writer.plain(3, 101, true, true),
          writer
              .head(1, 2, true, true)
              .put("0 1 1 1 1 0 0000 1011 01 0110 10 00001111 00")
              .put(200, 8)
              .put(9, 8)
              .put("00000000")
              .bytes(),
          hex(CHROMIUM),
          hex("86017340fc")
        }) {
      take(bytes);
      String before = frame();
      int length = descriptor.rewrite(out, 3, 0xABCD, 2);
      assertThat(length).isLessThanOrEqualTo(bytes.length + 5);
      DependencyStructure known = structure;
      assertThat(descriptor.read(out, 3, length, known)).isTrue();
      assertThat(descriptor.frameNumber()).isEqualTo(0xABCD);
      assertThat(descriptor.activeTargets()).isEqualTo(2);
      assertThat(frame()).isEqualTo(before);
    }
  }

  @Test
  void overwritesTheFrameNumberInACopy() {
    byte[] copy = shift(hex("86017340fc"), 1);
    DependencyDescriptor.rewriteFrameNumber(copy, 1, 0xBEEF);

    assertThat(copy).isEqualTo(shift(hex("86BEEF40fc"), 1));
  }

  // ---- bad input 53 -------------------------------------------------------------------------

  @Test
  void refusesADescriptorWithoutItsStructure() {
    byte[] plain = DescriptorWriter.l1t2().plain(1, 7, true, false);
    assertThat(descriptor.read(plain, 0, plain.length, null)).isFalse();
    assertThat(descriptor.isHead()).isTrue();
    assertThat(descriptor.startOfFrame()).isTrue();
    assertThat(descriptor.endOfFrame()).isFalse();
    assertThat(descriptor.frameNumber()).isEqualTo(7);
    assertThat(descriptor.structure()).isNull();
    assertThat(descriptor.read(hex("8601"), 0, 2, null)).isFalse();
    assertThat(descriptor.isHead()).isFalse();
  }

  @Test
  void refusesATemplateThatTheStructureDoesNotHave() {
    take(DescriptorWriter.l1t2().withStructure(0, 1, true, true));
    refused(DescriptorWriter.l1t2().plain(3, 2, true, true));
    refused(DescriptorWriter.l1t2().withStructure(3, 2, true, true));
    assertThat(descriptor.structure()).isSameAs(structure);
  }

  @Test
  void refusesEveryDescriptorThatIsCutShort() {
    for (byte[] whole :
        new byte[][] {hex(CHROMIUM), DescriptorWriter.l2t1().withStructure(0, 1, true, true)}) {
      for (int length = 0; length < whole.length; length++) {
        assertThat(descriptor.read(whole, 0, length, null)).as(length + " bytes").isFalse();
      }
      // Behind the end lie other bytes, which do not count.
      byte[] shifted = shift(whole, 5);
      assertThat(descriptor.read(shifted, 5, whole.length - 1, null)).isFalse();
      assertThat(descriptor.read(shifted, 5, whole.length, null)).isTrue();
    }
  }

  @Test
  void refusesMoreThanSixtyFourTemplates() {
    Bits bits = DescriptorWriter.l1t2().head(0, 1, true, true).put("10000").put(0, 6).put(0, 5);
    for (int i = 0; i < 64; i++) {
      bits.put(0, 2);
    }
    refused(bits.put(3, 2).put(0, 2000).bytes());
    refused(bits.put(0, 20_000).bytes());
  }

  @Test
  void refusesLayersThatNoCodecHas() {
    String head = "10000 000000 00000";
    refused(
        DescriptorWriter.l1t2()
            .head(0, 1, true, true)
            .put(head)
            .put("10101010 11")
            .put(0, 900)
            .bytes());
    refused(
        DescriptorWriter.l1t2()
            .head(0, 1, true, true)
            .put(head)
            .put("01".repeat(8) + "11")
            .put(0, 900)
            .bytes());
  }

  @Test
  void refusesMoreReferencesThanAnEncoderKeeps() {
    Bits template = DescriptorWriter.l1t2().head(62, 1, true, true).put("10000 000000 00000 11 10");
    for (int i = 0; i < 17; i++) {
      template.put("1 0000");
    }
    refused(template.put(0, 100).bytes());

    take(DescriptorWriter.l1t2().withStructure(0, 1, true, true));
    Bits frame = DescriptorWriter.l1t2().head(1, 2, true, true).put("00010");
    for (int i = 0; i < 17; i++) {
      frame.put("11 111111111111");
    }
    refused(frame.put(0, 100).bytes());
    refused(DescriptorWriter.l1t2().head(1, 2, true, true).put("00010").put("11 1111").bytes());
  }

  private void take(byte[] bytes) {
    byte[] shifted = shift(bytes, 3);
    assertThat(descriptor.read(shifted, 3, bytes.length, structure)).isTrue();
    structure = descriptor.structure();
  }

  private void refused(byte[] bytes) {
    assertThat(descriptor.read(bytes, 0, bytes.length, structure)).isFalse();
  }

  private int[] differences() {
    return IntStream.range(0, descriptor.references()).map(descriptor::difference).toArray();
  }

  private String frame() {
    return descriptor.structureAttached()
        + " "
        + descriptor.startOfFrame()
        + descriptor.endOfFrame()
        + " "
        + descriptor.spatialId()
        + descriptor.temporalId()
        + " "
        + Arrays.toString(differences())
        + IntStream.range(0, structure.targets()).mapToObj(descriptor::indication).toList()
        + IntStream.range(0, structure.chains()).mapToObj(descriptor::chainDifference).toList();
  }

  private static final String CHROMIUM =
      "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a8000600004000"
          + "1d954926e082b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230eca8775300"
          + "77004200ef008601df010d";
}
