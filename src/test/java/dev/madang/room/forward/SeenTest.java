package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SeenTest {
  private final Seen seen = new Seen();

  @Test
  void tellsWhatCameBefore() {
    assertThat(seen.add(70_000)).isTrue();
    assertThat(seen.add(70_000)).isFalse();
    assertThat(seen.add(70_003)).isTrue();
    assertThat(seen.add(70_001)).isTrue();
    assertThat(seen.add(70_001)).isFalse();
    assertThat(seen.add(1_000_000)).isTrue();
    assertThat(seen.add(70_002)).as("too old to tell").isFalse();
  }

  @RepeatedTest(5)
  void tellsTheSameAsAListOfAll(Seed seed) {
    RandomGenerator random = seed.random();
    Set<Long> all = new HashSet<>();
    long newest = 65_536;
    for (int i = 0; i < 20_000; i++) {
      newest += random.nextInt(3);
      long number = newest - random.nextInt(2000);
      assertThat(seen.add(number)).isEqualTo(all.add(number));
    }
  }
}
