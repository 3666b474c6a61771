package dev.madang.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.media.H264Payload;
import dev.madang.media.Vp8Descriptor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
  @ParameterizedTest
  @ValueSource(ints = {300, 10_000})
  void h264PicturesAreReadAsSuch(int mean) {
    Pictures pictures = new Pictures(false, mean, new SplittableRandom(1));
    H264Payload payload = new H264Payload();
    for (boolean key : new boolean[] {true, false}) {
      int pieces = pictures.next(key);
      for (int i = 0; i < pieces; i++) {
        assertThat(payload.read(pictures.payload(), 0, pictures.piece(i))).isTrue();
        assertThat(payload.startsUnit()).isEqualTo(i == 0);
        assertThat(payload.endsUnit()).isEqualTo(i == pieces - 1);
        assertThat(payload.keyframe()).isEqualTo(key && i == 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 10_000})
  void vp8PicturesAreReadAsSuch(int mean) {
    Pictures pictures = new Pictures(true, mean, new SplittableRandom(1));
    Vp8Descriptor head = new Vp8Descriptor();
    int before = -1;
    for (boolean key : new boolean[] {true, false}) {
      int pieces = pictures.next(key);
      for (int i = 0; i < pieces; i++) {
        assertThat(head.read(pictures.payload(), 0, pictures.piece(i))).isTrue();
        assertThat(head.startsFrame()).isEqualTo(i == 0);
        assertThat(head.keyframe()).isEqualTo(key && i == 0);
        assertThat(head.height()).isEqualTo(key && i == 0 ? 720 : 0);
      }
      assertThat(before < 0 || head.pictureId() == (before + 1 & 0x7FFF)).isTrue();
      before = head.pictureId();
    }
  }

  @Test
  void piecesOfAPictureDifferByAByteAtMostAndAddUpToItsRate() {
    Pictures pictures = new Pictures(false, 10_000, new SplittableRandom(1));
    long bytes = 0;
    for (int n = 0; n < 1000; n++) {
      int pieces = pictures.next(false);
      int first = pictures.piece(0);
      for (int i = 0; i < pieces; i++) {
        int length = pictures.piece(i);
        assertThat(Math.abs(length - first)).isLessThanOrEqualTo(1);
        bytes += length;
      }
    }
    assertThat(bytes / 1000).isBetween(9_800L, 10_200L);
  }

  @Test
  void patternsSpreadAPictureOrDoNot() {
    long picture = 33_333_333L;
    assertThat(Pattern.FRAMES.offset(8, 9, picture)).isZero();
    assertThat(Pattern.GROUPS.offset(2, 9, picture)).isZero();
    assertThat(Pattern.GROUPS.offset(3, 9, picture)).isEqualTo(5_000_000L);
    assertThat(Pattern.GROUPS.offset(8, 9, picture)).isEqualTo(10_000_000L);
    assertThat(Pattern.SINGLES.offset(3, 9, picture)).isEqualTo(picture / 3);
  }

  @Test
  void ratesAreReadWithTheirUnits() {
    assertThat(Load.bits("2.5M")).isEqualTo(2_500_000);
    assertThat(Load.bits("300k")).isEqualTo(300_000);
    assertThat(Load.bits("64000")).isEqualTo(64_000);
  }
}
