package dev.madang.compare;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C while something is measured: it is told to stop, and the process lives until this is
/// closed, when what was measured until then has been said.
public final class Interrupt implements AutoCloseable {
  private final CountDownLatch said = new CountDownLatch(1);
  private final Thread hook;

  /// @param stop called on a thread of its own
  public Interrupt(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              try {
                boolean _ = said.await(GOODBYE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            },
            "compare-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    said.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending by it.
    }
  }

  private static final int GOODBYE_SECONDS = 15;
}
