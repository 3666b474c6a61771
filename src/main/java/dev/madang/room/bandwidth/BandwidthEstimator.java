package dev.madang.room.bandwidth;

/// How much the path to one receiver carries. Lives on the receiver's loop.
///
/// Told of everything sent and of the receiver's transport-wide feedback, it follows Google
/// congestion control (draft-ietf-rmcat-gcc-02 and what libwebrtc made of it since): delays that
/// grow, losses, and what probes found; the least of them counts, and a receiver's own limit
/// (REMB). A receiver without transport-wide feedback is judged by its reports and REMB alone.
///
/// ```
/// int sequence = estimator.sent(bytes, prober.cluster(), now);
/// …
/// estimator.received(sequence, arrival);  estimator.missing(sequence);  estimator.endFeedback(now);
/// ```
public final class BandwidthEstimator {
  private final Limits limits;
  private final SendLog log = new SendLog();
  private final PacketGroups groups = new PacketGroups();
  private final Trendline trendline = new Trendline();
  private final Throughput throughput = new Throughput();
  private final Queueing queueing = new Queueing();
  private final ProbeResults probes = new ProbeResults();
  private final LossControl losses = new LossControl();
  private final RateControl rate;
  private final IdleBudget idle;
  private final SendRate sending;

  private long bitrate;
  private long roundTrip = FIRST_ROUND_TRIP;
  private Limiting limiting = Limiting.NOTHING;

  private boolean reported;
  private long lastArrival;
  private long newestSent;

  /// The newest packet that feedback spoke of.
  private long told = -1;

  private boolean newest;
  private boolean over;
  private long probed = -1;
  private int probedCluster;

  private boolean lossy;
  private long lossyAt;
  private long provenAt;
  private long carried;
  private long carriedAt;

  private boolean waiting;
  private long waitingSince;
  private long silentAt;
  private boolean silent;

  private long remb = Long.MAX_VALUE;
  private long rembAt;
  private long byReports = -1;
  private double reportedLoss;

  public BandwidthEstimator(Limits limits, long now) {
    this.limits = limits;
    rate = new RateControl(limits, now);
    idle = new IdleBudget(now);
    sending = new SendRate(now);
    bitrate = limits.start();
    provenAt = now;
    silentAt = now;
  }

  // ---- what happened ------------------------------------------------------------------------

  /// A packet leaves.
  ///
  /// @param bytes its size on the wire
  /// @param cluster the probe it belongs to, 0 = none
  /// @return the transport-wide sequence number to write into it, 16 bits
  public int sent(int bytes, int cluster, long now) {
    if (cluster != 0) {
      probes.sent(cluster, bytes);
    } else {
      idle.sent(bytes, bitrate, now);
    }
    sending.sent(bytes, now);
    if (!waiting) {
      waiting = true;
      waitingSince = now;
    }
    return log.sent(bytes, cluster, now);
  }

  /// What was told of since then leaves only now: else our own delay would pass for the path's.
  public void left(long since, long now) {
    log.left(since, now);
  }

  /// Feedback says that a packet arrived. In the order of sequence numbers within one feedback.
  ///
  /// @param arrival in units of 250 µs of the receiver's clock, modulo 2^32
  public void received(int sequence, long arrival) {
    long number = log.find(sequence);
    if (number < 0 || !log.pending(number)) {
      return;
    }
    reach(number);
    long sent = log.time(number);
    int bytes = log.bytes(number);
    boolean calledLost = !log.unknown(number);
    log.arrived(number);
    long at = clock(arrival);
    if (calledLost) {
      losses.found();
    } else {
      losses.arrived(sent, bytes);
    }
    throughput.arrived(at, bytes);
    queueing.arrived(sent, at, bytes);
    if (groups.arrived(sent, at)) {
      trendline.add(groups.sentDelta(), groups.arrivalDelta(), groups.at());
      over |= trendline.usage() == Usage.OVER;
    }
    if (log.probe(number) != 0) {
      probed(log.probe(number), probes.arrived(log.probe(number), bytes, sent, at));
    }
    if (!newest || sent - newestSent > 0) {
      newest = true;
      newestSent = sent;
    }
  }

  /// One feedback follows another without a gap. What lies between the newest packet told of and
  /// this one was told in feedback that got lost: it says nothing of the path to the receiver, and
  /// must not pass for something that did not arrive.
  private void reach(long number) {
    if (number > told + 1) {
      throughput.hole();
      queueing.hole();
      for (long at = Math.max(told + 1, log.oldest()); at < number; at++) {
        if (log.unknown(at)) {
          losses.untold(log.time(at), log.bytes(at));
          if (log.probe(at) != 0) {
            probed(log.probe(at), probes.untold(log.probe(at), log.bytes(at)));
          }
        }
      }
    }
    told = Math.max(told, number);
  }

