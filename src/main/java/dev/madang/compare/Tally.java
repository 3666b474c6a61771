package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.util.Arrays;

/// What became of the messages of one workload on one lane. Written by the thread that sends and
/// the one that hears; read when both are done.
final class Tally implements Lane.Listener {
  private static final long NEVER = -1;

  private final Workload workload;
  private long[] sentAt = new long[1024];
  private long[] heardAt = new long[1024];
  private int sent;
  private int heard;
  private long bytes;

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
      notifyAll();
    }
  }

  synchronized int sent() {
    return sent;
  }

  synchronized int heard() {
    return heard;
  }

  /// Until every answer is here, or so much time went by without one.
  synchronized void settle(long patience) throws InterruptedException {
    long until = System.nanoTime() + patience;
    int before = heard;
    while (heard < sent && until - System.nanoTime() > 0) {
      wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
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
