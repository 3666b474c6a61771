package dev.madang.protocol.rtp;

import static dev.madang.protocol.rtp.RtpPacketTest.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class RtpHeaderWriterTest {
  private final RtpHeaderWriter writer = new RtpHeaderWriter();
  private final byte[] out = new byte[600];

  @Test
  void writesABareHeader() {
    writer.begin(out, 2, 111, true, 0x1234, 0x89ABCDEF, 0xCAFEBABE);

    assertThat(writer.end()).isEqualTo(12);
    assertThat(Arrays.copyOfRange(out, 2, 14)).isEqualTo(hex("80EF1234 89ABCDEF CAFEBABE"));
  }

  @Test
  void writesEveryElementInTheOneByteForm() {
    writer.begin(out, 0, 96, false, 1, 2, 3);
    writer.bytes(1, "0".getBytes(StandardCharsets.US_ASCII));
    writer.absoluteSendTime(2, 1_500_000_000L);
    writer.transportSequence(3, 0xABCD);
    writer.audioLevel(4, true, 42);
    writer.videoOrientation(5, 3);
    writer.playoutDelay(6, 1, 0xFFF);
    writer.absoluteCaptureTime(7, 0x0102030405060708L);

    int length = writer.end();
    assertThat(Arrays.copyOf(out, length))
        .isEqualTo(
            hex(
                "90600001 00000002 00000003 BEDE0007"
                    + " 1030 22060000 31ABCD 40AA 5003 62001FFF 770102030405060708 0000"));
  }

  @Test
  void leavesOutWhatWasNotAgreed() {
    ExtensionMap ids = ExtensionMap.NONE.with(HeaderExtension.MID, 4);
    writer.begin(out, 0, 96, false, 1, 2, 3);
    writer.transportSequence(ids.id(HeaderExtension.TRANSPORT_SEQUENCE), 7);
    writer.bytes(ids.id(HeaderExtension.RID), new byte[300]);

    assertThat(writer.end()).isEqualTo(12);
  }

  @Test
  void widensToTheTwoByteFormWhenAnElementNeedsIt() {
    byte[] descriptor = new byte[17];
    Arrays.fill(descriptor, (byte) 0x5A);
    writer.begin(out, 0, 96, false, 1, 2, 3);
    writer.transportSequence(3, 0xABCD);
    writer.octet(4, 0x99);
    writer.bytes(8, descriptor);
    writer.octet(20, 0x77);

    int length = writer.end();
    RtpPacket packet = new RtpPacket();
    assertThat(packet.read(out, 0, length)).isTrue();
    assertThat(out[12]).isEqualTo((byte) 0x10);
    assertThat(packet.extensionShort(3)).isEqualTo(0xABCD);
    assertThat(packet.extensionByte(4)).isEqualTo(0x99);
    assertThat(packet.extensionIs(8, descriptor)).isTrue();
    assertThat(packet.extensionByte(20)).isEqualTo(0x77);
    assertThat(packet.payloadLength()).isZero();
  }

  @Test
  void copiesAnElementOfAPacketThatCameIn() {
    byte[] in = RtpPacketTest.header("BEDE 0002 52 112233 10AA0000", "");
    RtpPacket packet = new RtpPacket();
    packet.read(in, 0, in.length);
    writer.begin(out, 0, 96, false, 1, 2, 3);
    writer.copy(9, packet, 5);
    writer.copy(10, packet, 6);
    writer.copy(0, packet, 1);

    assertThat(Arrays.copyOfRange(out, 12, writer.end())).isEqualTo(hex("BEDE0001 92112233"));
  }

  @Test
  void sendTimeIsSixBitsOfSecondsAndEighteenOfFraction() {
    assertThat(RtpHeaderWriter.absoluteSendTime(0)).isZero();
    assertThat(RtpHeaderWriter.absoluteSendTime(1_000_000_000L)).isEqualTo(1 << 18);
    assertThat(RtpHeaderWriter.absoluteSendTime(63_999_999_999L)).isEqualTo(0xFF_FFFF);
    assertThat(RtpHeaderWriter.absoluteSendTime(64_000_000_000L)).isZero();
    assertThat(RtpHeaderWriter.absoluteSendTime(-1)).isEqualTo(0xFF_FFFF);
  }

  @Test
  void refusesAnElementThatNoFormHolds() {
    writer.begin(out, 0, 96, false, 1, 2, 3);
    assertThatThrownBy(() -> writer.bytes(1, new byte[256]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.octet(256, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void padsAPacketToAnyLength() {
    for (int padding : new int[] {0, 1, 2, 255}) {
      Arrays.fill(out, (byte) 0x55);
      writer.begin(out, 3, 96, false, 1, 2, 3);
      int length = RtpHeaderWriter.pad(out, 3, writer.end() + 5, padding);

      RtpPacket packet = new RtpPacket();
      assertThat(packet.read(out, 3, length)).isTrue();
      assertThat(packet.payloadLength()).isEqualTo(5);
      assertThat(packet.paddingLength()).isEqualTo(padding);
    }
    assertThatThrownBy(() -> RtpHeaderWriter.pad(out, 0, 12, 256))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @RepeatedTest(200)
  void whatIsWrittenIsRead(Seed seed) {
    RandomGenerator random = seed.random();
    byte[][] elements = new byte[RtpPacket.MAX_EXTENSIONS][];
    int at = random.nextInt(40);
    writer.begin(out, at, 96, random.nextBoolean(), 1, 2, 3);
    for (int i = random.nextInt(8); i > 0; i--) {
      int id = random.nextInt(1, random.nextInt(4) == 0 ? RtpPacket.MAX_EXTENSIONS : 15);
      if (elements[id] == null && id != 15) {
        elements[id] = new byte[random.nextInt(random.nextInt(4) == 0 ? 60 : 16)];
        random.nextBytes(elements[id]);
        writer.bytes(id, elements[id]);
      }
    }
    int length = writer.end();

    RtpPacket packet = new RtpPacket();
    assertThat(packet.read(out, at, length)).isTrue();
    assertThat(packet.headerLength()).isEqualTo(length);
    for (int id = 1; id < elements.length; id++) {
      assertThat(packet.hasExtension(id)).isEqualTo(elements[id] != null);
      assertThat(elements[id] == null || packet.extensionIs(id, elements[id])).isTrue();
    }
  }

  @Test
  void aMapKnowsBothWays() {
    ExtensionMap map =
        ExtensionMap.NONE
            .with(HeaderExtension.MID, 1)
            .with(HeaderExtension.RID, 2)
            .with(HeaderExtension.AUDIO_LEVEL, 1)
            .with(HeaderExtension.RID, 31);

    assertThat(map.id(HeaderExtension.MID)).isZero();
    assertThat(map.has(HeaderExtension.MID)).isFalse();
    assertThat(map.of(1)).isEqualTo(HeaderExtension.AUDIO_LEVEL);
    assertThat(map.of(2)).isNull();
    assertThat(map.of(31)).isEqualTo(HeaderExtension.RID);
    assertThat(map.of(-1)).isNull();
    assertThat(map.of(99)).isNull();
    assertThat(map)
        .isEqualTo(
            ExtensionMap.NONE.with(HeaderExtension.RID, 31).with(HeaderExtension.AUDIO_LEVEL, 1));
    for (int id : new int[] {-1, 0, 15, 32}) {
      assertThatThrownBy(() -> ExtensionMap.NONE.with(HeaderExtension.MID, id))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(HeaderExtension.of("urn:ietf:params:rtp-hdrext:sdes:mid"))
        .isEqualTo(HeaderExtension.MID);
    assertThat(HeaderExtension.of("urn:nothing")).isNull();
  }
}
