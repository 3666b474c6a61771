package dev.madang.server.bot;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a bot is told, on a virtual thread of its own, one thing after the other: it may take its
/// time, and nobody else waits for it. What waits is bounded; may be told from any thread.
final class Errands {
  private final LinkedBlockingQueue<Errand> waiting = new LinkedBlockingQueue<>();
  private final AtomicInteger bytes = new AtomicInteger();
  private final AtomicInteger count = new AtomicInteger();
  private final Runnable broken;
  private volatile boolean over;

  private record Errand(Runnable what, int bytes) {}

  /// @param broken called when something that was told failed, or too much of it waits
  Errands(String name, Runnable broken) {
    this.broken = broken;
    Thread.ofVirtual().name("bot " + name).start(this::live);
  }

  /// What it has to hear.
  void tell(Runnable what) {
    if (over) {
      return;
    }
    if (count.incrementAndGet() > MOST) {
      LOG.warn("A bot does not hear what it is told: {} things wait for it. It is closed.", MOST);
      over = true;
      broken.run();
      return;
    }
    waiting.add(new Errand(what, 0));
  }

  /// What it may miss; false when it does, since so much waits already.
  boolean offer(Runnable what, int size) {
    int cost = size + OVERHEAD;
    if (over || bytes.addAndGet(cost) > MOST_BYTES) {
      bytes.addAndGet(-cost);
      return false;
    }
    count.incrementAndGet();
    waiting.add(new Errand(what, cost));
    return true;
  }

  /// Nothing more is told behind what waits now.
  void end() {
    waiting.add(new Errand(() -> over = true, 0));
  }

  private void live() {
    try {
      while (!over) {
        Errand next = waiting.take();
        count.decrementAndGet();
        bytes.addAndGet(-next.bytes());
        next.what().run();
      }
    } catch (InterruptedException _) {
      over = true;
    } catch (RuntimeException failed) {
      over = true;
      LOG.error("A bot failed and is closed", failed);
      broken.run();
    }
    waiting.clear();
  }

  /// Bytes of frames and packets: a second of a large picture.
  private static final int MOST_BYTES = 4 << 20;

  private static final int MOST = 10_000;
  private static final int OVERHEAD = 64;
  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);
}
