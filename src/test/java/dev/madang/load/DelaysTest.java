package dev.madang.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DelaysTest {
  @Test
  void sharesAreRightToWithinThreePercent() {
    SplittableRandom random = new SplittableRandom(1);
    long[] nanos = new long[10_000];
    Delays delays = new Delays();
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = (long) Math.exp(random.nextDouble() * 24);
      delays.add(nanos[i]);
    }
    Arrays.sort(nanos);
    for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
      double exact = nanos[(int) Math.ceil(share * nanos.length) - 1];
      assertThat((double) delays.at(share)).isCloseTo(exact, within(1 + exact * 0.032));
    }
  }

  @Test
  void twoAreJoined() {
    Delays one = new Delays();
    Delays other = new Delays();
    one.add(10);
    other.add(20);
    other.add(-5);
    one.add(other);
    assertThat(one.count()).isEqualTo(3);
    assertThat(one.at(0.3)).isZero();
    assertThat(one.at(0.6)).isEqualTo(10);
    assertThat(one.at(1)).isEqualTo(20);
    assertThat(new Delays().at(0.5)).isZero();
  }
}
