package dev.madang.room.forward;

import dev.madang.media.Vp8Descriptor;
import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.room.bandwidth.Allocator;
import dev.madang.room.bandwidth.BandwidthEstimator;
import dev.madang.room.bandwidth.Budget;
import dev.madang.room.bandwidth.Limiting;
import dev.madang.wire.BigEndian;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What one far end receives: its [Subscription]s, the header of each packet, its reports. Lives on
/// its transport's loop.
public final class Downlink {
  /// What leaves, at once, during any method of a downlink, its subscriptions or their relays.
  public interface Output {
    /// An RTP packet to protect and send. The bytes, and what lies around them, are ours again when
    /// this returns.
    void sendRtp(byte[] bytes, int offset, int headerLength, int length);

    /// A compound RTCP packet to protect and send.
    void sendRtcp(byte[] bytes, int offset, int length);
  }

  private final Settings settings;
  private final Output output;
  private final int mid;
  private final int transportSequence;
  private final int absoluteSendTime;
  private final int audioLevel;
  private final int orientation;
  private final int descriptor;
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final byte[] scratch = new byte[640];
  private final byte[] report = new byte[1200];
  private final RtcpWriter rtcp = new RtcpWriter();
  private final Reading reading = new Reading();
  private final Vp8Descriptor vp8 = new Vp8Descriptor();
  private Subscription[] subscriptions = new Subscription[4];
  private int count;
  private int sounds;
  private int lastId;
  private final Budget budget;
  private final BandwidthEstimator estimator;
  private final Allocator allocator;
  private boolean divides = true;
  private long nextReport;
  private long nextLook;
  private long roundTrip = 100_000_000L;
  private boolean measured;
  private long repeatCredit;
  private long creditAt;
  private int askedNow;
  private long now;
  private final Counters counters = new Counters();

  /// What happened so far; read on the loop.
  public static final class Counters {
    long packets;
    long bytes;
    long repeated;
    long asked;

    public long packets() {
      return packets;
    }

    public long bytes() {
      return bytes;
    }

    public long repeated() {
      return repeated;
    }

    /// Packets that the far end said it misses.
    public long asked() {
      return asked;
    }
  }

  public Downlink(Settings settings, ExtensionMap extensions, Output output, long now) {
    this.settings = settings;
    this.output = output;
    budget = new Budget(settings.bandwidth(), new Spending(), now);
    estimator = budget.estimator();
    allocator = budget.allocator();
    mid = extensions.id(HeaderExtension.MID);
    transportSequence = extensions.id(HeaderExtension.TRANSPORT_SEQUENCE);
    absoluteSendTime = extensions.id(HeaderExtension.ABSOLUTE_SEND_TIME);
    audioLevel = extensions.id(HeaderExtension.AUDIO_LEVEL);
    orientation = extensions.id(HeaderExtension.VIDEO_ORIENTATION);
    descriptor = extensions.id(HeaderExtension.DEPENDENCY_DESCRIPTOR);
    nextReport = now + REPORT_NANOS;
    nextLook = now + LOOK_NANOS;
    creditAt = now;
  }

  // ---- the way of a packet ----------------------------------------------------------------------

  /// Writes the header of this far end before the payload that lies in `ring`, and lets it go.
  void send(
      Subscription to, Ring ring, int slot, int number, int timestamp, boolean marker, long now) {
    int length = writeHeader(to, ring, slot, false, number, timestamp, marker, now);
    if (divides && transportSequence > 0 && ring.length(slot) >= LARGE) {
      budget.probe(now);
    }
    int payload = ring.payload(slot);
    byte[] bytes = ring.bytes();
    System.arraycopy(scratch, 0, bytes, payload - length, length);
    int size = length + ring.length(slot);
    int padded = size;
    if (ring.length(slot) >= LARGE) {
      padded = pad(bytes, payload - length, size);
    }
    counters.packets++;
    counters.bytes += size;
    output.sendRtp(bytes, payload - length, length, padded);
  }

  /// A packet of sound with the ones before it (RFC 2198), as long as the ring has them.
  void sendRedundant(
      Subscription to,
      Redundancy redundancy,
      Ring ring,
      int slot,
      int number,
      int timestamp,
      long now) {
    int size = redundancy.fill(ring, slot, to.coding.payloadType());
    boolean marker = ring.is(slot, Arrival.MARKER);
    int length = writeHeader(to, ring, slot, false, number, timestamp, marker, now);
    scratch[1] = (byte) (scratch[1] & 0x80 | redundancy.payloadType());
    byte[] bytes = redundancy.bytes();
    int at = Redundancy.HEAD - length;
    System.arraycopy(scratch, 0, bytes, at, length);
    counters.packets++;
    counters.bytes += length + size;
    output.sendRtp(bytes, at, length, length + size);
  }

