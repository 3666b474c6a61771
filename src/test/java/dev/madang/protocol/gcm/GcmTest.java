package dev.madang.protocol.gcm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The two ways to do the same, against each other. Where there is no OpenSSL 3, the JDK against
/// itself.
class GcmTest {
  @Test
  void oneOpensWhatTheOtherSeals() {
    Fuzz.each(20, seed -> exchange(seed));
  }

  private static void exchange(Seed seed) {
    RandomGenerator random = seed.random();
    byte[] key = new byte[random.nextBoolean() ? 16 : 32];
    random.nextBytes(key);
    Gcm[] sealing = {new JdkGcm(key), other(key, true)};
    Gcm[] opening = {new JdkGcm(key), other(key, false)};
    for (int i = 0; i < 50; i++) {
      byte[] iv = new byte[Gcm.IV];
      random.nextBytes(iv);
      byte[] bytes = new byte[1700];
      random.nextBytes(bytes);
      byte[] plain = bytes.clone();
      int data = random.nextInt(20);
      int dataLength = random.nextInt(40);
      int offset = 60 + random.nextInt(20);
      int length = random.nextInt(1500);
      Gcm by = sealing[random.nextInt(2)];
      if (random.nextBoolean()) {
        by.seal(iv, bytes, data, dataLength, bytes, offset, length, bytes, offset);
      } else {
        by.seal(iv, bytes, data, dataLength, plain, offset, length, bytes, offset);
      }
      int end = offset + length + Gcm.TAG;
      assertThat(Arrays.copyOf(bytes, offset)).isEqualTo(Arrays.copyOf(plain, offset));
      assertThat(Arrays.copyOfRange(bytes, end, 1700))
          .isEqualTo(Arrays.copyOfRange(plain, end, 1700));
      byte[] forged = bytes.clone();
      int at = random.nextInt(offset, end);
      forged[at] ^= (byte) (1 << random.nextInt(8));
      for (Gcm to : opening) {
        assertThat(to.open(iv, forged.clone(), data, dataLength, forged, offset, length)).isFalse();
        byte[] opened = bytes.clone();
        assertThat(to.open(iv, opened, data, dataLength, opened, offset, length)).isTrue();
        assertThat(Arrays.copyOf(opened, offset + length))
            .isEqualTo(Arrays.copyOf(plain, offset + length));
      }
    }
  }

  @Test
  void sealsTheSameTwice() {
    for (Gcm gcm : new Gcm[] {new JdkGcm(new byte[16]), other(new byte[16], true)}) {
      byte[] first = new byte[100];
      byte[] second = new byte[100];
      gcm.seal(new byte[12], first, 0, 12, first, 12, 60, first, 12);
      gcm.seal(new byte[12], second, 0, 12, second, 12, 60, second, 12);
      assertThat(second).isEqualTo(first);
    }
  }

  @Test
  void touchesNothingBesideItsArrays() {
    for (Gcm gcm : new Gcm[] {new JdkGcm(new byte[16]), other(new byte[16], true)}) {
      byte[] bytes = new byte[100];
      assertThatThrownBy(() -> gcm.seal(new byte[12], bytes, 0, 12, bytes, 12, 73, bytes, 12))
          .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalStateException.class);
      assertThatThrownBy(() -> gcm.seal(new byte[12], bytes, 0, 12, bytes, -1, 20, bytes, 12))
          .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalArgumentException.class);
      assertThatThrownBy(() -> gcm.seal(new byte[11], bytes, 0, 12, bytes, 12, 20, bytes, 12))
          .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalStateException.class);
    }
  }

  private static Gcm other(byte[] key, boolean sealing) {
    return OpenSslGcm.isAvailable() ? new OpenSslGcm(key, sealing) : new JdkGcm(key);
  }
}
