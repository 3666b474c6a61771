package dev.madang.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SequenceTest {
  @Test
  void takesTheShorterWayAroundTheCircle() {
    assertThat(Sequence.difference16(1, 0xFFFF)).isEqualTo(2);
    assertThat(Sequence.difference16(0xFFFF, 1)).isEqualTo(-2);
    assertThat(Sequence.difference16(0x8000, 0)).isEqualTo(-0x8000);
    assertThat(Sequence.newer16(5, 0xFFF0)).isTrue();
    assertThat(Sequence.newer16(0xFFF0, 5)).isFalse();
    assertThat(Sequence.newer16(7, 7)).isFalse();
    assertThat(Sequence.difference32(1, -1)).isEqualTo(2);
    assertThat(Sequence.newer32(Integer.MIN_VALUE, Integer.MAX_VALUE)).isTrue();
  }

  @Test
  void ofTwoNumbersHalfATurnApartNeitherIsNewer() {
    assertThat(Sequence.newer16(0x8000, 0)).isFalse();
    assertThat(Sequence.newer16(0, 0x8000)).isFalse();
  }

  @Test
  void unwrapsOverTheEdgeInBothDirections() {
    Sequence.Unwrapper unwrapper = new Sequence.Unwrapper(16);
    assertThat(unwrapper.started()).isFalse();
    assertThat(unwrapper.unwrap(1)).isEqualTo(0x1_0001);
    assertThat(unwrapper.unwrap(0xFFFE)).isEqualTo(0xFFFE);
    assertThat(unwrapper.newest()).isEqualTo(0x1_0001);
    assertThat(unwrapper.unwrap(0x7FFF)).isEqualTo(0x1_7FFF);
    assertThat(unwrapper.unwrap(0xFFFE)).isEqualTo(0x1_FFFE);
    assertThat(unwrapper.unwrap(2)).isEqualTo(0x2_0002);
    assertThat(unwrapper.peek(5)).isEqualTo(0x2_0005);
    assertThat(unwrapper.newest()).isEqualTo(0x2_0002);
    unwrapper.reset();
    assertThat(unwrapper.unwrap(9)).isEqualTo(0x1_0009);
  }

  @Test
  void unwrapsTimestampsWhateverTheirSign() {
    Sequence.Unwrapper unwrapper = new Sequence.Unwrapper(32);
    assertThat(unwrapper.unwrap(-2)).isEqualTo(0x1_FFFF_FFFEL);
    assertThat(unwrapper.unwrap(1)).isEqualTo(0x2_0000_0001L);
    assertThat(unwrapper.unwrap(0xFFFF_FFFFL)).isEqualTo(0x1_FFFF_FFFFL);
  }

  @RepeatedTest(20)
  void followsAnyWalkOfLessThanHalfATurn(Seed seed) {
    RandomGenerator random = seed.random();
    Sequence.Unwrapper unwrapper = new Sequence.Unwrapper(16);
    long newest = 0x1_0000L + random.nextInt(0x10000);
    unwrapper.unwrap(newest & 0xFFFF);
    for (int i = 0; i < 1000; i++) {
      long next = newest + random.nextInt(-0x8000, 0x8000);
      assertThat(unwrapper.unwrap(next & 0xFFFF)).isEqualTo(next);
      newest = Math.max(newest, next);
    }
  }

  @Test
  void refusesWidthsThatNoNumberHas() {
    assertThatThrownBy(() -> new Sequence.Unwrapper(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Sequence.Unwrapper(63))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
