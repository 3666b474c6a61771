package dev.madang.room.bandwidth;

/// Whether what is sent is much less than what could be: then delay and loss say little about the
/// path's limit, and only a probe can tell. A budget fills at 65 % of the estimate and is spent by
/// sending; full for half a second means idle.
final class IdleBudget {
  private double left;
  private long at;
  private boolean idle;

  IdleBudget(long now) {
    at = now;
  }

  void sent(int bytes, long estimate, long now) {
    fill(estimate, now);
    double most = most(estimate);
    left = Math.max(left - bytes, -most);
    judge(most);
  }

  void tick(long estimate, long now) {
    fill(estimate, now);
    judge(most(estimate));
  }

  private void fill(long estimate, long now) {
    double most = most(estimate);
    left = Math.min(left + most * (now - at) / WINDOW, most);
    at = now;
  }

  private void judge(double most) {
    double share = left / most;
    idle = idle ? share > STOP : share > START;
  }

  private static double most(long estimate) {
    return USED * estimate / 8e9 * WINDOW;
  }

  boolean idle() {
    return idle;
  }

  private static final double WINDOW = 500_000_000L;
  private static final double USED = 0.65;
  private static final double START = 0.8;
  private static final double STOP = 0.5;
}
