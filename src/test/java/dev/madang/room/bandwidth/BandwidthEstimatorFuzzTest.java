package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.fail;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Whatever a receiver says, the figures stay figures. */
class BandwidthEstimatorFuzzTest {
  private static final Limits LIMITS = new Limits(30_000, 300_000, 20_000_000);

  @Test
  void staysWithinItsLimits() {
    Fuzz.each(200, BandwidthEstimatorFuzzTest::anyFeedback);
  }

  private static void anyFeedback(Seed seed) {
    RandomGenerator random = seed.random();
    long now = random.nextLong();
    BandwidthEstimator estimator = new BandwidthEstimator(LIMITS, now);
    Prober prober = new Prober(estimator, LIMITS, now);
    prober.start(now);
    int sequence = 0;
    long clock = random.nextLong(1L << 32);
    boolean sane = random.nextBoolean();
    for (int i = 0; i < 3000; i++) {
      now += random.nextLong(random.nextInt(50) == 0 ? 3_000_000_000L : 10_000_000L);
      clock += random.nextInt(40);
      switch (random.nextInt(12)) {
        case 0 -> estimator.endFeedback(now);
        case 1 -> estimator.tick(now);
        case 2 -> {
          prober.want(random.nextLong(30_000_000), random.nextLong(30_000_000));
          prober.tick(now);
        }
        case 3 -> {
          for (int burst = random.nextInt(20); burst > 0; burst--) {
            estimator.missing(sequence - random.nextInt(300));
          }
        }
        case 4, 5 -> {
          for (int burst = random.nextInt(30); burst > 0; burst--) {
            long arrival =
                sane && random.nextInt(20) != 0
                    ? clock - random.nextInt(100)
                    : random.nextLong(1L << 32);
            estimator.received(sequence - random.nextInt(sane ? 60 : 0x10000), arrival);
          }
        }
        case 6 -> hints(estimator, random, now);
        default -> {
          int bytes = random.nextInt(1500);
          sequence = estimator.sent(bytes, prober.cluster(), now);
          prober.sent(bytes, now);
        }
      }
      check(estimator, prober, now);
    }
  }

  private static void hints(BandwidthEstimator estimator, RandomGenerator random, long now) {
    switch (random.nextInt(4)) {
      case 0 -> estimator.remb(random.nextLong(), now);
      case 1 -> estimator.lossReport(random.nextDouble(-1, 2), now);
      case 2 -> estimator.roundTrip(random.nextLong());
      default -> estimator.remb(random.nextLong(1, 10_000_000), now);
    }
  }

  private static void check(BandwidthEstimator estimator, Prober prober, long now) {
    long bitrate = estimator.bitrate();
    long proven = estimator.proven(now);
    double loss = estimator.loss();
    int due = prober.due(now);
    boolean holds =
        bitrate >= LIMITS.least()
            && bitrate <= LIMITS.most()
            && proven >= LIMITS.least()
            && proven <= bitrate
            && loss >= 0
            && loss <= 1
            && estimator.throughput() >= -1
            && estimator.queueing() >= 0
            && due >= 0
            && due <= 100_000;
    if (!holds) {
      fail("%d proven %d loss %f due %d", bitrate, proven, loss, due);
    }
  }
}
