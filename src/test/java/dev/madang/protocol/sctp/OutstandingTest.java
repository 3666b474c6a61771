package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ring of chunks beside a plain map of them. */
@ExtendWith(Seeds.class)
class OutstandingTest {
  private enum Fate {
    FLYING,
    LOST,
    HAD
  }

  /** One chunk as the test knows it. */
  private static final class Known {
    final OutgoingMessage message;
    final int size;
    Fate fate = Fate.FLYING;
    int sendings = 1;

    Known(OutgoingMessage message, int size) {
      this.message = message;
      this.size = size;
    }
  }

  @Test
  void keepsItsBooksThroughEverything(Seed seed) {
    for (int i = 0; i < 100; i++) {
      new Life(new Seed(seed.value() + i).random()).run();
    }
  }

  private static final class Life {
    private final RandomGenerator random;
    private final Outstanding ring;
    private final TreeMap<Long, Known> known = new TreeMap<>();
    private final OutgoingStream stream = new OutgoingStream(0);

    Life(RandomGenerator random) {
      this.random = random;
      ring = new Outstanding(random.nextLong(1L << 32), Chunk.DATA_HEADER);
    }

    void run() {
      for (int i = 0; i < 1500; i++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> add();
          case 3 -> any().forEach(tsn -> acknowledge(tsn));
          case 4 -> any().forEach(this::lose);
          case 5 -> resend();
          case 6 -> release();
          default -> {
            if (random.nextInt(20) == 0 && !known.isEmpty()) {
              ring.abandon(any().stream().findFirst().map(tsn -> known.get(tsn).message).get());
            }
          }
        }
        check();
      }
    }

    private void add() {
      OutgoingMessage message =
          new OutgoingMessage(stream, 51, new byte[3000], Delivery.RELIABLE, 0);
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        int size = random.nextInt(1, 1000);
        known.put(ring.add(message, size), new Known(message, size));
        message.cut += size;
        message.fragments++;
      }
    }

    private List<Long> any() {
      List<Long> some = new ArrayList<>();
      if (!known.isEmpty()) {
        some.add(ring.first() + random.nextLong(ring.next() - ring.first()));
      }
      return some;
    }

    private void acknowledge(long tsn) {
      Known chunk = known.get(tsn);
      boolean news = chunk.fate != Fate.HAD && !chunk.message.abandoned;
      assertThat(ring.acknowledge(tsn)).isEqualTo(news ? ring.cost(chunk.size) : 0);
      chunk.fate = Fate.HAD;
    }

    private void lose(long tsn) {
      if (ring.isFlying(tsn)) {
        boolean lost = false;
        for (int i = 0; i < 3; i++) {
          lost = ring.miss(tsn, ring.next());
        }
        assertThat(lost).isTrue();
        known.get(tsn).fate = Fate.LOST;
      }
    }

    private void resend() {
      long lost = ring.nextLost();
      if (lost >= 0) {
        ring.resend(lost);
        known.get(lost).fate = Fate.FLYING;
        known.get(lost).sendings++;
      }
    }

    private void release() {
      long through =
          ring.first() - 1 + random.nextLong(Math.min(20, ring.next() - ring.first() + 1));
      for (long tsn = ring.first(); tsn <= through; tsn++) {
        acknowledge(tsn);
        known.remove(tsn);
      }
      ring.release(through);
    }

    private void check() {
      int flight = 0;
      long lost = -1;
      for (var entry : known.descendingMap().entrySet()) {
        Known chunk = entry.getValue();
        long tsn = entry.getKey();
        boolean counts = !chunk.message.abandoned;
        flight += counts && chunk.fate == Fate.FLYING ? ring.cost(chunk.size) : 0;
        lost = counts && chunk.fate == Fate.LOST ? tsn : lost;
        assertThat(ring.message(tsn)).isSameAs(chunk.message);
        assertThat(ring.size(tsn)).isEqualTo(chunk.size);
        assertThat(ring.sendings(tsn)).isEqualTo(chunk.sendings);
        assertThat(ring.isFlying(tsn)).isEqualTo(counts && chunk.fate == Fate.FLYING);
      }
      assertThat(ring.flight()).isEqualTo(flight);
      assertThat(ring.nextLost()).isEqualTo(lost);
      assertThat(ring.isEmpty()).isEqualTo(known.isEmpty());
    }
  }
}