  /// The same packet again, in the stream of retransmissions.
  void repeat(
      Subscription to,
      Ring ring,
      int slot,
      int original,
      int number,
      int timestamp,
      boolean marker,
      long now) {
    int length = writeHeader(to, ring, slot, true, number, timestamp, marker, now);
    byte[] bytes = ring.bytes();
    // RFC 4588 section 4: the original sequence number stands before the original payload.
    int at = ring.payload(slot) - 2;
    BigEndian.put16(bytes, at, original);
    System.arraycopy(scratch, 0, bytes, at - length, length);
    output.sendRtp(bytes, at - length, length, length + 2 + ring.length(slot));
  }

  /// A packet of nothing but padding under a number whose packet is left out after all: a gap would
  /// be asked for.
  void fill(Subscription to, long number, int timestamp, long now) {
    pad(to, to.coding.payloadType(), to.ssrc, (int) number, timestamp, 4, now);
  }

  /// A packet of nothing but padding in the stream of retransmissions, which only measures.
  void padding(Subscription to, int number, int timestamp, int size, long now) {
    pad(to, to.coding.retransmission(), to.retransmissionSsrc, number, timestamp, size, now);
  }

  private void pad(
      Subscription to, int payloadType, int ssrc, int number, int timestamp, int size, long now) {
    header.begin(scratch, 0, payloadType, false, number, timestamp, ssrc);
    header.bytes(mid, to.mid);
    header.transportSequence(transportSequence, budget.sent(size + OVERHEAD, now));
    header.absoluteSendTime(absoluteSendTime, now);
    int length = header.end();
    Arrays.fill(scratch, length, length + size - 1, (byte) 0);
    scratch[length + size - 1] = (byte) size;
    scratch[0] |= PADDED;
    output.sendRtp(scratch, 0, length, length + size);
  }

  private int writeHeader(
      Subscription to,
      Ring ring,
      int slot,
      boolean again,
      int number,
      int timestamp,
      boolean marker,
      long now) {
    header.begin(
        scratch,
        0,
        again ? to.coding.retransmission() : to.coding.payloadType(),
        marker,
        number,
        timestamp,
        again ? to.retransmissionSsrc : to.ssrc);
    header.bytes(mid, to.mid);
    header.transportSequence(transportSequence, budget.sent(ring.length(slot) + OVERHEAD, now));
    header.absoluteSendTime(absoluteSendTime, now);
    if (ring.audioLevel(slot) >= 0) {
      header.octet(audioLevel, ring.audioLevel(slot));
    }
    if (ring.orientation(slot) >= 0) {
      header.octet(orientation, ring.orientation(slot));
    }
    if (ring.descriptorLength(slot) > 0) {
      header.bytes(descriptor, ring.bytes(), ring.descriptor(slot), ring.descriptorLength(slot));
    }
    return header.end();
  }

  /// Pads to a multiple of 16. A sender splits a frame into packets that differ by a byte; of equal
  /// length, as 15 of 16 such frames then are, they travel through the kernel in one train.
  private static int pad(byte[] bytes, int at, int size) {
    int padding = -size & ALIGNMENT - 1;
    if (padding > 0) {
      Arrays.fill(bytes, at + size, at + size + padding - 1, (byte) 0);
      bytes[at + size + padding - 1] = (byte) padding;
      bytes[at] |= PADDED;
    }
    return size + padding;
  }

  /// What was sent since then leaves only now.
  public void left(long since, long now) {
    estimator.left(since, now);
  }

  // ---- subscriptions ----------------------------------------------------------------------------

  /// Begins to forward what `relay` has, which is on this loop too.
  ///
  /// @param mid of the section that carries it
  /// @param retransmissionSsrc 0 when the far end takes no retransmissions
  public Subscription subscribe(
      Relay relay, String mid, int ssrc, int retransmissionSsrc, Coding coding, long now) {
    Allocator.Share share = relay.kind() == Kind.VIDEO ? allocator.add(relay.layers()) : null;
    Subscription subscription =
        new Subscription(this, ++lastId, relay, mid, ssrc, retransmissionSsrc, coding, share, now);
    hear(share == null ? 1 : 0);
    if (count == subscriptions.length) {
      subscriptions = Arrays.copyOf(subscriptions, count * 2);
    }
    subscriptions[count++] = subscription;
    relay.add(subscription);
    subscription.replay(now);
    relay.wantedChanged(now);
    subscription.tick(now);
    divideSoon(now);
    return subscription;
  }

