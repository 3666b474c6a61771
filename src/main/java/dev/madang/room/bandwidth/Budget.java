package dev.madang.room.bandwidth;

/// Everything about the bandwidth of one receiver, joined: what was sent and what feedback says go
/// into the [BandwidthEstimator], its estimate is divided by the [Allocator], what the allocator
/// has no room for makes the [Prober] ask, and what may wait goes through the [Pacer]. Lives on the
/// receiver's loop.
///
/// ```
/// sent ----> BandwidthEstimator --bitrate--> Allocator ---shares---> who forwards
/// feedback ->        ^                           | next step
///                    +------- results ------- Prober --pad--> who forwards
/// ```
public final class Budget {
  private final BandwidthEstimator estimator;
  private final Prober prober;
  private final Allocator allocator = new Allocator();
  private final Pacer pacer;
  private final Output output;
  private long allocateAt;
  private long divided;

  public interface Output {
    /// Send at least something now that does no harm and is worth measuring: about so many bytes of
    /// packets sent before, or of padding, each told to [Budget#sent].
    ///
    /// @return false when there is nothing to send it with
    boolean pad(int bytes, long now);

    /** Send what was given to [Budget#enqueue]; its packet is told to [Budget#sent]. */
    void release(long item, long now);

    /** Some [Allocator.Share] changed. */
    void allocated(long now);
  }

  public Budget(Limits limits, Output output, long now) {
    this.output = output;
    estimator = new BandwidthEstimator(limits, now);
    prober = new Prober(estimator, limits, now);
    pacer = new Pacer(limits.start(), now);
    allocateAt = now;
  }

  /** The path is open, and the receiver promised transport-wide feedback. */
  public void probe(long now) {
    prober.start(now);
  }

  /// A packet of any kind leaves.
  ///
  /// @param bytes its size on the wire
  /// @return the transport-wide sequence number to write into it
  public int sent(int bytes, long now) {
    int sequence = estimator.sent(bytes, prober.cluster(), now);
    prober.sent(bytes, now);
    return sequence;
  }

  /// Something to send when it is its turn: a retransmission, a replayed keyframe.
  ///
  /// @param item what it means is the caller's own
  /// @return false when too much waits
  public boolean enqueue(long item, int bytes, long now) {
    boolean fits = pacer.add(item, bytes, now);
    release(now);
    return fits;
  }

  private void release(long now) {
    while (pacer.ready(now)) {
      output.release(pacer.take(now), now);
    }
  }

  /** All packets of one feedback were told to the estimator. */
  public void endFeedback(long now) {
    estimator.endFeedback(now);
    tick(now);
  }

  /** Divides anew at the next tick: a share wants something else. */
  public void changed(long now) {
    allocateAt = now;
  }

  public void tick(long now) {
    estimator.tick(now);
    if (now - allocateAt >= 0 || isDue(allocator.deadline(), now) || moved()) {
      allocateAt = now + REGULARLY;
      divided = estimator.bitrate();
      if (allocator.allocate(divided, estimator.proven(now), now)) {
        output.allocated(now);
      }
    }
    prober.want(allocator.nextStep(), allocator.wanted());
    prober.tick(now);
    pad(now);
    pacer.rate(spare(), now);
    release(now);
  }

  /** Whether the estimate fell or rose so much that it cannot wait. */
  private boolean moved() {
    return Math.abs(estimator.bitrate() - divided) > divided / 50;
  }

  /// While nothing waits on the path it bears a burst. Else what waits gets what media leaves of
  /// the estimate, and always a little.
  private long spare() {
    long estimate = estimator.bitrate();
    if (estimator.queueing() < QUIET) {
      return estimate;
    }
    return Math.max(estimate - allocator.allocated() - allocator.reserved(), estimate / 8);
  }

  private void pad(long now) {
    for (int due = prober.due(now); due > 0; due = prober.due(now)) {
      if (!output.pad(due, now)) {
        prober.abandon(now);
      }
    }
  }

  private static boolean isDue(long deadline, long now) {
    return deadline != Long.MAX_VALUE && now - deadline >= 0;
  }

  /** When to tick next; never far away. */
  public long deadline(long now) {
    long next = allocateAt;
    next = sooner(next, allocator.deadline());
    next = sooner(next, prober.deadline(now));
    next = sooner(next, pacer.deadline());
    return next;
  }

  private static long sooner(long a, long b) {
    return b != Long.MAX_VALUE && b - a < 0 ? b : a;
  }

  public BandwidthEstimator estimator() {
    return estimator;
  }

  public Allocator allocator() {
    return allocator;
  }

  public Pacer pacer() {
    return pacer;
  }

  private static final long REGULARLY = 200_000_000L;
  private static final long QUIET = 25_000_000L;
}
