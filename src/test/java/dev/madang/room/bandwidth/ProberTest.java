package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A path of a given width without a queue to speak of: what a probe's packets do on it is computed
/// here, packet by packet.
class ProberTest {
  private static final long MS = 1_000_000L;
  private static final Limits LIMITS = new Limits(50_000, 500_000, 20_000_000);
  private long now = 7_000 * MS;
  private final BandwidthEstimator estimator = new BandwidthEstimator(LIMITS, now);
  private final Prober prober = new Prober(estimator, LIMITS, now);

  private final List<long[]> flying = new ArrayList<>();
  private long width = 5_000_000;
  private long free = now;
  private long deafUntil = now;
  private int padded;
  private int clusters;

  @Test
  void leapsAtTheStartAndFurtherWhileItSucceeds() {
    prober.want(4_500_000, 4_400_000);
    prober.start(now);
    live(1_500);
    assertThat(estimator.bitrate()).isBetween(4_500_000L, 5_100_000L);
    assertThat(padded).isLessThan(60_000);
  }

  @Test
  void findsANarrowPathAtTheStart() {
    width = 1_000_000;
    prober.want(3_000_000, 3_000_000);
    prober.start(now);
    live(1_500);
    assertThat(estimator.bitrate()).isBetween(850_000L, 1_050_000L);
  }

  /// A lost answer is no answer, least of all a no.
  @Test
  void asksAgainAtOnceWhenTheAnswerGotLost() {
    deafUntil = now + 120 * MS;
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    live(400);
    assertThat(estimator.bitrate()).isGreaterThan(1_100_000);
  }

  @Test
  void asksAgainAFewTimesOnlyOfWhoNeverAnswers() {
    deafUntil = now + 20_000 * MS;
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    live(20_000);
    assertThat(clusters).isLessThan(12);
  }

  @Test
  void sendsNothingWhenNothingMoreIsWanted() {
    prober.want(0, 64_000);
    prober.start(now);
    live(5_000);
    assertThat(padded).isZero();
    assertThat(prober.deadline(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void asksForTheNextStepLessAndLessOften() {
    width = 600_000;
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    live(3_000);
    int first = clusters;
    live(20_000);
    assertThat(first).isBetween(2, 4);
    // Every four seconds in the end.
    assertThat(clusters - first).isBetween(4, 8);
    assertThat(estimator.bitrate()).isLessThan(700_000);
    width = 3_000_000;
    live(5_000);
    assertThat(estimator.bitrate()).isGreaterThan(1_100_000);
  }

  @Test
  void takesMediaSentMeanwhileIntoItsCluster() {
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    prober.tick(now);
    int due = prober.due(now);
    assertThat(due).isPositive();
    assertThat(prober.cluster()).isPositive();
    for (int i = 0; i < 5; i++) {
      prober.sent(1200, now);
    }
    assertThat(prober.due(now)).isZero();
    assertThat(prober.cluster()).isZero();
  }

  @Test
  void givesUpWhereThereIsNothingToProbeWith() {
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    prober.tick(now);
    assertThat(prober.due(now)).isPositive();
    prober.abandon(now);
    assertThat(prober.due(now)).isZero();
    prober.tick(now);
    assertThat(prober.cluster()).isZero();
    assertThat(prober.deadline(now)).isGreaterThan(now);
    // A cluster that is never finished ends too.
    now += 2_000 * MS;
    prober.tick(now);
    assertThat(prober.due(now)).isPositive();
    now += 2_000 * MS;
    assertThat(prober.due(now)).isZero();
  }

  /// On a busy machine the loop comes late: a probe that asks for less than it wanted would find
  /// less.
  @Test
  void asksForTheWholeRateAlsoWhenItComesLate() {
    prober.want(1_200_000, 1_100_000);
    prober.start(now);
    prober.tick(now);
    long began = now;
    int cluster = prober.cluster();
    int sent = 0;
    for (; prober.cluster() == cluster; now += 30 * MS) {
      for (int due = prober.due(now); due > 0; due = prober.due(now)) {
        sent += 800;
        prober.sent(800, now);
      }
    }
    long last = now - 30 * MS;
    assertThat(sent * 8e9 / (last - began)).isGreaterThan(1_200_000);
  }

  /** 200 kb/s of media, feedback every 50 ms, 20 ms each way. */
  private void live(int milliseconds) {
    for (int i = 0; i < milliseconds; i++) {
      now += MS;
      if (i % 20 == 0) {
        send(500);
      }
      if (i % 50 == 0) {
        for (long[] packet : flying.stream().filter(each -> each[1] <= now - 20 * MS).toList()) {
          if (now - deafUntil >= 0) {
            estimator.received((int) packet[0], packet[1] / 250_000);
          }
          flying.remove(packet);
        }
        estimator.endFeedback(now);
      }
      estimator.tick(now);
      int before = prober.cluster();
      prober.tick(now);
      clusters += prober.cluster() != 0 && prober.cluster() != before ? 1 : 0;
      for (int due = prober.due(now); due > 0; due = prober.due(now)) {
        padded += Math.max(due, 200);
        send(Math.max(due, 200));
      }
    }
  }

  private void send(int bytes) {
    free = Math.max(free, now) + bytes * 8_000_000_000L / width;
    flying.add(new long[] {estimator.sent(bytes, prober.cluster(), now), free + 20 * MS});
    prober.sent(bytes, now);
  }
}
