package dev.madang.room.bandwidth;

/// What one track's publisher is asked to send: the highest layer that anybody wants; more at once,
/// less after a while, as an encoder that starts again costs a keyframe. Lives on the publisher's
/// loop; other loops tell it what their receivers want.
public final class Dynacast {
  /** Nobody wants anything. */
  public static final int NOTHING = -1;

  private final int[] wanting = new int[Layers.SPATIAL];
  private int asked;
  private long lowerSince;
  private boolean lowering;

  /**
   * @param asked the layer the publisher begins with
   */
  public Dynacast(int asked) {
    this.asked = asked;
  }

  /// A receiver wants another layer.
  ///
  /// @param from what it wanted, [#NOTHING] for a new one
  /// @param to what it wants now, [#NOTHING] when it leaves or sleeps
  /// @return true when [#asked] changed: tell the publisher
  public boolean moved(int from, int to, long now) {
    if (from >= 0) {
      wanting[from]--;
    }
    if (to >= 0) {
      wanting[to]++;
    }
    return tick(now);
  }

  /** True when [#asked] changed: tell the publisher. */
  public boolean tick(long now) {
    int wanted = wanted();
    if (wanted >= asked) {
      lowering = false;
      boolean more = wanted > asked;
      asked = wanted;
      return more;
    }
    if (!lowering) {
      lowering = true;
      lowerSince = now;
    }
    if (now - lowerSince < DELAY) {
      return false;
    }
    lowering = false;
    asked = wanted;
    return true;
  }

  public long deadline() {
    return lowering ? lowerSince + DELAY : Long.MAX_VALUE;
  }

  /** The highest spatial layer to send, [#NOTHING] = none. */
  public int asked() {
    return asked;
  }

  private int wanted() {
    int wanted = Layers.SPATIAL - 1;
    while (wanted >= 0 && wanting[wanted] == 0) {
      wanted--;
    }
    return wanted;
  }

  private static final long DELAY = 5_000_000_000L;
}
