package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
  private static final long MILLI = 1_000_000;

  @Test
  void readsANetworkFromItsWords() {
    assertThat(Link.Settings.parse("loss=2%,rtt=80ms,jitter=5ms,rate=10mbit,reorder=1%,seed=7"))
        .isEqualTo(new Link.Settings(0.02, 80, 5, 10_000_000, 0.01, 7));
    assertThat(Link.Settings.parse("rtt=1s")).isEqualTo(new Link.Settings(0, 1000, 0, 0, 0, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "los=2%", "loss=200%", "loss=-1%", "loss=x", "rtt=80", "rate=fast", "loss"})
  void saysWhatIsNoNetwork(String words) {
    assertThatThrownBy(() -> Link.Settings.parse(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(".*`.*");
  }

  @Test
  void saysItselfInTheWordsThatItReads() {
    Link.Settings settings = new Link.Settings(0.02, 80, 5, 10_000_000, 0.01, 7);
    assertThat(Link.Settings.parse(settings.words())).isEqualTo(settings);
  }

  @Test
  void losesTheShareThatItWasTold() {
    Link link = new Link(Link.Settings.parse("loss=2%,seed=3"), 0);
    int lost = 0;
    for (int i = 0; i < 100_000; i++) {
      lost += link.passes(100, i) == Link.LOST ? 1 : 0;
    }
    assertThat(lost / 100_000.0).isCloseTo(0.02, within(0.002));
  }

  @Test
  void aPacketTravelsHalfARoundTripAndNeverOvertakes() {
    Link link = new Link(Link.Settings.parse("rtt=80ms,jitter=20ms"), 0);
    long before = 0;
    for (int i = 0; i < 10_000; i++) {
      long arrives = link.passes(100, i * MILLI);
      assertThat(arrives).isBetween(i * MILLI + 40 * MILLI, i * MILLI + 60 * MILLI);
      assertThat(arrives).isGreaterThanOrEqualTo(before);
      before = arrives;
    }
  }

  @Test
  void someOvertakeWhereTheyMay() {
    Link link = new Link(Link.Settings.parse("rtt=80ms,jitter=20ms,reorder=20%"), 0);
    long before = 0;
    int overtook = 0;
    for (int i = 0; i < 10_000; i++) {
      long arrives = link.passes(100, i * MILLI);
      overtook += arrives < before ? 1 : 0;
      before = Math.max(before, arrives);
    }
    assertThat(overtook).isBetween(500, 4000);
  }

  @Test
  void aLineTakesItsTimeAndKeepsAFifthOfASecond() {
    Link link = new Link(Link.Settings.parse("rate=10mbit"), 0);
    long last = 0;
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      long arrives = link.passes(1250, 0);
      if (arrives != Link.LOST) {
        taken++;
        last = arrives;
      }
    }
    // 1250 bytes at 10 Mb/s are a millisecond.
    assertThat(taken).isEqualTo(201);
    assertThat(last).isEqualTo(201 * MILLI);
  }

  @Test
  void theSameSeedMakesTheSameNetworkAndEachDirectionHasItsOwn() {
    Link.Settings settings = Link.Settings.parse("loss=10%,jitter=5ms,seed=9");
    Link one = new Link(settings, 0);
    Link same = new Link(settings, 0);
    Link back = new Link(settings, 1);
    int differs = 0;
    for (int i = 0; i < 1000; i++) {
      long arrives = one.passes(100, i * MILLI);
      assertThat(same.passes(100, i * MILLI)).isEqualTo(arrives);
      differs += back.passes(100, i * MILLI) == arrives ? 0 : 1;
    }
    assertThat(differs).isGreaterThan(500);
  }
}
