package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.RtpPacket;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * What a layer is taken for by the sizes that its packets tell; those of VP8 are tried elsewhere.
 */
class FrameReaderTest {
  private final Arrival arrival = new Arrival();

  @Test
  void aKeyframeOfH264TellsItsHeight() {
    FrameReader reader = new FrameReader(Codec.H264);
    // A sequence parameter set of 1280 × 720 and one of pictures.
    read(
        reader,
        "78 001A 67 64001F AC D940 5005 BB01 1000 0003 0010 0000 0303 20F1 8319 60 0004 68EBECB2");
    assertThat(arrival.height).isEqualTo(720);
    assertThat(arrival.is(Arrival.KEYFRAME)).isTrue();
    read(reader, "41 9A 00");
    assertThat(arrival.height).isZero();
  }

  @Test
  void aKeyframeOfAv1TellsItsHeight() {
    FrameReader reader = new FrameReader(Codec.AV1);
    // N, W 1: a sequence header of 1280 × 720, 11 and 10 bits.
    read(reader, "18 08 00 00 00 25 4C FF B3 C0");
    assertThat(arrival.height).isEqualTo(720);
    read(reader, "10 30 00");
    assertThat(arrival.height).isZero();
  }

  @Test
  void theDescriptorOfAv1TellsTheLayersAndTheirHeights() {
    FrameReader reader = new FrameReader(Codec.AV1);
    read(reader, TWO_LAYERS, KEYFRAME);
    assertThat(arrival.is(Arrival.KEYFRAME)).isTrue();
    assertThat(arrival.is(Arrival.FRAME_START)).isTrue();
    assertThat(arrival.is(Arrival.FRAME_END)).isFalse();
    assertThat(arrival.spatial).isZero();
    assertThat(arrival.height).isEqualTo(360);

    read(reader, of("1 1 | 000010 | 0000000000000010"), FRAME);
    assertThat(arrival.spatial).isEqualTo(1);
    assertThat(arrival.is(Arrival.FRAME_START)).isTrue();
    assertThat(arrival.is(Arrival.FRAME_END)).isTrue();
    assertThat(arrival.height).isEqualTo(720);
  }

  /// The payload tells the layer where an OBU begins, and nothing where one goes on.
  @Test
  void aPacketInTheMidstOfAFrameOfAv1IsOfItsLayer() {
    FrameReader reader = new FrameReader(Codec.AV1);
    read(reader, TWO_LAYERS, KEYFRAME);
    read(reader, of("0 0 | 000011 | 0000000000000010"), CONTINUED);
    assertThat(arrival.spatial).isEqualTo(1);
    assertThat(arrival.is(Arrival.FRAME_START)).isFalse();
    assertThat(arrival.height).isZero();
  }

  @Test
  void theDescriptorOfAv1TellsTheTemporalLayer() {
    FrameReader reader = new FrameReader(Codec.AV1);
    read(reader, THREE_TEMPORAL_LAYERS, KEYFRAME);
    assertThat(arrival.temporal).isZero();
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isTrue();
    assertThat(arrival.height).as("of the sequence header").isEqualTo(720);
    read(reader, of("1 1 | 111110 | 0000000000000010"), FRAME);
    assertThat(arrival.temporal).isEqualTo(2);
    read(reader, of("0 1 | 111101 | 0000000000000011"), CONTINUED);
    assertThat(arrival.temporal).isEqualTo(1);
    read(reader, of("1 1 | 111100 | 0000000000000100"), FRAME);
    assertThat(arrival.temporal).isZero();
  }

  /// Frames 1 to 5 are of the layers 0 2 1 2 0, and each but the first needs the one that its
  /// template says: 4 needs 3, which is of layer 1.
  @Test
  void aTemporalLayerOfAv1IsEnteredWhereItNeedsTheLowestAlone() {
    FrameReader reader = new FrameReader(Codec.AV1);
    read(reader, THREE_TEMPORAL_LAYERS, KEYFRAME);
    next();
    read(reader, of("1 1 | 111110 | 0000000000000010"), FRAME);
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isTrue();
    next();
    read(reader, of("1 1 | 111101 | 0000000000000011"), FRAME);
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isTrue();
    next();
    read(reader, of("1 1 | 111110 | 0000000000000100"), FRAME);
    assertThat(arrival.temporal).isEqualTo(2);
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isFalse();
    next();
    read(reader, of("1 1 | 111100 | 0000000000000101"), FRAME);
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isTrue();
    // Of a number that never came nobody knows the layer.
    next();
    read(reader, of("1 1 | 111101 | 0000000000001001"), FRAME);
    assertThat(arrival.is(Arrival.TEMPORAL_SWITCH)).isFalse();
  }

  /// Frame 4 is of layer 1 and needs 3, of its own temporal unit, and 2, of the one before; after
  /// the next keyframe 6 needs 5 alone.
  @Test
  void aSpatialLayerOfAv1IsEnteredWhereItNeedsItsOwnTemporalUnitAlone() {
    FrameReader reader = new FrameReader(Codec.AV1);
    read(reader, TWO_LAYERS, KEYFRAME);
    assertThat(arrival.is(Arrival.SPATIAL_SWITCH)).isTrue();
    read(reader, of("1 1 | 000010 | 0000000000000010"), FRAME);
    assertThat(arrival.is(Arrival.SPATIAL_SWITCH)).isTrue();
    next();
    read(reader, of("1 1 | 000001 | 0000000000000011"), FRAME);
    assertThat(arrival.is(Arrival.SPATIAL_SWITCH)).isFalse();
    read(reader, of("1 1 | 000011 | 0000000000000100"), FRAME);
    assertThat(arrival.spatial).isEqualTo(1);
    assertThat(arrival.is(Arrival.SPATIAL_SWITCH)).isFalse();
    next();
    read(reader, of("1 1 | 000000 | 0000000000000101"), KEYFRAME);
    read(reader, of("1 1 | 000010 | 0000000000000110"), FRAME);
    assertThat(arrival.is(Arrival.SPATIAL_SWITCH)).isTrue();
  }