  /// Has a subscription go on with another relay on this loop: under the numbers that the far end
  /// knows it gets another track, of the same kind and coding, in the place of the one before.
  public void follow(Subscription subscription, Relay other, long now) {
    subscription.relay().remove(subscription, now);
    Allocator.Share before = subscription.share();
    if (before != null) {
      allocator.remove(before);
    }
    subscription.goesOnWith(other, before == null ? null : allocator.add(other.layers()), now);
    other.add(subscription);
    subscription.replay(now);
    other.wantedChanged(now);
    subscription.tick(now);
    divideSoon(now);
  }

  public void unsubscribe(Subscription subscription, long now) {
    for (int i = 0; i < count; i++) {
      if (subscriptions[i] == subscription) {
        subscriptions[i] = subscriptions[--count];
        Arrays.fill(subscriptions, count, count + 1, null);
        subscription.relay().remove(subscription, now);
        if (subscription.share() != null) {
          allocator.remove(subscription.share());
        } else {
          hear(-1);
        }
        divideSoon(now);
        return;
      }
    }
  }

  private void hear(int more) {
    sounds += more;
    allocator.reserve(sounds * SOUND_BITS);
  }

  /// Ends all of them.
  public void close(long now) {
    while (count > 0) {
      unsubscribe(subscriptions[count - 1], now);
    }
  }

  public int subscriptions() {
    return count;
  }

  // ---- reports ----------------------------------------------------------------------------------

