package dev.madang.rig;

import java.time.Duration;

/// What a simulated path does to datagrams, in one direction.
///
/// @param delay every datagram's
/// @param jitter up to so much more, evenly drawn; alone it does not reorder
/// @param loss the share that vanishes, 0-1
/// @param reordering the share that overtakes or is overtaken: waits `delay` once more
/// @param duplication the share that arrives twice
/// @param bitsPerSecond 0 = unlimited
/// @param queueBytes how much may wait for a slow link before it drops
public record Link(
    Duration delay,
    Duration jitter,
    double loss,
    double reordering,
    double duplication,
    long bitsPerSecond,
    int queueBytes) {

  public static Link perfect(Duration delay) {
    return new Link(delay, Duration.ZERO, 0, 0, 0, 0, Integer.MAX_VALUE);
  }

  /** A bad day: 20 ms ± jitter, 10 % lost, 5 % reordered, 2 % doubled. */
  public static Link bad() {
    return new Link(Duration.ofMillis(20), Duration.ofMillis(15), 0.1, 0.05, 0.02, 0, 1 << 20);
  }

  /** A path that is cut. */
  public static Link cut() {
    return new Link(Duration.ZERO, Duration.ZERO, 1, 0, 0, 0, 0);
  }

  public Link withLoss(double loss) {
    return new Link(delay, jitter, loss, reordering, duplication, bitsPerSecond, queueBytes);
  }

  public Link withBandwidth(long bitsPerSecond, int queueBytes) {
    return new Link(delay, jitter, loss, reordering, duplication, bitsPerSecond, queueBytes);
  }
}
