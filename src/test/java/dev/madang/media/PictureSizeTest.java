package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static dev.madang.media.Bits.shift;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** How large pictures are, by what H.264 and AV1 say before them. */
class PictureSizeTest {
  private final H264Sequence h264 = new H264Sequence();
  private final Av1Sequence av1 = new Av1Sequence();

  @Test
  void anEncodersSequenceParameterSetSaysItsSize() {
    // What x264 writes for 1280 × 720 in the high profile, with emulation prevention in it.
    assertH264(hex("67 64001F AC D940 5005 BB01 1000 0003 0010 0000 0303 20F1 8319 60"), 1280, 720);
  }

  @Test
  void croppingAndFieldsCountAsTheProfileSays() {
    // 120 × 68 blocks; 8 lines too many are 4 units of cropping in frames, 2 in fields.
    assertH264(baseline(120, 68, true, 4), 1920, 1080);
    assertH264(baseline(120, 34, false, 2), 1920, 1080);
    assertH264(baseline(20, 15, true, 0), 320, 240);
    // Scaling lists and four full planes.
    Bits high = new Bits().put(0x67, 8).put(244, 8).put(0, 16);
    ue(ue(ue(ue(high, 0), 3).put("0"), 0), 0).put("01");
    high.put("1");
    for (int i = 0; i < 16; i++) {
      ue(high, 1);
    }
    high.put("1").put("000010001"); // se(-8): the rest is as what was before
    high.put("0000000000");
    ue(ue(ue(high, 4), 0), 0);
    ue(ue(ue(high, 1).put("0"), 39), 21).put("1 1 1");
    ue(ue(ue(ue(high, 1), 2), 3), 4);
    assertH264(high.put("0").bytes(), 640 - 3, 352 - 7);
  }

  @Test
  void theSizeIsFoundInAPayloadThatHasTheSetWhole() {
    H264Payload payload = new H264Payload();
    byte[] set = baseline(20, 15, true, 0);
    assertThat(payload.read(set, 0, set.length) && payload.height() == 240).isTrue();
    Bits aggregate = new Bits().put(0x78, 8).put(2, 16).put(0x0910, 16).put(set.length, 16);
    for (byte each : set) {
      aggregate.put(each, 8);
    }
    byte[] both = aggregate.bytes();
    assertThat(payload.read(both, 0, both.length) && payload.height() == 240).isTrue();
    byte[] slice = hex("65 88 84");
    assertThat(payload.read(slice, 0, 3) && payload.height() == 0).isTrue();
  }

  @Test
  void aSequenceHeaderOfAv1SaysItsSize() {
    assertAv1(sequence(false, "0 0 00000 000000000000 00100"), 1280, 720);
    // With a size of its own and an extension.
    assertAv1(sequence(true, "0 0 00000 000000000000 00100"), 1280, 720);
    // With a clock, a model of the decoder, and two operating points.
    String clock = "1" + "0".repeat(64) + "1 011 1 00011" + "0".repeat(32) + "0".repeat(10);
    String points = "1 00001 000000000001 01000 1 1 0000 0000 1 1 0101 000000000011 00100 0 0";
    assertAv1(sequence(false, clock + points), 1280, 720);
    Av1Payload payload = new Av1Payload();
    byte[] header = sequence(false, "0 0 00000 000000000000 00100");
    byte[] packet = new byte[header.length + 1];
    packet[0] = 0x18;
    System.arraycopy(header, 0, packet, 1, header.length);
    assertThat(payload.read(packet, 0, packet.length) && payload.height() == 720).isTrue();
  }

  @Test
  void whatIsCutOrNonsenseHasNoSizeOrOneThatCanBe() {
    List<byte[]> whole =
        List.of(
            hex("67 64001F AC D940 5005 BB01 1000 0003 0010 0000 0303 20F1 8319 60"),
            baseline(120, 34, false, 2),
            sequence(true, "0 0 00000 000000000000 00100"));
    for (byte[] each : whole) {
      for (int length = 1; length < 6; length++) {
        assertThat(h264.read(each, 0, length)).isFalse();
        assertThat(av1.read(each, 0, Math.min(length, 4))).isFalse();
      }
    }
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 100; i++) {
            byte[] bytes = Fuzz.mutate(whole.get(random.nextInt(whole.size())), random);
            if (h264.read(bytes, 0, bytes.length)) {
              assertThat(h264.height()).isBetween(1, 1 << 15);
              assertThat(h264.width()).isBetween(1, 1 << 14);
            }
            if (av1.read(bytes, 0, bytes.length)) {
              assertThat(av1.height()).isBetween(1, 1 << 16);
              assertThat(av1.width()).isBetween(1, 1 << 16);
            }
          }
        });
  }

  private void assertH264(byte[] set, int width, int height) {
    assertThat(h264.read(shift(set, 3), 3, set.length)).isTrue();
    assertThat(h264.width() + " × " + h264.height()).isEqualTo(width + " × " + height);
  }

  private void assertAv1(byte[] header, int width, int height) {
    assertThat(av1.read(shift(header, 3), 3, header.length)).isTrue();
    assertThat(av1.width() + " × " + av1.height()).isEqualTo(width + " × " + height);
  }

  /** A set of the baseline profile, with this many blocks and units of cropping below. */
  private static byte[] baseline(int columns, int rows, boolean frames, int crop) {
    Bits bits = new Bits().put(0x67, 8).put(66, 8).put(0, 8).put(31, 8);
    ue(ue(ue(bits, 0), 4), 2);
    ue(ue(ue(bits, 1).put("0"), columns - 1), rows - 1).put(frames ? "1" : "00").put("1");
    bits.put(crop > 0 ? "1" : "0");
    if (crop > 0) {
      ue(ue(ue(ue(bits, 0), 0), 0), crop);
    }
    return bits.put("01").bytes();
  }

  private static Bits ue(Bits bits, int value) {
    int width = 32 - Integer.numberOfLeadingZeros(value + 1);
    return bits.put(0, width - 1).put(value + 1, width);
  }

  /** 1280 × 720, in 11 and 10 bits. */
  private static byte[] sequence(boolean extended, String operating) {
    Bits bits = new Bits().put(extended ? "0 0001 1 1 0" : "0 0001 0 0 0");
    if (extended) {
      bits.put(0, 8).put(0x8C, 8).put(0, 8);
    }
    bits.put("000 0 0").put(operating).put(10, 4).put(9, 4).put(1279, 11).put(719, 10);
    return bits.put(0, 20).bytes();
  }
}