  private void probed(int cluster, long found) {
    if (found >= 0) {
      probed = found;
      probedCluster = cluster;
    }
  }

  /// The receiver's clock in nanoseconds, from what wraps after twelve days. After a jump of more
  /// than is possible everything that compares arrivals starts anew.
  private long clock(long arrival) {
    long ticks = (int) (arrival - (int) (lastArrival / ArrivalLog.TICK));
    long step = ticks * ArrivalLog.TICK;
    if (Math.abs(step) > JUMP) {
      groups.reset();
      trendline.reset();
      queueing.reset();
    }
    lastArrival += step;
    return lastArrival;
  }

  /** Feedback says that a packet did not arrive, or not yet. */
  public void missing(int sequence) {
    long number = log.find(sequence);
    if (number >= 0 && log.unknown(number)) {
      reach(number);
      losses.lost(log.time(number), log.bytes(number));
      log.lost(number);
    }
  }

  /** All packets of one feedback were told. */
  public void endFeedback(long now) {
    queueing.end(now);
    judge(now);
    queueing.begin();
  }

  private void judge(long now) {
    if (!newest) {
      return;
    }
    newest = false;
    reported = true;
    silent = false;
    waiting = log.inFlight() > 0;
    waitingSince = now;
    roundTripAtLeast(now - newestSent);
    Usage usage = usage();
    rate.roundTrip(roundTrip);
    idle.tick(bitrate, now);
    rate.update(
        usage, throughput.bitrate(), queueing, idle.idle(), sending.bitrate(now), newestSent, now);
    if (throughput.bitrate() > PROVES * rate.bitrate()) {
      provenAt = now;
    }
    applyProbe(usage, now);
    if (losses.update(rate.bitrate(), throughput.bitrate()) && losses.limit() < rate.bitrate()) {
      rate.lossLimited(losses.limit());
      lossy = true;
      lossyAt = now;
    }
    conclude(now);
  }

  /// A trend upwards in which a packet still slips through at once is a burst: a keyframe. It is
  /// waited for. A long wait that no burst explains needs no trend.
  private Usage usage() {
    boolean overused = over || trendline.usage() == Usage.OVER;
    over = false;
    boolean surge = queueing.latest() > LONG_QUEUE && queueing.growth() > LEAST_QUEUE;
    if (queueing.delay() > LEAST_QUEUE && (overused || surge)) {
      return Usage.OVER;
    }
    return overused ? Usage.UNDER : trendline.usage();
  }

  /// A probe that arrived slower than the estimate does not lower it: it was perhaps held up here
  /// or there, and to lower is for what waits and what gets lost. It shows that at least so much is
  /// carried, which counts where the estimate itself is not trusted any more.
  private void applyProbe(Usage usage, long now) {
    if (probed >= bitrate && usage != Usage.OVER) {
      rate.probed(probed, now);
      provenAt = now;
      losses.probed(probed);
    } else if (usage != Usage.OVER && probed >= carried(now)) {
      carried = probed;
      carriedAt = now;
    }
    probed = -1;
  }

  /** What a probe lately showed to be carried, less than the estimate. */
  private long carried(long now) {
    return now - carriedAt < TRUSTED ? carried : 0;
  }

  /// The newest packet's feedback took at least the round trip, and at most a feedback's interval
  /// more.
  private void roundTripAtLeast(long measured) {
    if (measured < roundTrip) {
      roundTrip = Math.max(measured, 1_000_000L);
    }
  }

  /** The round trip by RTCP, nanoseconds. */
  public void roundTrip(long nanoseconds) {
    roundTrip = Math.clamp(nanoseconds, 1_000_000L, 2_000_000_000L);
  }

  /// The share of packets lost by a receiver report, 0-1. It counts while there is no
  /// transport-wide feedback.
  public void lossReport(double fraction, long now) {
    reportedLoss = fraction > 0 ? Math.min(fraction, 1) : 0;
    if (!reported) {
      long from = byReports < 0 ? limits.start() : byReports;
      long report = (long) LossControl.report((double) from, reportedLoss);
      byReports = Math.clamp(report, limits.least(), limits.most());
      conclude(now);
    }
  }

