package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages between two associations, over links of every kind. */
@ExtendWith(Seeds.class)
class SctpTransferTest {
  private static Link lossy(double loss) {
    return new Link(
        Duration.ofMillis(10), Duration.ofMillis(5), loss, loss / 2, loss / 4, 50_000_000, 200_000);
  }

  static Stream<Link> links() {
    return Stream.of(
        Link.perfect(Duration.ofMillis(10)), lossy(0), lossy(0.01), lossy(0.05), lossy(0.2));
  }

  @ParameterizedTest
  @MethodSource("links")
  void everythingReliableArrivesOnceAndInOrder(Link link) {
    exchange(new Seed(1), link, SctpSettings.defaults(), 400);
  }

  @ParameterizedTest
  @MethodSource("links")
  void everythingReliableArrivesOnceAndInOrderWithoutInterleaving(Link link) {
    exchange(new Seed(2), link, SctpPair.settings(1200, 1 << 18, false), 400);
  }

  /** Both sides send on four streams, as much as the buffer takes, ordered and not. */
  private static void exchange(Seed seed, Link link, SctpSettings settings, int count) {
    SctpPair pair = new SctpPair(seed, link, settings, SctpSettings.defaults()).established();
    Source left = new Source(pair.a, count, seed);
    Source right = new Source(pair.b, count, new Seed(seed.value() + 100));
    left.start();
    right.start();
    pair.network.driveUntil(
        () -> pair.a.received == count && pair.b.received == count, Duration.ofMinutes(20));
    left.check();
    right.check();
    assertThat(pair.a.longest).isLessThanOrEqualTo(1200);
    pair.a.sctp.close(pair.now());
    pair.network.driveUntil(
        () -> pair.a.closed != null && pair.b.closed != null, Duration.ofMinutes(2));
    assertThat(pair.a.closed).isEqualTo(SctpClosed.SHUTDOWN);
    assertThat(pair.b.closed).isEqualTo(SctpClosed.SHUTDOWN);
  }

  /** Sends numbered messages whenever there is room, and knows what should have arrived. */
  private static final class Source {
    private final SctpPair.End end;
    private final int count;
    private final RandomGenerator random;
    private final List<List<String>> ordered = new ArrayList<>();
    private final List<String> unordered = new ArrayList<>();
    private byte[] next = {};
    private int made;

    Source(SctpPair.End end, int count, Seed seed) {
      this.end = end;
      this.count = count;
      this.random = seed.random();
      for (int i = 0; i < STREAMS; i++) {
        ordered.add(new ArrayList<>());
      }
    }

    void start() {
      end.onLow = this::fill;
      make();
      fill();
    }

    private void make() {
      int length = random.nextInt(8) == 0 ? random.nextInt(1, 65_536) : random.nextInt(1, 3000);
      next = new byte[length];
      random.nextBytes(next);
    }

    void fill() {
      while (made < count) {
        int stream = made % STREAMS;
        boolean inOrder = made % 3 != 0;
        SendResult result =
            end.send(stream, next, inOrder ? Delivery.RELIABLE : Delivery.UNORDERED);
        if (result != SendResult.TAKEN) {
          assertThat(result).isEqualTo(SendResult.FULL);
          return;
        }
        (inOrder ? ordered.get(stream) : unordered).add(hash(next));
        made++;
        make();
      }
    }

    void check() {
      List<String> arrivedUnordered = new ArrayList<>();
      List<List<String>> arrived = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        arrived.add(new ArrayList<>());
      }
      for (SctpPair.Message message : end.far.messages) {
        String hash = hash(message.bytes());
        if (unordered.contains(hash)) {
          arrivedUnordered.add(hash);
        } else {
          arrived.get(message.stream()).add(hash);
        }
      }
      assertThat(arrived).isEqualTo(ordered);
      assertThat(arrivedUnordered).containsExactlyInAnyOrderElementsOf(unordered);
    }

    private static final int STREAMS = 4;
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aMessageArrives(Seed seed) {
    SctpPair pair = new SctpPair(seed, Link.perfect(Duration.ofMillis(10))).established();
    pair.a.send(7, "hello", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(1));
    assertThat(pair.b.texts()).containsExactly("hello");
    assertThat(pair.b.messages.getFirst().stream()).isEqualTo(7);
    assertThat(pair.b.messages.getFirst().ppid()).isEqualTo(51);
  }
}
