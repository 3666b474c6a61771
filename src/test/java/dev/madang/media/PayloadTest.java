package dev.madang.media;

import static dev.madang.media.Bits.hex;
import static dev.madang.media.Bits.shift;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** AV1, H.264, H.265 and Opus payloads. */
class PayloadTest {
  private final Av1Payload av1 = new Av1Payload();
  private final H264Payload h264 = new H264Payload();
  private final H265Payload h265 = new H265Payload();
  private final OpusPacket opus = new OpusPacket();

  // ---- AV1 RTP payload format 1.0 §4.4 ---------------------------------------------------------

  @Test
  void walksTheElementsOfAnAv1Payload() {
    // W is 2, N: a sequence header with its size, then a frame to the end.
    assertThat(av1("28 03 0A0102 34 48 AABB")).isTrue();
    assertThat(av1.elements()).isEqualTo(2);
    assertThat(av1.offset(0)).isEqualTo(5);
    assertThat(av1.length(0)).isEqualTo(3);
    assertThat(av1.type(0)).isEqualTo(Av1Payload.SEQUENCE_HEADER);
    assertThat(av1.temporalId(0)).isEqualTo(-1);
    assertThat(av1.type(1)).isEqualTo(Av1Payload.FRAME);
    assertThat(av1.temporalId(1)).isEqualTo(2);
    assertThat(av1.spatialId(1)).isEqualTo(1);
    assertThat(av1.length(1)).isEqualTo(4);
    assertThat(av1.newSequence()).isTrue();
    assertThat(av1.keyframe()).isTrue();
  }

  @Test
  void walksElementsThatAllHaveSizes() {
    assertThat(av1("40 01 10 8200 0A01 01 30")).isTrue();
    assertThat(av1.elements()).isEqualTo(3);
    assertThat(av1.length(1)).isEqualTo(2);
    assertThat(av1.obuContinues()).isTrue();
    assertThat(av1.keyframe()).isTrue();
    assertThat(av1.newSequence()).isFalse();
  }

  @Test
  void anElementThatGoesOnTellsNothingOfItsType() {
    assertThat(av1("90 0A0102")).isTrue();
    assertThat(av1.continuesObu()).isTrue();
    assertThat(av1.type(0)).isEqualTo(-1);
    assertThat(av1.temporalId(0)).isEqualTo(-1);
    assertThat(av1.keyframe()).isFalse();
  }

  /** Bad input 53. */
  @Test
  void refusesAv1SizesAndAggregationHeadersThatLie() {
    for (String lie :
        new String[] {
          "",
          "10",
          "88 3000", // N and Z
          "00 05 30",
          "00 00 3001",
          "00 80808080808080808001 30", // nine bytes of size
          "00 FFFFFFFFFFFFFFFF7F 30",
          "00 FFFFFFFF0F 30", // more than an int holds
          "00 80",
          "20 01 30", // two elements, one there
          "20 03 30",
          "30 01 30 01 30",
          "00" + "0130".repeat(65)
        }) {
      assertThat(av1(lie)).as(lie).isFalse();
    }
    assertThat(av1("00 8180808080808000 30")).isTrue();
    assertThat(av1("00" + "0130".repeat(64))).isTrue();
  }

  // ---- RFC 6184 --------------------------------------------------------------------------------

  @Test
  void findsKeyframesInEveryFormOfH264() {
    assertThat(h264("65 88")).isTrue();
    assertThat(h264.keyframe()).isTrue();
    assertThat(h264.idr()).isTrue();
    assertThat(h264.startsUnit()).isTrue();
    assertThat(h264("67 42")).isTrue();
    assertThat(h264.keyframe()).isTrue();
    assertThat(h264.idr()).isFalse();
    assertThat(h264("41 9A")).isTrue();
    assertThat(h264.keyframe()).isFalse();
    assertThat(h264("78 0002 6742 0002 68CE")).isTrue();
    assertThat(h264.keyframe()).isTrue();
    assertThat(h264.idr()).isFalse();
    assertThat(h264("78 0001 09 0002 4101")).isTrue();
    assertThat(h264.keyframe()).isFalse();
    assertThat(h264("7C 85 88")).isTrue();
    assertThat(h264.keyframe()).isTrue();
    assertThat(h264.endsUnit()).isFalse();
    assertThat(h264("7C 05 88")).isTrue();
    assertThat(h264.keyframe()).isFalse();
    assertThat(h264.idr()).isTrue();
    assertThat(h264.startsUnit()).isFalse();
    assertThat(h264("7C 45 88")).isTrue();
    assertThat(h264.endsUnit()).isTrue();
  }

  /** Bad input 54. */
  @Test
  void refusesH264LengthsThatLie() {
    for (String lie :
        new String[] {
          "",
          "E5 88", // the forbidden bit
          "60", // type 0
          "78",
          "78 00",
          "78 0001",
          "78 0000 65",
          "78 0003 6588",
          "78 FFFF 65",
          "78 0002 6588 00",
          "78 0002 7800", // an aggregate in an aggregate
          "7C",
          "7C 85",
          "7C C5 88", // begins and ends
          "7C 9C 88", // a fragment of a fragment
          "79 0001 65", // STAP-B
          "7A 00",
          "7D 85 0000 88", // FU-B
          "7F 00"
        }) {
      assertThat(h264(lie)).as(lie).isFalse();
    }
  }