  /// The receiver's own estimate. Below any use it is nonsense and ignored, as is what is so old
  /// that it would have been repeated.
  public void remb(long bitsPerSecond, long now) {
    if (bitsPerSecond > 0) {
      remb = bitsPerSecond;
      rembAt = now;
      conclude(now);
    }
  }

  /** Time goes by; a few times a second is enough. */
  public void tick(long now) {
    log.expire(now);
    idle.tick(bitrate, now);
    if (reported && waiting && now - waitingSince > patience() && now - silentAt > SILENCE_STEP) {
      silentAt = now;
      silent = true;
      rate.silence();
    }
    conclude(now);
  }

  private long patience() {
    return Math.max(SILENCE, 4 * roundTrip);
  }

  // ---- what follows -------------------------------------------------------------------------

  private void conclude(long now) {
    if (now - rembAt > REMB_HOLDS) {
      remb = Long.MAX_VALUE;
    }
    long least = reported ? rate.bitrate() : byReports >= 0 ? byReports : limits.start();
    limiting = reported ? cause(now) : reportedLoss > 0.02 ? Limiting.LOSS : Limiting.NOTHING;
    if (!reported && remb != Long.MAX_VALUE) {
      // It measures where we cannot.
      least = reportedLoss > 0.1 ? Math.min(remb, least) : remb;
      limiting = Limiting.RECEIVER;
    }
    if (reported && losses.limit() < least) {
      least = losses.limit();
      limiting = Limiting.LOSS;
    }
    if (remb < least) {
      least = remb;
      limiting = Limiting.RECEIVER;
    }
    bitrate = Math.clamp(least, limits.least(), limits.most());
  }

  private Limiting cause(long now) {
    if (silent) {
      return Limiting.SILENCE;
    }
    if (rate.decreasedWithin(RECENT, now)) {
      return Limiting.DELAY;
    }
    return lossy && now - lossyAt < RECENT ? Limiting.LOSS : Limiting.NOTHING;
  }

  /** Bits per second, for everything that is sent. */
  public long bitrate() {
    return bitrate;
  }

  /// Bits per second to go up with: an estimate that nothing has tested for a while is not trusted
  /// beyond what is sent, and what probes carried.
  public long proven(long now) {
    if (!reported || now - provenAt < TRUSTED) {
      return bitrate;
    }
    long tested = Math.max((long) (1.2 * throughput.bitrate()), carried(now));
    return Math.clamp(tested, limits.least(), bitrate);
  }

  public Limiting limiting() {
    return limiting;
  }

  /** Bits per second that arrive, -1 = not known. */
  public long throughput() {
    return throughput.bitrate();
  }

  /** Nanoseconds that packets wait on the way. */
  public long queueing() {
    return queueing.delay();
  }

  /// Whether packets wait so long that nothing above what the shares say should be sent, not even
  /// until the keyframe that a lower layer needs.
  public boolean congested() {
    return queueing.latest() > LONG_QUEUE && limiting == Limiting.DELAY;
  }

  /** The share of packets lost lately, 0-1. */
  public double loss() {
    return reported ? losses.average() : reportedLoss;
  }

  public long roundTrip() {
    return roundTrip;
  }

  /** Whether much less is sent than could be. */
  public boolean idle() {
    return idle.idle();
  }

  /** Whether the receiver sends transport-wide feedback. */
  public boolean reported() {
    return reported;
  }

  /** All packets of a cluster are sent: from now on it can give a result. */
  void clusterSent(int cluster) {
    probes.complete(cluster);
  }

  /** The last cluster that gave a result, 0 = none. */
  int probedCluster() {
    return probedCluster;
  }

  /// Whether the path's answer to a probe got lost on the way back.
  boolean untold(int cluster) {
    return probes.isUntold(cluster);
  }

  /** Whether sending more for a probe would hurt. */
  boolean busy(long now) {
    return silent || queueing.delay() > BUSY_QUEUE || rate.decreasedWithin(roundTrip, now);
  }

  private static final long FIRST_ROUND_TRIP = 200_000_000L;
  private static final long JUMP = 10_000_000_000L;
  private static final long SILENCE = 1_500_000_000L;
  private static final long SILENCE_STEP = 500_000_000L;
  private static final long REMB_HOLDS = 10_000_000_000L;
  private static final long RECENT = 2_000_000_000L;
  private static final double PROVES = 0.7;
  private static final long TRUSTED = 4_000_000_000L;
  private static final long LEAST_QUEUE = 25_000_000L;
  private static final long LONG_QUEUE = 120_000_000L;
  private static final long BUSY_QUEUE = 40_000_000L;
}