  /// A compound RTCP packet of the far end, decrypted.
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    this.now = now;
    askedNow = 0;
    RtcpReader.read(bytes, offset, length, reading);
  }

  private final class Reading implements RtcpReader.Output {
    @Override
    public void nack(int mediaSsrc, int first, int following) {
      Subscription subscription = of(mediaSsrc);
      askedNow += 1 + Integer.bitCount(following);
      if (subscription == null || askedNow > MOST_ASKED) {
        return;
      }
      counters.asked += 1 + Integer.bitCount(following);
      subscription.repeat(first, now);
      for (int rest = following; rest != 0; rest &= rest - 1) {
        subscription.repeat(first + 1 + Integer.numberOfTrailingZeros(rest) & 0xFFFF, now);
      }
    }

    @Override
    public void pictureLoss(int mediaSsrc) {
      Subscription subscription = of(mediaSsrc);
      if (subscription != null) {
        subscription.needKeyframe(now);
      }
    }

    @Override
    public void fullIntra(int mediaSsrc, int count) {
      pictureLoss(mediaSsrc);
    }

    @Override
    public void reportBlock(
        int reporter,
        int ssrc,
        int fractionLost,
        int cumulativeLost,
        int highestSequence,
        int jitter,
        int lastReport,
        int sinceLastReport) {
      Subscription subscription = of(ssrc);
      if (subscription != null) {
        subscription.lossReport(fractionLost / 256.0, now);
      }
      if (subscription != null && subscription.share() != null) {
        estimator.lossReport(fractionLost / 256.0, now);
      }
      if (subscription != null && lastReport != 0) {
        // RFC 3550 section 6.4.1: A - LSR - DLSR, in 1/65536 s.
        int elapsed = (int) (subscription.clockNow(now) >>> 16) - lastReport - sinceLastReport;
        long nanos = elapsed * 1_000_000_000L >> 16;
        if (nanos > 0 && nanos < LONGEST_ROUND_TRIP) {
          roundTrip = (roundTrip * 3 + nanos) / 4;
          measured = true;
          estimator.roundTrip(roundTrip);
        }
      }
    }

    @Override
    public void receiverEstimate(long bitrate) {
      estimator.remb(bitrate, now);
    }

    @Override
    public void transportFeedbackPacket(int sequence, boolean received, long arrival) {
      if (received) {
        estimator.received(sequence, arrival);
      } else {
        estimator.missing(sequence);
      }
    }

    @Override
    public void transportFeedbackEnd() {
      budget.endFeedback(now);
    }
  }

  private @Nullable Subscription of(int ssrc) {
    for (int i = 0; i < count; i++) {
      if (subscriptions[i].ssrc == ssrc || subscriptions[i].retransmissionSsrc == ssrc) {
        return subscriptions[i];
      }
    }
    return null;
  }

  public void tick(long now) {
    budget.tick(now);
    if (now - nextLook >= 0) {
      nextLook = now + LOOK_NANOS;
      for (int i = 0; i < count; i++) {
        subscriptions[i].relay().sort();
        subscriptions[i].tick(now);
      }
      divide(now);
    }
    if (now - nextReport >= 0) {
      nextReport = now + REPORT_NANOS;
      for (int i = 0; i < count; i++) {
        report(subscriptions[i], now);
      }
    }
  }

  public long deadline(long now) {
    return earlier(budget.deadline(now), earlier(nextLook, nextReport));
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }

  // ---- the path ---------------------------------------------------------------------------------

  /// What the budget has us send, and whom.
  private final class Spending implements Budget.Output {
    @Override
    public boolean pad(int bytes, long now) {
      for (int i = 0; i < count; i++) {
        if (subscriptions[i].probe(bytes, now)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void release(long item, long now) {
      for (int i = 0; i < count; i++) {
        if (subscriptions[i].id == (int) (item >> 32)) {
          counters.repeated += subscriptions[i].again((int) item, now) ? 1 : 0;
          return;
        }
      }
    }

    @Override
    public void allocated(long now) {
      divide(now);
    }
  }

  /// Somebody wants something else.
  void divideSoon(long now) {
    budget.changed(now);
  }

  /// Leaves to somebody else what is forwarded.
  void undivided() {
    divides = false;
  }

  private void divide(long now) {
    for (int i = 0; divides && i < count; i++) {
      subscriptions[i].divided(now);
    }
  }

  /// Sends a packet again when it is its turn; false when too much waits, or it asks for too much.
  boolean enqueue(Subscription from, int number, int bytes, long now) {
    return mayRepeat(bytes, now)
        && budget.enqueue((long) from.id << 32 | number & 0xFFFF_FFFFL, bytes + OVERHEAD, now);
  }

  /// Whether the far end tells what arrives when, so that the path is known.
  boolean measures() {
    return estimator.reported();
  }

  /// Whether packets wait so long on the way that nothing above a share is sent any more.
  boolean congested() {
    return divides && estimator.congested();
  }

  /// Bits a second that the path is thought to carry.
  public long bitrate() {
    return estimator.bitrate();
  }

  public Limiting limiting() {
    return estimator.limiting();
  }

  /// The share of packets that got lost lately, 0-1.
  public double loss() {
    return estimator.loss();
  }

  /// The way there and back, in nanoseconds; -1 before a report told it.
  public long measuredRoundTrip() {
    return measured ? roundTrip : -1;
  }

  private void report(Subscription subscription, long now) {
    if (!subscription.hasClock()) {
      return;
    }
    rtcp.begin(report, 0, report.length);
    rtcp.senderReport(
        subscription.ssrc,
        subscription.clockNow(now),
        subscription.timestampAt(now),
        (int) subscription.packets(),
        (int) subscription.bytes());
    rtcp.canonicalName(subscription.ssrc, settings.canonicalName());
    output.sendRtcp(report, 0, rtcp.length());
  }

  // ---- for subscriptions ------------------------------------------------------------------------

  /// Whether a repetition of this size may go: repetitions take at most half of what is forwarded,
  /// and a little of their own. A receiver that asks for everything cannot make us send much more.
  private boolean mayRepeat(int size, long now) {
    long earned = (now - creditAt) / 1000 * REPEAT_BYTES_A_SECOND / 1_000_000;
    repeatCredit = Math.min(MOST_REPEAT_CREDIT, repeatCredit + earned + forwardedSince() / 2);
    creditAt = now;
    if (repeatCredit < size) {
      return false;
    }
    repeatCredit -= size;
    return true;
  }

  private long countedBytes;

  private long forwardedSince() {
    long since = counters.bytes - countedBytes;
    countedBytes = counters.bytes;
    return since;
  }

  long roundTrip() {
    return Math.max(SHORTEST_ROUND_TRIP, roundTrip);
  }

  Vp8Descriptor vp8() {
    return vp8;
  }

  public Counters counters() {
    return counters;
  }

  // IP, UDP, RTP with extensions, the tag of SRTP.
  private static final int OVERHEAD = 68;
  private static final long SOUND_BITS = 50_000;
  private static final int PADDED = 0x20;
  private static final int ALIGNMENT = 16;
  private static final int LARGE = 400;
  private static final long REPORT_NANOS = 1_000_000_000L;
  private static final long LOOK_NANOS = 250_000_000L;
  private static final long SHORTEST_ROUND_TRIP = 20_000_000L;
  private static final long LONGEST_ROUND_TRIP = 5_000_000_000L;

  /// Packets in one report: browsers miss a thousand at most before they give up. Four bytes ask
  /// for seventeen, each of which is looked for.
  private static final int MOST_ASKED = 1200;

  private static final long REPEAT_BYTES_A_SECOND = 40_000;
  private static final long MOST_REPEAT_CREDIT = 256_000;
}
