package dev.madang.protocol.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceiverStatisticsTest {
  private static final long MS = 1_000_000L;
  private final ReceiverStatistics statistics = new ReceiverStatistics(7, 90_000);

  @Test
  void countsLossOfTheIntervalAndOfTheWhole() {
    for (int i = 0; i < 100; i++) {
      if (i % 4 != 3) {
        statistics.received(0xFFF0 + i & 0xFFFF, i * 900, i * 10L * MS);
      }
    }
    // The last one received is the 99th.
    assertThat(statistics.expected()).isEqualTo(99);
    assertThat(statistics.lost()).isEqualTo(24);
    assertThat(report(1000 * MS)).containsExactly("rr 1", "block 1 7 62 24 65618 0 0 0");

    for (int i = 99; i < 199; i++) {
      statistics.received(0xFFF0 + i & 0xFFFF, i * 900, i * 10L * MS);
    }
    assertThat(report(2000 * MS)).containsExactly("rr 1", "block 1 7 0 24 65718 0 0 0");
  }

  @Test
  void duplicatesMakeTheLossNegative() {
    for (int i = 0; i < 10; i++) {
      statistics.received(5, 0, 0);
    }
    assertThat(statistics.lost()).isEqualTo(-9);
    assertThat(report(0)).containsExactly("rr 1", "block 1 7 0 -9 5 0 0 0");
  }

  /** RFC 3550 A.8: each step moves the estimate a sixteenth of the way. */
  @Test
  void jitterFollowsTheVariationOfTransit() {
    statistics.received(1, 0, 0);
    statistics.received(2, 900, 10 * MS);
    assertThat(statistics.jitter()).isZero();
    statistics.received(3, 1800, 30 * MS);
    assertThat(statistics.jitter()).isEqualTo(900 / 16);
    for (int i = 4; i < 400; i++) {
      statistics.received(i, i * 900, i * 10L * MS + (i % 2) * 5L * MS);
    }
    assertThat(statistics.jitter()).isBetween(440, 450);
  }

  @Test
  void jitterKeepsItsHeadOverAWrappedTimestampAndAStrangeOne() {
    statistics.received(1, -900, 0);
    statistics.received(2, 0, 10 * MS);
    assertThat(statistics.jitter()).isZero();
    statistics.received(3, Integer.MAX_VALUE, 20 * MS);
    statistics.received(4, Integer.MIN_VALUE, 30 * MS);
    assertThat(statistics.jitter()).isLessThan(100_000);
  }

  @Test
  void echoesTheLastSenderReport() {
    statistics.received(1, 0, 0);
    statistics.senderReport(0x0102030405060708L, 5000 * MS);

    assertThat(report(5500 * MS))
        .containsExactly("rr 1", "block 1 7 0 0 1 0 " + 0x03040506 + " 32768");
  }

  @Test
  void tellsNothingBeforeTheFirstPacket() {
    assertThat(report(0)).containsExactly("rr 1");
    assertThat(statistics.expected()).isZero();
  }

  /** Bad input 43: one packet far off changes nothing, two in a row are a restart. */
  @Test
  void believesAJumpOnlyWhenTheNextPacketAgrees() {
    for (int i = 0; i < 10; i++) {
      assertThat(statistics.received(i, 0, 0)).isTrue();
    }
    assertThat(statistics.received(32768 + 9, 0, 0)).isFalse();
    assertThat(statistics.received(10, 0, 0)).isTrue();
    assertThat(statistics.received(40_000, 0, 0)).isFalse();
    assertThat(statistics.received(50_000, 0, 0)).isFalse();
    assertThat(statistics.expected()).isEqualTo(11);
    assertThat(statistics.lost()).isZero();

    assertThat(statistics.received(50_001, 0, 0)).isTrue();
    assertThat(statistics.expected()).isEqualTo(1);
    assertThat(statistics.extendedHighest()).isEqualTo(50_001);
  }

  private List<String> report(long now) {
    byte[] out = new byte[100];
    RtcpWriter writer = new RtcpWriter();
    writer.begin(out, 0, 100);
    writer.receiverReport(1);
    statistics.report(writer, now);
    return RtcpLog.of(Arrays.copyOf(out, writer.length()));
  }
}
