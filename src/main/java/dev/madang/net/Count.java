package dev.madang.net;

import java.util.concurrent.atomic.AtomicLong;

/// A counter that one thread raises and any thread reads: no locked instruction, never torn.
public final class Count {
  private final AtomicLong value = new AtomicLong();

  public long value() {
    return value.getOpaque();
  }

  /// By the one thread.
  public void add(long more) {
    value.setOpaque(value.getPlain() + more);
  }
}
