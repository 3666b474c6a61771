package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtpPacketTest.header;
import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RtxTest {
  private final RtpPacket packet = new RtpPacket();

  @Test
  void wrapsTheSequenceNumberBeforeThePayload() {
    byte[] bytes = header("BEDE 0001 10B00000", "AABBCC");
    packet.read(bytes, 0, bytes.length);
    packet.marker(true);
    byte[] out = new byte[64];

    int length = Rtx.wrap(packet, 0x55667788, 97, 0x0909, out, 1);
    assertThat(Arrays.copyOfRange(out, 1, 1 + length))
        .isEqualTo(hex("90E10909 00000002 55667788 BEDE000110B00000 0001 AABBCC"));
  }

  @Test
  void unwrapsInPlaceWhatWasWrapped() {
    byte[] bytes = header("BEDE 0001 10B00000", "AABBCC");
    packet.read(bytes, 0, bytes.length);
    byte[] out = new byte[64];
    int length = Rtx.wrap(packet, 0x55667788, 97, 0x0909, out, 5);
    RtpPacket rtx = new RtpPacket();

    assertThat(rtx.read(out, 5, length)).isTrue();
    assertThat(Rtx.unwrap(rtx, 3, 96)).isTrue();
    assertThat(rtx.offset()).isEqualTo(7);
    assertThat(Arrays.copyOfRange(out, rtx.offset(), rtx.offset() + rtx.length())).isEqualTo(bytes);
    assertThat(rtx.extensionByte(1)).isEqualTo(0xB0);
    assertThat(rtx.sequence()).isEqualTo(1);
  }

  @Test
  void leavesOutThePaddingOfWhatItRepeats() {
    byte[] bytes = hex("A0600001 00000002 00000003 AABB 000003");
    packet.read(bytes, 0, bytes.length);
    byte[] out = new byte[64];

    int length = Rtx.wrap(packet, 4, 97, 9, out, 0);
    assertThat(Arrays.copyOf(out, length)).isEqualTo(hex("80610009 00000002 00000004 0001 AABB"));
  }

  /** Bad input 44; browsers probe with such packets. */
  @Test
  void refusesARetransmissionWithoutRoomForTheNumber() {
    for (String bytes :
        new String[] {
          "80610009 00000002 00000004",
          "80610009 00000002 00000004 AA",
          "A0610009 00000002 00000004 AA000003",
          "A0610009 00000002 00000004 00000004"
        }) {
      byte[] probe = hex(bytes);
      assertThat(packet.read(probe, 0, probe.length)).isTrue();
      assertThat(Rtx.unwrap(packet, 3, 96)).isFalse();
      assertThat(probe).isEqualTo(hex(bytes));
    }
  }

  @Test
  void unwrapsAnEmptyPacket() {
    byte[] bytes = hex("80610009 00000002 00000004 1234");
    packet.read(bytes, 0, bytes.length);

    assertThat(Rtx.unwrap(packet, 3, 96)).isTrue();
    assertThat(packet.payloadLength()).isZero();
    assertThat(packet.sequence()).isEqualTo(0x1234);
    assertThat(packet.payloadType()).isEqualTo(96);
    assertThat(packet.ssrc()).isEqualTo(3);
  }
}
