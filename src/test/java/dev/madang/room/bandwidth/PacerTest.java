package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long MS = 1_000_000L;

  @Test
  void spreadsABurstInGroups() {
    Pacer pacer = new Pacer(2_000_000, 0);
    for (int i = 0; i < 50; i++) {
      assertThat(pacer.add(i, 1250, 0)).isTrue();
    }
    long now = 0;
    long item = 0;
    int groups = 0;
    while (pacer.queued() > 0) {
      now = Math.max(now, pacer.deadline());
      int group = 0;
      while (pacer.ready(now)) {
        assertThat(pacer.take(now)).isEqualTo(item++);
        group++;
      }
      assertThat(group).isBetween(1, 2);
      groups++;
    }
    // 62.5 kB at 2 Mb/s are 250 ms.
    assertThat(now).isBetween(235 * MS, 255 * MS);
    assertThat(groups).isGreaterThan(40);
    assertThat(pacer.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void letsASingleOneGoAtOnce() {
    Pacer pacer = new Pacer(500_000, 0);
    pacer.add(7, 1200, 40 * MS);
    assertThat(pacer.deadline() - 40 * MS).isLessThanOrEqualTo(0);
    assertThat(pacer.ready(40 * MS)).isTrue();
    assertThat(pacer.take(40 * MS)).isEqualTo(7);
  }

  @Test
  void isBoundedAndForgetsWhatIsOld() {
    Pacer pacer = new Pacer(100_000, 0);
    int taken = 0;
    while (pacer.add(taken, 1200, 0)) {
      taken++;
    }
    assertThat(pacer.queued()).isLessThanOrEqualTo(128 * 1024);
    assertThat(pacer.dropped()).isEqualTo(1);
    assertThat(pacer.ready(2_000 * MS)).isFalse();
    assertThat(pacer.queued()).isZero();
    assertThat(pacer.dropped()).isEqualTo(1 + taken);
  }

  @Test
  void takesNoMoreThanItsNumberOfSmallItems() {
    Pacer pacer = new Pacer(50_000_000, 0);
    for (int i = 0; i < 512; i++) {
      assertThat(pacer.add(i, 1, 0)).isTrue();
    }
    assertThat(pacer.add(512, 1, 0)).isFalse();
  }
}
