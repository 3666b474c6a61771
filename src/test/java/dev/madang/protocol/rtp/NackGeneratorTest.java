package dev.madang.protocol.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class NackGeneratorTest implements NackGenerator.Output {
  private static final long MS = 1_000_000L;

  private final List<String> said = new ArrayList<>();
  private final NackGenerator nacks = new NackGenerator(this, 100, 5);

  @Override
  public void nack(int[] sequences, int count) {
    said.add(Arrays.toString(Arrays.copyOf(sequences, count)));
  }

  @Override
  public void keyframe() {
    said.add("keyframe");
  }

  @Test
  void asksForTheGapOverTheEdgeOnceReorderingIsUnlikely() {
    nacks.received(65534, 0);
    nacks.received(2, 0);
    nacks.tick(4 * MS);
    assertThat(said).isEmpty();
    assertThat(nacks.deadline()).isEqualTo(5 * MS);

    nacks.tick(5 * MS);
    assertThat(said).containsExactly("[65535, 0, 1]");
    assertThat(nacks.deadline()).isEqualTo(105 * MS);
  }

  @Test
  void doesNotAskForWhatWasOnlyOvertaken() {
    nacks.received(1, 0);
    nacks.received(4, 0);
    assertThat(nacks.received(2, MS)).isTrue();
    assertThat(nacks.received(2, MS)).isFalse();
    nacks.tick(5 * MS);

    assertThat(said).containsExactly("[3]");
    assertThat(nacks.received(3, 50 * MS)).isTrue();
    assertThat(nacks.outstanding()).isZero();
    assertThat(nacks.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void waitsARoundTripAndLongerEachTimeThenAsksForAKeyframeOnce() {
    nacks.roundTrip(40 * MS);
    nacks.received(1, 0);
    nacks.received(3, 0);
    List<Long> times = new ArrayList<>();
    for (long now = nacks.deadline(); now != Long.MAX_VALUE; now = nacks.deadline()) {
      nacks.tick(now);
      times.add(now);
    }
    assertThat(times)
        .containsExactly(5 * MS, 45 * MS, 95 * MS, 157_500_000L, 235_625_000L, 333_281_250L);
    assertThat(said).containsExactly("[2]", "[2]", "[2]", "[2]", "[2]", "keyframe");

    nacks.received(5, 400 * MS);
    for (long now = nacks.deadline(); now != Long.MAX_VALUE; now = nacks.deadline()) {
      nacks.tick(now);
    }
    assertThat(said).hasSize(11).endsWith("[4]");
  }

  @Test
  void keepsWaitsBetweenTwentyAndFourHundredMilliseconds() {
    nacks.roundTrip(MS);
    nacks.received(1, 0);
    nacks.received(3, 0);
    nacks.tick(5 * MS);
    assertThat(nacks.deadline()).isEqualTo(25 * MS);
    nacks.roundTrip(9000 * MS);
    nacks.tick(25 * MS);
    assertThat(nacks.deadline()).isEqualTo(425 * MS);
  }

  @Test
  void forgetsWhatComesBeforeAKeyframe() {
    nacks.received(1, 0);
    nacks.received(5, 0);
    nacks.received(8, 0);
    nacks.decodableFrom(5);
    nacks.tick(5 * MS);

    assertThat(said).containsExactly("[6, 7]");
  }

  @Test
  void givesUpTheOldestWhenTooManyAreMissing() {
    nacks.received(0, 0);
    nacks.received(61, 0);
    nacks.received(102, 0);
    assertThat(nacks.outstanding()).isEqualTo(100);
    assertThat(said).isEmpty();
    nacks.received(112, 0);
    assertThat(nacks.outstanding()).isEqualTo(100);
    assertThat(said).containsExactly("keyframe");
    nacks.tick(5 * MS);
    assertThat(said.getLast()).startsWith("[10, 11,").endsWith("110, 111]");
  }

  /** Bad input 43. */
  @Test
  void beginsAnewAfterAJumpThatNobodyCouldRepeat() {
    nacks.received(0, 0);
    nacks.received(2, 0);
    nacks.received(32_000, 0);
    nacks.received(64_000, 0);
    nacks.received(64_000 - 32_768, 0);
    assertThat(nacks.outstanding()).isZero();
    assertThat(said).containsExactly("keyframe");

    nacks.decodableFrom(64_000);
    nacks.received(64_002, 0);
    nacks.tick(5 * MS);
    assertThat(said).containsExactly("keyframe", "[64001]");
  }

  /**
   * Over a link that loses a tenth of everything, retransmissions too, nothing is lost for good.
   */
  @RepeatedTest(20)
  void getsEverythingOverALossyLink(Seed seed) {
    RandomGenerator random = seed.random();
    TreeMap<Long, List<Integer>> onTheWay = new TreeMap<>();
    boolean[] came = new boolean[2000];
    NackGenerator[] receiver = new NackGenerator[1];
    long[] clock = new long[1];
    receiver[0] =
        new NackGenerator(
            new NackGenerator.Output() {
              @Override
              public void nack(int[] sequences, int count) {
                for (int i = 0; i < count; i++) {
                  if (random.nextInt(10) != 0) {
                    onTheWay
                        .computeIfAbsent(clock[0] + 50 * MS, _ -> new ArrayList<>())
                        .add(sequences[i] - 65_000 & 0xFFFF);
                  }
                }
              }

              @Override
              public void keyframe() {
                throw new AssertionError("gave up");
              }
            });
    receiver[0].roundTrip(60 * MS);
    for (int i = 0; i < came.length; i++) {
      if (i == 0 || i == came.length - 1 || random.nextInt(10) != 0) {
        onTheWay.computeIfAbsent(i * 2L * MS, _ -> new ArrayList<>()).add(i);
      }
    }
    while (!onTheWay.isEmpty() || receiver[0].deadline() != Long.MAX_VALUE) {
      long next = onTheWay.isEmpty() ? Long.MAX_VALUE : onTheWay.firstKey();
      clock[0] = Math.min(next, receiver[0].deadline());
      if (clock[0] == next) {
        for (int index : onTheWay.remove(next)) {
          came[index] = true;
          receiver[0].received(65_000 + index & 0xFFFF, clock[0]);
        }
      }
      receiver[0].tick(clock[0]);
    }
    for (boolean one : came) {
      assertThat(one).isTrue();
    }
  }
}