  // ---- RFC 7798 --------------------------------------------------------------------------------

  @Test
  void findsKeyframesInEveryFormOfH265() {
    assertThat(h265("2601 AF")).isTrue();
    assertThat(h265.keyframe()).isTrue();
    assertThat(h265.temporalId()).isZero();
    assertThat(h265("0203 AF")).isTrue();
    assertThat(h265.keyframe()).isFalse();
    assertThat(h265.temporalId()).isEqualTo(2);
    assertThat(h265("6001 0003 400101 0003 420101")).isTrue();
    assertThat(h265.keyframe()).isTrue();
    assertThat(h265("6001 0003 020101")).isTrue();
    assertThat(h265.keyframe()).isFalse();
    assertThat(h265("6201 93 AF")).isTrue();
    assertThat(h265.keyframe()).isTrue();
    assertThat(h265.startsUnit()).isTrue();
    assertThat(h265.endsUnit()).isFalse();
    assertThat(h265("6201 53 AF")).isTrue();
    assertThat(h265.keyframe()).isFalse();
    assertThat(h265.endsUnit()).isTrue();
  }

  /** Bad input 54. */
  @Test
  void refusesH265LengthsThatLie() {
    for (String lie :
        new String[] {
          "",
          "2601",
          "A601 AF", // the forbidden bit
          "2600 AF", // temporal id -1
          "6001 00",
          "6001 0001 40",
          "6001 0004 400101",
          "6001 0003 400101 00",
          "6001 0002 6001",
          "6201 93",
          "6201 D3 AF", // begins and ends
          "6201 B0 AF",
          "6401 AF" // PACI
        }) {
      assertThat(h265(lie)).as(lie).isFalse();
    }
  }

  // ---- RFC 6716 --------------------------------------------------------------------------------

  @Test
  void tellsHowLongAnOpusPacketIs() {
    assertThat(opus("78 AABBCC")).isTrue(); // hybrid fullband 20 ms
    assertThat(opus.samples()).isEqualTo(960);
    assertThat(opus.frames()).isEqualTo(1);
    assertThat(opus.stereo()).isFalse();
    assertThat(opus("FD AABBCCDD")).isTrue(); // CELT fullband 20 ms stereo, two of one size
    assertThat(opus.samples()).isEqualTo(1920);
    assertThat(opus.stereo()).isTrue();
    assertThat(opus("1A 01 AABB")).isTrue(); // SILK narrowband 60 ms, two
    assertThat(opus.samples()).isEqualTo(5760);
    assertThat(opus("E3 30 AA")).isTrue(); // CELT 2.5 ms, 48 frames
    assertThat(opus.samples()).isEqualTo(5760);
    assertThat(opus.silence()).isFalse();
  }

  @Test
  void tellsSilence() {
    assertThat(opus("78")).isTrue();
    assertThat(opus.silence()).isTrue();
    assertThat(opus("78 FF")).isTrue();
    assertThat(opus.silence()).isTrue();
    assertThat(opus("78 FF FE")).isTrue();
    assertThat(opus.silence()).isFalse();
  }

  /** Bad input 55. */
  @Test
  void refusesOpusPacketsOfNoFramesOrOfTooMany() {
    for (String lie :
        new String[] {
          "", "FB", "E3 00 AA", "E3 31 AA", "E3 3F AA", "1B 03 AA", "7B 07 AA", "79 AA", "FE"
        }) {
      assertThat(opus(lie)).as(lie).isFalse();
    }
    assertThat(opus("7B 06 AA")).isTrue();
  }

  @Test
  void knowsCodecsByName() {
    assertThat(Codec.of("OPUS", 48_000)).isEqualTo(Codec.OPUS);
    assertThat(Codec.of("vp8", 90_000)).isEqualTo(Codec.VP8);
    assertThat(Codec.of("vp8", 8_000)).isNull();
    assertThat(Codec.of("mystery", 90_000)).isNull();
    assertThat(Codec.H264.isVideo()).isTrue();
    assertThat(Codec.RED.isAudio()).isTrue();
    assertThat(Codec.RTX.kind()).isEqualTo(Codec.Kind.REPAIR);
  }

  private boolean av1(String text) {
    byte[] bytes = hex(text);
    return av1.read(shift(bytes, 3), 3, bytes.length);
  }

  private boolean h264(String text) {
    byte[] bytes = hex(text);
    return h264.read(shift(bytes, 3), 3, bytes.length);
  }

  private boolean h265(String text) {
    byte[] bytes = hex(text);
    return h265.read(shift(bytes, 3), 3, bytes.length);
  }

  private boolean opus(String text) {
    byte[] bytes = hex(text);
    return opus.read(shift(bytes, 3), 3, bytes.length);
  }
}
