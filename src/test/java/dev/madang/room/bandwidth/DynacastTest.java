package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DynacastTest {
  private static final long SECOND = 1_000_000_000L;
  private final Dynacast dynacast = new Dynacast(2);

  @Test
  void asksForMoreAtOnce() {
    dynacast.moved(Dynacast.NOTHING, 0, 0);
    assertThat(dynacast.tick(10 * SECOND)).isTrue();
    assertThat(dynacast.asked()).isZero();
    assertThat(dynacast.moved(0, 1, 11 * SECOND)).isTrue();
    assertThat(dynacast.asked()).isEqualTo(1);
  }

  @Test
  void asksForLessAfterAWhile() {
    dynacast.moved(Dynacast.NOTHING, 2, 0);
    assertThat(dynacast.moved(2, 1, SECOND)).isFalse();
    assertThat(dynacast.deadline()).isEqualTo(6 * SECOND);
    assertThat(dynacast.tick(6 * SECOND - 1)).isFalse();
    assertThat(dynacast.tick(6 * SECOND)).isTrue();
    assertThat(dynacast.asked()).isEqualTo(1);
    assertThat(dynacast.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void forgetsTheWhileWhenSomebodyReturns() {
    dynacast.moved(Dynacast.NOTHING, 2, 0);
    dynacast.moved(2, 0, SECOND);
    dynacast.moved(0, 2, 3 * SECOND);
    assertThat(dynacast.deadline()).isEqualTo(Long.MAX_VALUE);
    dynacast.moved(2, 0, 4 * SECOND);
    assertThat(dynacast.tick(7 * SECOND)).isFalse();
    assertThat(dynacast.asked()).isEqualTo(2);
  }

  @Test
  void followsTheMostDemanding() {
    dynacast.moved(Dynacast.NOTHING, 2, 0);
    dynacast.moved(Dynacast.NOTHING, 2, 0);
    dynacast.moved(2, Dynacast.NOTHING, SECOND);
    assertThat(dynacast.tick(20 * SECOND)).isFalse();
    dynacast.moved(2, Dynacast.NOTHING, 20 * SECOND);
    assertThat(dynacast.tick(25 * SECOND)).isTrue();
    assertThat(dynacast.asked()).isEqualTo(Dynacast.NOTHING);
  }
}
