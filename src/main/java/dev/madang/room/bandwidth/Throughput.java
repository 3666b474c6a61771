package dev.madang.room.bandwidth;

/// How fast packets arrive at the receiver, from what it acknowledges. Samples of 150 ms (the first
/// of 500 ms) are weighed against what was known: a sample that differs much is trusted less, so
/// one keyframe moves little and a new capacity is known in a few samples.
final class Throughput {
  private double kilobits = -1;
  private double variance = FIRST_VARIANCE;
  private boolean begun;
  private long began;
  private long latest;
  private long bytes;
  private boolean hole;

  /** An acknowledged packet; times by the receiver's clock. */
  void arrived(long arrival, int size) {
    if (!begun || arrival - latest > RESTART || began - arrival > RESTART) {
      begun = true;
      began = arrival;
      latest = arrival;
      bytes = 0;
      hole = false;
    }
    if (hole) {
      hole = false;
      began += Math.max(0, arrival - latest);
      latest = Math.max(latest, arrival);
      return;
    }
    long window = kilobits < 0 ? FIRST_WINDOW : WINDOW;
    if (arrival - began >= window) {
      sample(bytes * 8e6 / Math.max(arrival - began, window));
      began = arrival;
      bytes = 0;
    }
    latest = Math.max(latest, arrival);
    bytes += size;
  }

  /// Feedback got lost of what arrived before the next packet: neither its bytes nor its time
  /// count.
  void hole() {
    hole = true;
  }

  private void sample(double sample) {
    if (kilobits < 0) {
      kilobits = sample;
      return;
    }
    double doubt = DOUBT * Math.abs(kilobits - sample) / (kilobits + sample + 1);
    double sampleVariance = Math.max(doubt * doubt, LEAST_VARIANCE);
    double predicted = variance + DRIFT;
    kilobits = (sampleVariance * kilobits + predicted * sample) / (sampleVariance + predicted);
    kilobits = Math.max(kilobits, 0);
    variance = sampleVariance * predicted / (sampleVariance + predicted);
  }

  /** Bits per second, -1 = not known yet. */
  long bitrate() {
    return kilobits < 0 ? -1 : (long) (kilobits * 1000);
  }

  private static final long FIRST_WINDOW = 500_000_000L;
  private static final long WINDOW = 150_000_000L;
  private static final long RESTART = 2_000_000_000L;
  private static final double FIRST_VARIANCE = 50;
  private static final double LEAST_VARIANCE = 0.01;
  private static final double DRIFT = 5;
  private static final double DOUBT = 10;
}
