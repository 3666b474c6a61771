package dev.madang.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SimulatedNetworkTest {
  @Test
  void doesTheSameAgainForTheSameSeed() {
    assertThat(run(new Seed(5), Link.bad(), 1000)).isEqualTo(run(new Seed(5), Link.bad(), 1000));
    assertThat(run(new Seed(5), Link.bad(), 1000)).isNotEqualTo(run(new Seed(6), Link.bad(), 1000));
  }

  @Test
  void deliversEverythingInOrderOverAPerfectLink(Seed seed) {
    List<Arrival> arrivals = run(seed, Link.perfect(Duration.ofMillis(10)), 1000);
    assertThat(arrivals).hasSize(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(arrivals.get(i)).isEqualTo(new Arrival(i, 10_000_000L + i * 1_000_000L));
    }
  }

  @Test
  void losesDoublesAndReordersAboutAsMuchAsItIsTold(Seed seed) {
    List<Arrival> lossy = run(seed, Link.perfect(Duration.ofMillis(10)).withLoss(0.3), 10_000);
    assertThat(lossy.size()).isBetween(6_700, 7_300);

    List<Arrival> doubled =
        run(seed, new Link(Duration.ofMillis(10), Duration.ZERO, 0, 0, 0.1, 0, 0), 10_000);
    assertThat(doubled.size()).isBetween(10_800, 11_200);

    List<Arrival> reordered =
        run(seed, new Link(Duration.ofMillis(10), Duration.ZERO, 0, 0.1, 0, 0, 0), 10_000);
    assertThat(reordered).hasSize(10_000);
    assertThat(swaps(reordered)).isBetween(700, 1_300);

    List<Arrival> jittery =
        run(seed, new Link(Duration.ofMillis(10), Duration.ofMillis(50), 0, 0, 0, 0, 0), 10_000);
    assertThat(swaps(jittery)).isZero();
  }

  @Test
  void carriesNoMoreThanItsBandwidthAndQueuesNoMoreThanItsQueue(Seed seed) {
    // 4 bytes a millisecond are 32 kbit/s; the link takes half of it and lets 40 bytes wait.
    Link slow = Link.perfect(Duration.ofMillis(10)).withBandwidth(16_000, 40);
    List<Arrival> arrivals = run(seed, slow, 1000);
    assertThat(arrivals.size()).isBetween(500, 512);
    Arrival last = arrivals.getLast();
    assertThat(last.at() - last.number() * 1_000_000L).isBetween(10_000_000L, 33_000_000L);
  }

  @Test
  void jumpsOverTimeInWhichNothingHappens(Seed seed) {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    List<String> said = new ArrayList<>();
    network.after(Duration.ofDays(1), () -> said.add("a day"));
    network.after(Duration.ofHours(1), () -> said.add("an hour"));
    network.drive();
    assertThat(said).containsExactly("an hour", "a day");
    assertThat(network.elapsed()).isEqualTo(Duration.ofDays(1));
    network.drive(Duration.ofSeconds(5));
    assertThat(network.elapsed()).isEqualTo(Duration.ofDays(1).plusSeconds(5));
  }

  @Test
  void namesItsSeedWhenSomethingNeverHappens(Seed seed) {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    assertThatThrownBy(() -> network.driveUntil(() -> false, Duration.ofSeconds(1)))
        .hasMessageContaining(seed.toString());
  }

  private record Arrival(int number, long at) {}

  /** Sends numbered datagrams, one a millisecond. */
  private static List<Arrival> run(Seed seed, Link link, int count) {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    Address from = Address.parse("1.1.1.1", 1);
    Address to = Address.parse("2.2.2.2", 2);
    network.link(from, to, link);
    long began = network.now();
    List<Arrival> arrivals = new ArrayList<>();
    network.bind(
        to,
        (_, bytes, now) ->
            arrivals.add(new Arrival((bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF, now - began)));
    for (int i = 0; i < count; i++) {
      byte[] datagram = {(byte) (i >>> 8), (byte) i, 0, 0};
      network.after(
          Duration.ofMillis(i), () -> network.send(from, to, datagram, 0, datagram.length));
    }
    network.drive();
    return arrivals;
  }

  private static int swaps(List<Arrival> arrivals) {
    int swaps = 0;
    for (int i = 1; i < arrivals.size(); i++) {
      if (arrivals.get(i).number() < arrivals.get(i - 1).number()) {
        swaps++;
      }
    }
    return swaps;
  }
}
