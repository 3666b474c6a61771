package dev.madang.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LullTest {
  private final Lull lull = new Lull();
  private long now = 1_000_000_000;

  @Test
  void readsAtOnceWhileWakeUpsAreFarApart() {
    for (int i = 0; i < 1000; i++) {
      assertThat(wake(1_000_000, 8, 8)).isZero();
    }
  }

  @Test
  void waitsWhileThatSavesTripsAndStopsWhenItDoesNot() {
    assertThat(wakesUntilItWaits()).isBetween(16, 18);
    for (int i = 0; i < 100; i++) {
      assertThat(wake(200_000, 8, 1)).isPositive();
    }
    int turns = 0;
    while (wake(200_000, 1, 1) > 0) {
      turns++;
    }
    assertThat(turns).isLessThan(20);
  }

  @Test
  void doesNotWaitWhenItHasNoRest() {
    wakesUntilItWaits();
    lull.sent(8, 1);
    assertThat(lull.afterWake(now += 100_000, 500)).isZero();
  }

  @Test
  void triesLessAndLessOftenWhatDoesNotPay() {
    int before = wakesUntilItWaits();
    for (int i = 0; i < 5; i++) {
      while (wake(50_000, 5, 5) > 0) {
        // Until it gives up.
      }
      int now = wakesUntilItWaits();
      assertThat(now).isGreaterThan(before);
      before = now;
    }
  }

  private int wakesUntilItWaits() {
    int wakes = 1;
    while (wake(50_000, 1, 1) == 0) {
      wakes++;
    }
    return wakes - 1;
  }

  private long wake(long after, int datagrams, int trips) {
    now += after;
    long pause = lull.afterWake(now, after / 2);
    lull.sent(datagrams, trips);
    return pause;
  }
}
