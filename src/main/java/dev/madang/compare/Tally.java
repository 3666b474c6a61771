package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/// What became of the messages of one workload on one lane. Written by the thread that sends and
/// the one that hears; read when both are done.
final class Tally implements Lane.Listener {
  private static final long NEVER = -1;

  private final Workload workload;
  private long[] sentAt = new long[1024];
  private long[] heardAt = new long[1024];
  private int sent;
  private int heard;
  private int late;
  private long bytes;
  private final int[] delays = new int[BUCKETS];

  Tally(Workload workload) {
    this.workload = workload;
  }

  /// The next message, as it is about to be sent.
  synchronized byte[] next(int kind, long now) {
    if (sent == sentAt.length) {
      sentAt = Arrays.copyOf(sentAt, sent * 2);
      heardAt = Arrays.copyOf(heardAt, sent * 2);
    }
    byte[] message = new byte[workload.size()];
    Probe.write(message, kind, workload.number(), 0, sent, now);
    sentAt[sent] = now;
    heardAt[sent] = NEVER;
    sent++;
    return message;
  }

  @Override
  public synchronized void answer(byte[] from, int offset, int length, long now) {
    if (length < Probe.HEADER || Probe.workload(from, offset) != workload.number()) {
      return;
    }
    int sequence = Probe.sequence(from, offset);
    if (sequence >= 0 && sequence < sent && heardAt[sequence] == NEVER) {
      heardAt[sequence] = now;
      heard++;
      bytes += length;
      long delay = now - sentAt[sequence];
      late += workload.deadline() > 0 && delay > workload.deadline() * 1_000_000L ? 1 : 0;
      delays[bucket(delay)]++;
      notifyAll();
    }
  }

  /// What it is while messages are still on their way; percentiles to within a few per cent.
  ///
  /// @param lost not here after seconds, on a lane that gives messages up
  record SoFar(int sent, int heard, int late, int lost, double p50, double p95) {}

  synchronized SoFar soFar(long now, boolean reliable) {
    int underWay = 0;
    for (int i = sent - 1; i >= 0 && now - sentAt[i] < UNDER_WAY; i--) {
      underWay += heardAt[i] == NEVER ? 1 : 0;
    }
    int lost = reliable ? 0 : sent - heard - underWay;
    return new SoFar(sent, heard, late, lost, about(0.5), about(0.95));
  }

  private double about(double quantile) {
    long rank = (long) Math.ceil(quantile * heard);
    int bucket = 0;
    for (long below = delays[0]; below < rank; below += delays[bucket]) {
      bucket++;
    }
    return heard == 0 ? 0 : SHORTEST * Math.pow(STEP, bucket + 0.5) / 1e6;
  }

  private static int bucket(long delay) {
    return Math.clamp(
        (int) (Math.log(Math.max(1, delay) / SHORTEST) / Math.log(STEP)), 0, BUCKETS - 1);
  }

  private static final long UNDER_WAY = 3_000_000_000L;
  private static final int LOOK_AGAIN_MILLIS = 100;
  private static final int BUCKETS = 240;
  private static final double SHORTEST = 10_000;
  private static final double STEP = 1.08;

  synchronized int sent() {
    return sent;
  }

  synchronized int heard() {
    return heard;
  }

  /// Until every answer is here, or so much time went by without one, or none can come any more.
  synchronized void settle(long patience, BooleanSupplier over) throws InterruptedException {
    long until = System.nanoTime() + patience;
    int before = heard;
    while (heard < sent && until - System.nanoTime() > 0 && !over.getAsBoolean()) {
      wait(Math.clamp((until - System.nanoTime()) / 1_000_000, 1, LOOK_AGAIN_MILLIS));
      if (heard != before) {
        before = heard;
        until = System.nanoTime() + patience;
      }
    }
  }

  /// Until fewer than so many are on their way, or so much time went by without an answer.
  ///
  /// @return whether there is room
  synchronized boolean room(int window, int givenUp, long patience) throws InterruptedException {
    long until = System.nanoTime() + patience;
    while (sent - heard - givenUp >= window) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  /// What it says.
  ///
  /// @param skipped messages at the start that only warmed up
  synchronized Series series(int skipped) {
    int first = Math.min(skipped, sent);
    return new Series(
        Arrays.copyOfRange(sentAt, first, sent), Arrays.copyOfRange(heardAt, first, sent), bytes);
  }
}
