package dev.madang.server.bot;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a bot is told, on a virtual thread of its own, one thing after the other: it may take its
/// time, and nobody else waits for it. What waits is bounded; may be told from any thread.
final class Errands {
  private final LinkedBlockingQueue<Errand> waiting = new LinkedBlockingQueue<>();
  private final AtomicInteger missableBytes = new AtomicInteger();
  private final AtomicInteger toldBytes = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final Runnable broken;
  private volatile boolean over;

  private record Errand(Runnable what, int bytes, boolean missable) {}

  /// @param broken called when something that was told failed, or too much of it waits
  Errands(String name, Runnable broken) {
    this.broken = broken;
    Thread.ofVirtual().name("bot " + name).start(this::live);
  }

  /// What it has to hear.
  void tell(Runnable what) {
    tell(what, 0);
  }

  /// The same, where somebody else says how large it is.
  void tell(Runnable what, int size) {
    if (over) {
      return;
    }
    int waits = told.incrementAndGet();
    int bytes = toldBytes.addAndGet(size);
    if (waits > MOST || bytes > MOST_TOLD_BYTES) {
      LOG.warn(
          "A bot does not hear what it is told: {} things of {} bytes wait for it. It is closed.",
          waits,
          bytes);
      over = true;
      broken.run();
      return;
    }
    waiting.add(new Errand(what, size, false));
  }

  /// What it may miss; false when it does, since so much waits already.
  boolean offer(Runnable what, int size) {
    int cost = size + OVERHEAD;
    if (over || missableBytes.addAndGet(cost) > MOST_BYTES) {
      missableBytes.addAndGet(-cost);
      return false;
    }
    waiting.add(new Errand(what, cost, true));
    return true;
  }

  /// Nothing more is told behind what waits now.
  void end() {
    waiting.add(new Errand(() -> over = true, 0, true));
  }

  /// Whatever a listener throws, an error or an interruption too: one that hears nothing any more
  /// must not stay in the room.
  private void live() {
    try {
      while (!over) {
        Errand next = waiting.take();
        if (next.missable()) {
          missableBytes.addAndGet(-next.bytes());
        } else {
          told.decrementAndGet();
          toldBytes.addAndGet(-next.bytes());
        }
        next.what().run();
      }
    } catch (Throwable failed) {
      over = true;
      LOG.error("A bot failed and is closed", failed);
      broken.run();
    }
    waiting.clear();
  }

  /// Bytes of frames and packets: a second of a large picture.
  private static final int MOST_BYTES = 4 << 20;

  private static final int MOST = 10_000;

  /// Bytes of messages: of one sender half a minute, and no more than one process has for a bot.
  private static final int MOST_TOLD_BYTES = 32 << 20;

  private static final int OVERHEAD = 64;
  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);
}
