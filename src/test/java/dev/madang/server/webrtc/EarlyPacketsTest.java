package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyPacketsTest {
  private final EarlyPackets early = new EarlyPackets();

  @Test
  void giveBackWhatCameInOrderWithTheTimesItCame() {
    List<Long> times = new ArrayList<>();
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] bytes = TransportTest.rtp(i, 100 + i);
      byte[] lent = Arrays.copyOf(bytes, 300);
      assertThat(early.keep(lent, 0, bytes.length, i)).isTrue();
      Arrays.fill(lent, (byte) 7);
    }
    early.giveTo((bytes, offset, length, arrived) -> {
      packets.add(Arrays.copyOfRange(bytes, offset, offset + length));
      times.add(arrived);
    });
    for (int i = 0; i < 20; i++) {
      assertThat(packets.get(i)).isEqualTo(TransportTest.rtp(i, 100 + i));
      assertThat(times.get(i)).isEqualTo(i);
    }
    early.giveTo((_, _, _, _) -> packets.clear());
    assertThat(packets).hasSize(20);
  }

  @Test
  void areNoMoreThanAFewHundredKilobytes() {
    int kept = 0;
    byte[] bytes = TransportTest.rtp(1, 1200);
    while (early.keep(bytes, 0, bytes.length, 0)) {
      kept++;
    }
    assertThat(kept).isBetween(100, 200);
  }
}
