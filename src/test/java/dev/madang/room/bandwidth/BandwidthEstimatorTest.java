package dev.madang.room.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What one receiver's feedback, honest or not, does to the estimate. Whole calls are in
/// [CongestionTest].
class BandwidthEstimatorTest {
  private static final long MS = 1_000_000L;
  private static final Limits LIMITS = new Limits(50_000, 600_000, 10_000_000);
  private long now = -500 * MS;
  private final BandwidthEstimator estimator = new BandwidthEstimator(LIMITS, now);

  @Test
  void staysWhereItStartedUntilSomethingIsHeard() {
    for (int i = 0; i < 1000; i++) {
      now += MS;
      estimator.sent(1000, 0, now);
      estimator.tick(now);
    }
    assertThat(estimator.bitrate()).isEqualTo(600_000);
    assertThat(estimator.reported()).isFalse();
    assertThat(estimator.limiting()).isEqualTo(Limiting.NOTHING);
  }

  @Test
  void growsWhileAllThatIsSentArrives() {
    run(10_000, 500_000, 20);
    assertThat(estimator.bitrate()).isBetween(700_000L, 800_000L);
    assertThat(estimator.throughput()).isBetween(450_000L, 550_000L);
    assertThat(estimator.queueing()).isLessThan(MS);
  }

  @Test
  void doesNotTakeForLostWhatOnlyLostFeedbackSpokeOf() {
    feedbackLost = 3;
    run(10_000, 500_000, 20);
    assertThat(estimator.throughput()).isBetween(450_000L, 550_000L);
    assertThat(estimator.loss()).isZero();
    assertThat(estimator.bitrate()).isBetween(700_000L, 800_000L);
  }

