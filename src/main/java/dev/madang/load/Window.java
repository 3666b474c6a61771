package dev.madang.load;

/// The time that is measured; what was sent in it counts. Any thread.
final class Window {
  private volatile long from = Long.MAX_VALUE;
  private volatile long to = Long.MAX_VALUE;

  /// Opens for so long, from now on.
  void open(long now, long nanos) {
    to = now + nanos;
    from = now;
  }

  long to() {
    return to;
  }

  boolean has(long sentAt) {
    long begin = from;
    return begin != Long.MAX_VALUE && sentAt - begin >= 0 && sentAt - to < 0;
  }
}
