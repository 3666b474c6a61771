package dev.madang.room.bandwidth;

/// Asks the path for more than is sent: short bursts at a higher rate, whose arrival tells what it
/// carries. What is sent is up to the caller: retransmissions of real packets, or padding. Lives on
/// the receiver's loop.
///
/// It probes at the start (three and six times the first estimate, if more is wanted), further on
/// while results come near what was asked, and whenever the [Allocator] has a next step that the
/// estimate has no room for; soon after a drop, then less and less often while the path says no. An
/// answer that got lost on its way back is none: it asks the same again at once.
///
/// ```
/// if (prober.deadline(now) - now <= 0) prober.tick(now);
/// while (prober.due(now) > 0) send(padding, prober.cluster());
/// ```
public final class Prober {
  private final BandwidthEstimator estimator;
  private final Limits limits;
  private final long[] queue = new long[2];
  private int queued;

  private int cluster;
  private boolean sending;
  private long target;
  private long began;
  private int bytes;
  private int packets;
  private int wantedBytes;

  private boolean waiting;
  private long waitingSince;
  private int answered;
  private int repeated;

  private boolean started;
  private boolean leapt;
  private long need;
  private long most;
  private long askAt;
  private long pause = SHORTEST_PAUSE;
  private long estimate;

  public Prober(BandwidthEstimator estimator, Limits limits, long now) {
    this.estimator = estimator;
    this.limits = limits;
    this.askAt = now;
    this.estimate = limits.start();
  }

  /** The path is open and there is something to send. */
  public void start(long now) {
    if (!started) {
      started = true;
      askAt = now;
    }
  }

  /// What more is wanted of the path.
  ///
  /// @param need [Allocator#nextStep], 0 = nothing
  /// @param most [Allocator#wanted]: no probe asks for much more
  public void want(long need, long most) {
    this.need = need;
    this.most = most;
  }

  /** Time goes by, or feedback came. */
  public void tick(long now) {
    if (!started) {
      return;
    }
    watch(now);
    hear(now);
    if (sending || waiting) {
      return;
    }
    if (!leapt && most > limits.start()) {
      leapt = true;
      enqueue(3 * limits.start(), 0);
      enqueue(6 * limits.start(), 0);
    }
    if (queued > 0) {
      begin(now);
    } else if (need > estimator.proven(now) && now - askAt >= 0 && !estimator.busy(now)) {
      enqueue(Math.min((long) (aim() * MARGIN), LEAP * estimator.bitrate()), 0);
      begin(now);
      askAt = now + pause;
      pause = Math.min(pause * 3 / 2, LONGEST_PAUSE);
    }
  }

  /// The next step; where the estimate has room for it and is only not trusted any more, all that
  /// is wanted as far as the estimate reaches.
  private long aim() {
    return Math.max(need, Math.min(most, estimator.bitrate()));
  }

  /** A drop is followed by a probe soon: perhaps it was a passing thing. */
  private void watch(long now) {
    long latest = estimator.bitrate();
    if (latest < DROP * estimate) {
      queued = 0;
      pause = SHORTEST_PAUSE;
      askAt = now + pause;
    }
    estimate = latest;
  }

  private void hear(long now) {
    if (!waiting) {
      return;
    }
    if (estimator.probedCluster() == cluster && answered != cluster) {
      answered = cluster;
      waiting = false;
      if (estimator.bitrate() >= FURTHER * target) {
        pause = SHORTEST_PAUSE;
        further();
      } else {
        queued = 0;
      }
    } else if (estimator.untold(cluster) && repeated < MOST_REPEATED && !estimator.busy(now)) {
      // Its answer got lost on the way back: the path has not said no.
      repeated++;
      waiting = false;
      ask(target, now);
    } else if (now - waitingSince > PATIENCE) {
      waiting = false;
      queued = 0;
    }
  }

  private void further() {
    long next = 2 * estimator.bitrate();
    if (queued == 0 && estimator.bitrate() < most * MARGIN) {
      enqueue(next, estimator.bitrate());
    }
  }

  private void enqueue(long rate, long least) {
    long sensible = Math.max((long) (CAP * most), (long) (MARGIN * need));
    long capped = Math.min(rate, Math.min(sensible, limits.most()));
    if (queued < queue.length && capped > least) {
      queue[queued++] = capped;
    }
  }

  private void begin(long now) {
    if (queued == 0) {
      return;
    }
    long next = queue[0];
    queue[0] = queue[1];
    queued--;
    repeated = 0;
    ask(next, now);
  }

  private void ask(long rate, long now) {
    target = rate;
    cluster = cluster % SendLog.MOST_PROBES + 1;
    sending = true;
    began = now;
    bytes = 0;
    packets = 0;
    wantedBytes = (int) Math.max(target / 8e9 * LENGTH, LEAST_PACKETS * USUAL);
  }

  /// How many bytes to send now with [#cluster]; 0 = none.
  public int due(long now) {
    if (!sending) {
      return 0;
    }
    if (now - began > PATIENCE) {
      sending = false;
      return 0;
    }
    return (int) Math.max(0, Math.min(soFar(now), MOST_TIMES * wantedBytes) - bytes);
  }

  /** How many bytes should have been sent by now. */
  private long soFar(long now) {
    return (long) (target / 8e9 * (now - began + STRIDE));
  }

  /** The cluster that everything sent now belongs to, 0 = none. */
  public int cluster() {
    return sending ? cluster : 0;
  }

  /** A packet was sent with [#cluster], media too. */
  public void sent(int size, long now) {
    if (!sending) {
      return;
    }
    bytes += size;
    packets++;
    // Who was late sends more, until the rate is what was to be asked for.
    boolean enough = bytes >= wantedBytes && packets >= LEAST_PACKETS;
    if (enough && (bytes >= soFar(now) || bytes >= MOST_TIMES * wantedBytes)) {
      estimator.clusterSent(cluster);
      sending = false;
      waiting = true;
      waitingSince = now;
    }
  }

  /** There is nothing to probe with. */
  public void abandon(long now) {
    sending = false;
    queued = 0;
    askAt = now + pause;
  }

  public long deadline(long now) {
    if (!started) {
      return Long.MAX_VALUE;
    }
    if (sending) {
      return began + (long) (bytes * 8e9 / target);
    }
    if (waiting) {
      return waitingSince + PATIENCE + 1;
    }
    if (queued > 0) {
      return now;
    }
    return need > estimator.proven(now) ? (askAt - now > 0 ? askAt : now + RETRY) : Long.MAX_VALUE;
  }

  private static final double MARGIN = 1.25;
  private static final double CAP = 1.5;
  private static final double DROP = 0.7;
  private static final double FURTHER = 0.85;
  private static final long LEAP = 4;
  private static final long LENGTH = 20_000_000L;
  private static final long STRIDE = 2_000_000L;
  private static final int LEAST_PACKETS = 5;
  private static final long MOST_TIMES = 2;
  private static final int USUAL = 400;
  private static final int MOST_REPEATED = 3;
  private static final long PATIENCE = 1_000_000_000L;
  private static final long SHORTEST_PAUSE = 1_000_000_000L;
  private static final long LONGEST_PAUSE = 4_000_000_000L;
  private static final long RETRY = 50_000_000L;
}