  /// Another temporal unit.
  private void next() {
    arrival.timestamp += 3000;
  }

  @Test
  void withoutTheStructureAv1TellsItsLayersItself() {
    FrameReader reader = new FrameReader(Codec.AV1);
    // A frame with an extension header: temporal 2, spatial 1.
    read(reader, of("1 1 | 000010 | 0000000000000010"), "10 34 48 00");
    assertThat(arrival.temporal).isEqualTo(2);
    assertThat(arrival.spatial).isEqualTo(1);
    assertThat(arrival.height).isZero();
  }

  @Test
  void aKeyframeOfVp9TellsTheHeightsOfItsLayers() {
    FrameReader reader = new FrameReader(Codec.VP9);
    // I, L, B, E, V; picture 1 of 15 bits; layer 0; two layers with sizes, 640 × 360 and 1280 ×
    // 720.
    read(reader, "AE 8001 00 00 30 0280 0168 0500 02D0 FF");
    assertThat(arrival.is(Arrival.KEYFRAME)).isTrue();
    assertThat(arrival.height).isEqualTo(360);
    // The same picture's layer 1, in two packets.
    read(reader, "A8 8001 03 00 FF");
    assertThat(arrival.spatial).isEqualTo(1);
    assertThat(arrival.height).isEqualTo(720);
    read(reader, "A4 8001 03 00 FF");
    assertThat(arrival.height).isZero();
    // Another stream under the same name.
    reader.reset();
    read(reader, "E8 8002 02 01 FF");
    assertThat(arrival.height).isZero();
  }

  private void read(FrameReader reader, String payload) {
    read(reader, "", payload);
  }

  /// @param descriptor as hexadecimal digits, empty = none
  private void read(FrameReader reader, String descriptor, String payload) {
    int length = descriptor.length() / 2;
    // RFC 8285 §4.3: elements with two bytes before each, padded to words.
    String extension =
        descriptor.isEmpty()
            ? ""
            : "1000%04X%02X%02X%s%s"
                .formatted(
                    (length + 5) / 4, ID, length, descriptor, "00".repeat(-(length + 2) & 3));
    String first = descriptor.isEmpty() ? "80" : "90";
    byte[] bytes =
        HexFormat.of()
            .parseHex(first + "600001000000000000000A" + extension + payload.replace(" ", ""));
    RtpPacket packet = new RtpPacket();
    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    arrival.clear();
    arrival.bytes = bytes;
    arrival.payload = packet.payloadOffset();
    arrival.payloadLength = packet.payloadLength();
    assertThat(reader.read(packet, arrival, ID)).isTrue();
  }

  /// Bits as text, filled up to whole bytes, as hexadecimal digits. What is behind `;` is a
  /// comment.
  private static String of(String text) {
    StringBuilder bits = new StringBuilder();
    text.lines().forEach(line -> bits.append(line.replaceAll(";.*|[^01]", "")));
    bits.append("0".repeat(-bits.length() & 7));
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < bits.length(); i += 8) {
      digits.append("%02X".formatted(Integer.parseInt(bits.substring(i, i + 8), 2)));
    }
    return digits.toString();
  }

  private static final int ID = 12;

  /// N, W 1: a sequence header of 1280 × 720.
  private static final String KEYFRAME = "18 08 00 00 00 25 4C FF B3 C0";

  /// W 1: a frame without an extension header, which does not tell its layer.
  private static final String FRAME = "10 30 00";

  /// Z, W 1: goes on in an OBU.
  private static final String CONTINUED = "90 30 00";

  /// AV1 RTP payload format 1.0, appendix A.8: `dependency_descriptor()` of a keyframe's first
  /// packet, L2T1 with resolutions.
  private static final String TWO_LAYERS =
      of(
          """
          1 0 000000 0000000000000001  ; start, not end, template 0, frame 1
          1 0 0 0 0                    ; a structure, no active targets, nothing custom
          000000 00001                 ; template_id_offset 0, dt_cnt_minus_one 1
          00 10 00 11                  ; next_layer_idc: two templates of layer 0, two of layer 1
          10 10  10 11  00 10  00 11   ; dtis SS, SR, -S, -R
          0                            ; fdiffs of template 0: none
          1 0001 0                     ; of 1: two frames back
          1 0000 0                     ; of 2: one
          1 0001 1 0000 0              ; of 3: two and one
          11                           ; chain_cnt 2 as ns(3)
          0 1                          ; decode_target_protected_by, ns(2) each
          0000 0000  0010 0001  0001 0001  0001 0001
          1                            ; resolutions_present_flag
          0000001001111111 0000000101100111  ; 640 × 360, each less one
          0000010011111111 0000001011001111  ; 1280 × 720
          """);

  /// L1T3 without resolutions: its template ids begin at 60.
  private static final String THREE_TEMPORAL_LAYERS =
      of(
          """
          1 1 111100 0000000000000001  ; start, end, template 60, frame 1
          1 0 0 0 0
          111100 00010                 ; template_id_offset 60, dt_cnt_minus_one 2
          01 01 11                     ; next_layer_idc: a template of each temporal layer
          10 10 10  00 01 10  00 00 01 ; dtis SSS, -DS, --D
          1 0011 0  1 0001 0  1 0000 0 ; fdiffs 4, 2, 1
          00                           ; chain_cnt 0 as ns(4)
          0                            ; resolutions_present_flag
          """);
}
