package dev.madang.protocol.sctp;

/** Times in nanoseconds that wrap as the system's do, and one that never comes. */
final class Timers {
  private Timers() {}

  static final long NEVER = Long.MAX_VALUE;

  static boolean isDue(long time, long now) {
    return time != NEVER && time - now <= 0;
  }

  static long sooner(long a, long b) {
    if (a == NEVER || b == NEVER) {
      return a == NEVER ? b : a;
    }
    return a - b < 0 ? a : b;
  }
}
