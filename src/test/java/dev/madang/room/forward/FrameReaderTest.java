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

  private void read(FrameReader reader, String payload) {
    byte[] bytes = HexFormat.of().parseHex("80600001000000000000000A" + payload.replace(" ", ""));
    RtpPacket packet = new RtpPacket();
    assertThat(packet.read(bytes, 0, bytes.length)).isTrue();
    arrival.clear();
    arrival.bytes = bytes;
    arrival.payload = packet.payloadOffset();
    arrival.payloadLength = packet.payloadLength();
    assertThat(reader.read(packet, arrival, 0)).isTrue();
  }
}
