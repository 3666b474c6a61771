package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendLogTest {
  private static final long SECOND = 1_000_000_000L;
  private final SendLog log = new SendLog();

  @Test
  void findsWhatWasSentAroundTheWrapOfItsNumbers() {
    int sequence = 0;
    for (int i = 0; i < 70_000; i++) {
      sequence = log.sent(i % 1000 + 1, i % 7, i * 1_000_000L);
    }
    assertThat(sequence).isEqualTo(69_999 & 0xFFFF);
    for (int back = 0; back < 2000; back++) {
      long number = log.find(sequence - back & 0xFFFF);
      int i = 69_999 - back;
      assertThat(number).isEqualTo(i);
      assertThat(log.bytes(number)).isEqualTo(i % 1000 + 1);
      assertThat(log.probe(number)).isEqualTo(i % 7);
      assertThat(log.time(number)).isEqualTo(i * 1_000_000L);
    }
  }

  @Test
  void knowsNothingOfWhatWasNeverSentOrIsForgotten() {
    assertThat(log.find(0)).isEqualTo(-1);
    log.sent(100, 0, 0);
    assertThat(log.find(1)).isEqualTo(-1);
    assertThat(log.find(40_000)).isEqualTo(-1);
    log.expire(4 * SECOND);
    assertThat(log.find(0)).isEqualTo(-1);
    assertThat(log.inFlight()).isZero();
  }

  @Test
  void knowsOfWhatLeftLaterThanItWasNoted() {
    int before = log.sent(100, 0, 10);
    int first = log.sent(100, 0, 20);
    int last = log.sent(100, 0, 20);
    log.left(20, 50);
    assertThat(log.time(log.find(before))).isEqualTo(10);
    assertThat(log.time(log.find(first))).isEqualTo(50);
    assertThat(log.time(log.find(last))).isEqualTo(50);
  }

  @Test
  void countsWhatIsInFlight() {
    int a = log.sent(100, 0, 0);
    int b = log.sent(200, 0, 0);
    log.sent(300, 0, 0);
    assertThat(log.inFlight()).isEqualTo(600);
    log.arrived(log.find(a));
    log.lost(log.find(b));
    log.lost(log.find(b));
    assertThat(log.inFlight()).isEqualTo(300);
    assertThat(log.pending(log.find(b))).isTrue();
    log.arrived(log.find(b));
    assertThat(log.pending(log.find(b))).isFalse();
    assertThat(log.inFlight()).isEqualTo(300);
  }

  @Test
  void isBoundedHoweverMuchIsSent() {
    for (int i = 0; i < 100_000; i++) {
      log.sent(1000, 0, i);
    }
    assertThat(log.inFlight()).isEqualTo(8192 * 1000L);
    assertThat(log.find(100_000 - 8193 & 0xFFFF)).isEqualTo(-1);
  }
}
