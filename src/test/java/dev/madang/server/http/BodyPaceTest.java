package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyPaceTest {
  private static final HttpDoor.Limits LIMITS = HttpDoor.Limits.defaults();
  private static final long SECOND = 1_000_000_000L;
  private final BodyPace pace = new BodyPace();

  @Test
  void aBodyThatComesAtTheRateIsNeverTooSlow() {
    pace.start(0, LIMITS);
    for (int second = 1; second <= 10_000; second++) {
      assertThat(pace.tooSlow(second * SECOND)).isFalse();
      pace.took(LIMITS.bodyRate(), second * SECOND, LIMITS);
    }
  }

  @Test
  void aBodyThatComesSlowerEndsWhenItsTimeoutIsUsedUp() {
    pace.start(0, LIMITS);
    long second = 0;
    while (!pace.tooSlow(++second * SECOND)) {
      pace.took(LIMITS.bodyRate() / 2, second * SECOND, LIMITS);
    }
    assertThat(second).isEqualTo(20);
  }

  @Test
  void muchAtOnceBuysNoMoreThanOneTimeout() {
    pace.start(0, LIMITS);
    pace.took(990_000, SECOND, LIMITS);
    assertThat(pace.tooSlow(11 * SECOND)).isFalse();
    assertThat(pace.tooSlow(11 * SECOND + 1)).isTrue();
  }
}
