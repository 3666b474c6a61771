package dev.madang.protocol.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: packets with their extensions, redundancy, reports.
class RtpTargets {
  @MethodSource("packets")
  @FuzzTest
  void rtp(byte[] bytes) {
    RtpPacket packet = new RtpPacket();
    if (!packet.read(bytes, 0, bytes.length)) {
      return;
    }
    assertThat(packet.headerLength()).isBetween(12, bytes.length);
    assertThat(packet.payloadLength()).isBetween(0, bytes.length - packet.headerLength());
    for (int id = 1; id < RtpPacket.MAX_EXTENSIONS; id++) {
      if (packet.extensionOffset(id) >= 0) {
        assertThat(packet.extensionOffset(id) + packet.extensionLength(id))
            .isLessThanOrEqualTo(packet.payloadOffset());
      }
      packet.extensionByte(id);
      packet.extension24(id);
      packet.extensionText(id);
    }
    byte[] copy = new byte[bytes.length + 2];
    int length = Rtx.wrap(packet, 5, 97, 9, copy, 0);
    assertThat(packet.read(copy, 0, length)).isTrue();
    assertThat(Rtx.unwrap(packet, 4, 96)).isTrue();
  }

  @FuzzTest
  void red(byte[] bytes) {
    Red red = new Red();
    if (red.read(bytes, 0, bytes.length, 63)) {
      for (int block = 0; block < red.blocks(); block++) {
        assertThat(red.offset(block) + red.length(block)).isLessThanOrEqualTo(bytes.length);
      }
    }
  }

  /** SR, RR, SDES, BYE, NACK, PLI, FIR, REMB, feedback of arrivals and XR: all in one walk. */
  @MethodSource("seeds")
  @FuzzTest
  void rtcp(byte[] bytes) {
    assertThat(RtcpLog.of(bytes).size()).isLessThan(bytes.length + 8 + RtcpReader.MAX_STATUSES);
  }

  static List<byte[]> seeds() {
    RandomGenerator random = new SplittableRandom(1);
    return Stream.generate(() -> RtpFuzzTest.rtcp(random)).limit(50).toList();
  }

  static List<byte[]> packets() {
    RandomGenerator random = new SplittableRandom(1);
    return Stream.generate(() -> RtpFuzzTest.rtp(random)).limit(20).toList();
  }
}
