package dev.madang.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Seeds and mutations for fuzz tests: always the same seeds, or with `-Dmadang.fuzz.seconds=N` new
/// ones for so long.
public final class Fuzz {
  private Fuzz() {}

  /** Runs the test for each seed; a failure names its own. */
  public static void each(int seeds, Consumer<Seed> test) {
    int seconds = Integer.getInteger("madang.fuzz.seconds", 0);
    Long given = Long.getLong("madang.seed");
    LongStream stream =
        given != null
            ? LongStream.of(given)
            : seconds == 0
                ? LongStream.range(0, seeds)
                : new SplittableRandom().longs(Long.MAX_VALUE);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    stream
        .takeWhile(_ -> seconds == 0 || System.nanoTime() - end < 0)
        .forEach(seed -> {
          try {
            test.accept(new Seed(seed));
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("with -Dmadang.seed=" + seed + ": " + e.getMessage(), e);
          }
        });
  }

  /** The files under `src/test/resources/corpus/<protocol>`, by name. */
  public static List<byte[]> corpus(String protocol) {
    try (Stream<Path> files =
        Files.list(Path.of(Fuzz.class.getResource("/corpus/" + protocol).toURI()))) {
      return files.sorted().map(Fuzz::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes with one to four changes of the kinds that break parsers. */
  public static byte[] mutate(byte[] bytes, RandomGenerator random) {
    byte[] mutated = bytes.clone();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      mutated = mutateOnce(mutated, random);
    }
    return mutated;
  }

  private static byte[] mutateOnce(byte[] bytes, RandomGenerator random) {
    if (bytes.length < 2) {
      return new byte[] {(byte) random.nextInt(), (byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int to = random.nextInt(at, bytes.length + 1);
    byte[] mutated = bytes.clone();
    switch (random.nextInt(8)) {
      case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutated[at] = (byte) random.nextInt();
      case 2 -> mutated[at] = INTERESTING[random.nextInt(INTERESTING.length)];
      case 3 -> Arrays.fill(mutated, at, to, (byte) 0xFF);
      case 4 -> mutated = Arrays.copyOf(bytes, at);
      case 5 -> mutated = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 40));
      case 6 -> mutated = splice(bytes, at, to, random.nextInt(bytes.length + 1));
      default -> {
        // A length or a type, as most protocols have them: two bytes, a multiple of four.
        int field = Math.min(at & ~1, bytes.length - 2);
        int value = random.nextBoolean() ? random.nextInt(64) * 4 : random.nextInt(0x10000);
        mutated[field] = (byte) (value >>> 8);
        mutated[field + 1] = (byte) value;
      }
    }
    return mutated;
  }

  /** Puts a copy of a part elsewhere. */
  private static byte[] splice(byte[] bytes, int from, int to, int into) {
    byte[] longer = new byte[bytes.length + to - from];
    System.arraycopy(bytes, 0, longer, 0, into);
    System.arraycopy(bytes, from, longer, into, to - from);
    System.arraycopy(bytes, into, longer, into + to - from, bytes.length - into);
    return longer;
  }

  private static final byte[] INTERESTING = {
    0, 1, 3, 4, 0x3F, 0x40, 0x7F, (byte) 0x80, (byte) 0xFF
  };
}
