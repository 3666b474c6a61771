package dev.madang.net;

/// A moment at which a [Loop] runs something; belongs to the loop's thread. Setting it again moves
/// it, so a session keeps one for its whole life.
public final class Timer {
  final Runnable due;
  long at;
  int slot = IDLE;
  private final Timers timers;

  Timer(Timers timers, Runnable due) {
    this.timers = timers;
    this.due = due;
  }

  /// Runs once when the loop's clock reaches `deadline`; `Long.MAX_VALUE` is never.
  public void at(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      cancel();
    } else if (slot == IDLE || deadline != at) {
      timers.set(this, deadline);
    }
  }

  public void cancel() {
    if (slot != IDLE) {
      timers.remove(this);
    }
  }

  static final int IDLE = -1;
}
