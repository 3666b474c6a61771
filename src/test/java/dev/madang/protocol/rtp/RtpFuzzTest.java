package dev.madang.protocol.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RtpFuzzTest {
  private final RtpPacket packet = new RtpPacket();
  private final Red red = new Red();

  @Test
  void readsAnyBytesAsAPacketOrSaysThatTheyAreNone() {
    Fuzz.each(300, this::readRtp);
  }

  private void readRtp(Seed seed) {
    RandomGenerator random = seed.random();
    for (int i = 0; i < 100; i++) {
      byte[] bytes = Fuzz.mutate(rtp(random), random);
      int offset = random.nextInt(4);
      byte[] shifted = shift(bytes, offset, random.nextInt(4));
      if (!packet.read(shifted, offset, bytes.length)) {
        continue;
      }
      assertThat(packet.headerLength()).isBetween(12, bytes.length);
      assertThat(packet.payloadLength()).isBetween(0, bytes.length - packet.headerLength());
      for (int id = 1; id < RtpPacket.MAX_EXTENSIONS; id++) {
        int at = packet.extensionOffset(id);
        if (at >= 0) {
          assertThat(at).isBetween(offset + 16, packet.payloadOffset());
          assertThat(at + packet.extensionLength(id)).isLessThanOrEqualTo(packet.payloadOffset());
        }
        packet.extensionByte(id);
        packet.extension24(id);
        packet.extensionText(id);
      }
      red.read(shifted, packet.payloadOffset(), packet.payloadLength(), 63);
      for (int block = 0; block < red.blocks(); block++) {
        assertThat(red.offset(block)).isGreaterThan(packet.payloadOffset());
        assertThat(red.offset(block) + red.length(block))
            .isLessThanOrEqualTo(packet.payloadOffset() + packet.payloadLength());
      }
      byte[] copy = new byte[bytes.length + 2];
      int length = Rtx.wrap(packet, 5, 97, 9, copy, 0);
      assertThat(packet.read(copy, 0, length)).isTrue();
      assertThat(Rtx.unwrap(packet, 4, 96)).isTrue();
      Rtx.unwrap(packet, 4, 96);
    }
  }

  @Test
  void walksAnyBytesAsRtcpAndEndsAtTheFirstLie() {
    Fuzz.each(300, RtpFuzzTest::readRtcp);
  }

  private static void readRtcp(Seed seed) {
    RandomGenerator random = seed.random();
    for (int i = 0; i < 50; i++) {
      byte[] whole = rtcp(random);
      assertThat(RtcpLog.of(whole)).doesNotContain("lie");
      byte[] bytes = Fuzz.mutate(whole, random);
      int offset = random.nextInt(4);
      List<String> lines = RtcpLog.of(shift(bytes, offset, 0), offset, bytes.length);
      assertThat(lines.size()).isLessThan(bytes.length + 8 + RtcpReader.MAX_STATUSES);
      // A feedback that was begun was told to its end.
      assertThat(lines.stream().filter(line -> line.startsWith("twcc")).count())
          .isEqualTo(lines.stream().filter(line -> line.equals("end")).count());
    }
  }

  static byte[] rtp(RandomGenerator random) {
    byte[] out = new byte[400];
    RtpHeaderWriter writer = new RtpHeaderWriter();
    writer.begin(out, 0, 96, random.nextBoolean(), random.nextInt(), random.nextInt(), 7);
    for (int i = random.nextInt(5); i > 0; i--) {
      writer.bytes(random.nextInt(1, 20), new byte[random.nextInt(20)]);
    }
    int length = writer.end();
    ByteWriter bytes = new ByteWriter().bytes(out, 0, length);
    if (random.nextBoolean()) {
      bytes.u8(0xEF).u8(0).u16(3).u8(0x6F).bytes(new byte[random.nextInt(3, 9)]);
    }
    byte[] payload = new byte[random.nextInt(20)];
    random.nextBytes(payload);
    return bytes.bytes(payload).toArray();
  }

  static byte[] rtcp(RandomGenerator random) {
    byte[] out = new byte[4000];
    RtcpWriter writer = new RtcpWriter();
    writer.begin(out, 0, out.length);
    List<Runnable> makers = new ArrayList<>();
    makers.add(() -> writer.senderReport(1, random.nextLong(), 3, 4, 5));
    makers.add(() -> writer.receiverReport(1));
    makers.add(() -> writer.reportBlock(2, 3, 4, 5, 6, 7, 8));
    makers.add(() -> writer.canonicalName(1, new byte[random.nextInt(20)]));
    makers.add(() -> writer.bye(1));
    makers.add(() -> writer.nack(1, 2, new int[] {5, 6, 90, 300}, 0, 4));
    makers.add(() -> writer.pictureLoss(1, 2));
    makers.add(() -> writer.fullIntra(1, 2, 3));
    makers.add(() -> writer.receiverEstimate(1, random.nextInt(1 << 30), new int[3], 3));
    makers.add(() -> writer.receiverReferenceTime(1, random.nextLong()));
    makers.add(() -> writer.delaySinceReference(1, 2, 3, 4));
    makers.add(() -> feedback(writer, random));
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      makers.get(random.nextInt(makers.size())).run();
    }
    if (writer.length() == 0) {
      writer.bye(1);
    }
    return new ByteWriter().bytes(out, 0, writer.length()).toArray();
  }

  private static void feedback(RtcpWriter writer, RandomGenerator random) {
    long[] arrivals = new long[random.nextInt(1, 60)];
    for (int i = 0; i < arrivals.length; i++) {
      arrivals[i] =
          random.nextInt(3) == 0 ? RtcpWriter.NOT_RECEIVED : 1000 + i * 100L + random.nextInt(300);
    }
    writer.transportFeedback(1, 2, 3, 4, arrivals, 0, arrivals.length);
  }

  private static byte[] shift(byte[] bytes, int offset, int behind) {
    byte[] shifted = new byte[bytes.length + offset + behind];
    System.arraycopy(bytes, 0, shifted, offset, bytes.length);
    return shifted;
  }
}
