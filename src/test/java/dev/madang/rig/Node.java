package dev.madang.rig;

/** Something with timers that lives in a [SimulatedNetwork]. */
public interface Node {
  void tick(long now);

  /** `Long.MAX_VALUE` when nothing is waiting. */
  long deadline();
}