  @Test
  void goesOnOverTheWrapOfSequenceNumbersAndOfTheReceiversClock() {
    // 300 packets a second for five minutes; the clock wraps on the way.
    ticks = 0xFFFF_FFFFL - 4_000 * 100;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 300; i++) {
      run(1_000, 2_400_000, 20);
      if (i > 30) {
        least = Math.min(least, estimator.bitrate());
      }
    }
    assertThat(estimator.bitrate()).isGreaterThan(3_000_000);
    assertThat(least).isGreaterThan(1_800_000);
    assertThat(estimator.queueing()).isLessThan(MS);
  }

  /** Bad input 49: more packets than were ever sent. */
  @Test
  void isNotImpressedByFeedbackOfEverySequenceNumber() {
    run(2_000, 500_000, 20);
    long before = estimator.bitrate();
    for (int round = 0; round < 3; round++) {
      for (int sequence = 0; sequence < 0x10000; sequence++) {
        estimator.received(sequence, ticks);
      }
      estimator.endFeedback(now);
    }
    assertThat(estimator.bitrate()).isBetween(before * 9 / 10, before * 11 / 10);
    for (int sequence = 0; sequence < 0x10000; sequence++) {
      estimator.missing(sequence);
    }
    estimator.endFeedback(now);
    assertThat(estimator.loss()).isZero();
    assertThat(estimator.bitrate()).isBetween(before * 9 / 10, before * 11 / 10);
  }

  /** Bad input 49: an old base. What it speaks of is forgotten or told already. */
  @Test
  void ignoresOldFeedback() {
    run(5_000, 500_000, 20);
    long before = estimator.bitrate();
    for (int sequence = 0; sequence < 100; sequence++) {
      estimator.received(sequence, ticks - 20_000 + sequence);
      estimator.missing(sequence);
    }
    estimator.endFeedback(now);
    assertThat(estimator.bitrate()).isEqualTo(before);
  }

  @Test
  void survivesAReceiversClockThatJumps() {
    run(5_000, 500_000, 20);
    ticks = ticks + 0x7000_0000L & 0xFFFF_FFFFL;
    run(5_000, 500_000, 20);
    ticks = ticks - 0x1000_0000L & 0xFFFF_FFFFL;
    run(5_000, 500_000, 20);
    assertThat(estimator.bitrate()).isGreaterThan(600_000);
    assertThat(estimator.queueing()).isLessThan(MS);
  }

  /** Bad input 50. */
  @Test
  void isNotFooledByARembOfNothingOrOfEverything() {
    run(5_000, 500_000, 20);
    long before = estimator.bitrate();
    estimator.remb(0, now);
    assertThat(estimator.bitrate()).isEqualTo(before);
    estimator.remb(-1, now);
    estimator.remb(Long.MIN_VALUE, now);
    assertThat(estimator.bitrate()).isEqualTo(before);
    estimator.remb(Long.MAX_VALUE, now);
    assertThat(estimator.bitrate()).isEqualTo(before);
    estimator.remb(1, now);
    assertThat(estimator.bitrate()).isEqualTo(LIMITS.least());
    assertThat(estimator.limiting()).isEqualTo(Limiting.RECEIVER);
  }

  @Test
  void obeysARembWhileItIsFresh() {
    run(5_000, 500_000, 20);
    estimator.remb(200_000, now);
    assertThat(estimator.bitrate()).isEqualTo(200_000);
    now += 11_000 * MS;
    estimator.tick(now);
    assertThat(estimator.bitrate()).isNotEqualTo(200_000);
  }

  @Test
  void livesByRembAloneWhereThereIsNoTransportWideFeedback() {
    estimator.remb(1_500_000, now);
    assertThat(estimator.bitrate()).isEqualTo(1_500_000);
    assertThat(estimator.proven(now)).isEqualTo(1_500_000);
  }

  /** gcc-02 §6: less above 10 % of loss, the same above 2 %, more below. */
  @Test
  void livesByReceiverReportsAloneWhereThereIsNothingElse() {
    estimator.lossReport(0.2, now);
    assertThat(estimator.bitrate()).isEqualTo(540_000);
    assertThat(estimator.limiting()).isEqualTo(Limiting.LOSS);
    estimator.lossReport(0.05, now);
    assertThat(estimator.bitrate()).isEqualTo(540_000);
    estimator.lossReport(0, now);
    assertThat(estimator.bitrate()).isEqualTo(567_000);
    for (int i = 0; i < 1000; i++) {
      estimator.lossReport(7, now);
    }
    assertThat(estimator.bitrate()).isEqualTo(LIMITS.least());
    estimator.lossReport(Double.NaN, now);
    assertThat(estimator.loss()).isZero();
  }

  @Test
  void takesBackALossThatCameAfterAll() {
    int first = estimator.sent(1000, 0, now);
    for (int i = 0; i < 50; i++) {
      now += 10 * MS;
      int sequence = estimator.sent(1000, 0, now);
      estimator.received(sequence, now / 250_000);
    }
    estimator.missing(first);
    estimator.received(first, now / 250_000);
    estimator.endFeedback(now);
    assertThat(estimator.loss()).isZero();
  }

  @Test
  void doesNotTrustForEverWhatNothingTests() {
    run(1_000, 500_000, 20);
    probe(4_000_000);
    assertThat(estimator.bitrate()).isGreaterThan(3_000_000);
    assertThat(estimator.proven(now)).isEqualTo(estimator.bitrate());
    run(6_000, 500_000, 20);
    assertThat(estimator.bitrate()).isGreaterThan(3_000_000);
    assertThat(estimator.idle()).isTrue();
    assertThat(estimator.proven(now)).isLessThan(800_000);
  }

  private int cluster;

  /** Ten packets at a rate, all arriving as they left. */
  private void probe(long bitrate) {
    cluster++;
    int[] sequences = new int[10];
    long[] sent = new long[10];
    for (int i = 0; i < 10; i++) {
      sent[i] = now;
      sequences[i] = estimator.sent(1000, cluster, now);
      now += 8_000_000_000_000L / bitrate;
      ticks += 8_000_000_000_000L / bitrate / 250_000;
    }
    estimator.clusterSent(cluster);
    for (int i = 0; i < 10; i++) {
      estimator.received(sequences[i], ticks - (now - sent[i]) / 250_000);
    }
    now += 30 * MS;
    ticks += 120;
    estimator.endFeedback(now);
  }

  private long ticks = 1_000_000;

  /** Of so many reports one gets lost; 0 = none. */
  private int feedbackLost;

  private int reports;

  /** Packets of 1000 bytes over a path that is wide and so many milliseconds long. */
  private void run(int milliseconds, long bitrate, int delay) {
    long gap = 8_000_000_000_000L / bitrate / 250_000 * 250_000;
    long end = now + milliseconds * MS;
    int[] pending = new int[1000];
    long[] arrivals = new long[1000];
    int count = 0;
    long report = now + 50 * MS;
    while (now - end < 0) {
      pending[count] = estimator.sent(1000, 0, now);
      arrivals[count++] = ticks + delay * 4L & 0xFFFF_FFFFL;
      now += gap;
      ticks += gap / 250_000;
      if (now - report >= 0) {
        report = now + 50 * MS;
        if (feedbackLost == 0 || ++reports % feedbackLost != 0) {
          for (int i = 0; i < count; i++) {
            estimator.received(pending[i], arrivals[i]);
          }
          estimator.endFeedback(now + delay * MS);
        }
        count = 0;
        estimator.tick(now);
      }
    }
    for (int i = 0; i < count; i++) {
      estimator.received(pending[i], arrivals[i]);
    }
    estimator.endFeedback(now + delay * MS);
  }
}
