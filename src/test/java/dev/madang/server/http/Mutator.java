package dev.madang.server.http;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Spoils valid input in the ways that break parsers: one seed, one way.
final class Mutator {
  private final SplittableRandom random;

  Mutator(SplittableRandom random) {
    this.random = random;
  }

  /// One or several of the samples in a row, spoiled a little, a lot or not at all.
  byte[] next(List<byte[]> samples) {
    byte[] bytes = new byte[0];
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      bytes = join(bytes, samples.get(random.nextInt(samples.size())));
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      bytes = spoil(bytes);
    }
    return bytes;
  }

  private byte[] spoil(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, random.nextInt(1, 40));
    return switch (random.nextInt(7)) {
      case 0 -> {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << random.nextInt(8));
        yield copy;
      }
      case 1 -> {
        byte[] copy = bytes.clone();
        copy[at] = INTERESTING[random.nextInt(INTERESTING.length)];
        yield copy;
      }
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 ->
          join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + length, bytes.length));
      case 4 -> {
        byte[] again = Arrays.copyOfRange(bytes, at, at + length);
        byte[] out = Arrays.copyOf(bytes, at);
        for (int i = random.nextInt(1, 50); i > 0; i--) {
          out = join(out, again);
        }
        yield join(out, Arrays.copyOfRange(bytes, at, bytes.length));
      }
      case 5 -> {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        yield join(
            Arrays.copyOf(bytes, at), join(noise, Arrays.copyOfRange(bytes, at, bytes.length)));
      }
      default -> {
        int to = random.nextInt(bytes.length - length + 1);
        byte[] copy = bytes.clone();
        System.arraycopy(bytes, at, copy, to, length);
        yield copy;
      }
    };
  }

  static byte[] join(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static final byte[] INTERESTING = {
    0, 1, 9, '\n', '\r', ' ', ':', '/', '%', '0', '9', 'f', ';', ',', 0x7E, 0x7F, -128, -127, -1, -2
  };
}
