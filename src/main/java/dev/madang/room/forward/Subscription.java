package dev.madang.room.forward;

import dev.madang.media.Codec;
import dev.madang.media.Vp8Descriptor;
import dev.madang.room.bandwidth.Allocator;
import dev.madang.room.bandwidth.Layers;
import dev.madang.room.bandwidth.Priority;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One far end's receipt of one [Track]: which layer it gets, and its own numbers for what it gets.
/// It keeps numbers only, never a packet. Lives on the loop of its [Downlink], which is its
/// [Relay]'s too.
///
/// ```
///              wanted, keyframe of a layer it may show            keyframe of a better layer
///   waiting ─────────────────────────────────────────► forwarding ──────┐
///      ▲                                                │   ▲───────────┘
///      └──────────────── paused, nothing wanted ────────┘
/// ```
public final class Subscription {
  /// Of its downlink, never used again.
  final int id;

  private Relay relay;
  final byte[] mid;
  final int ssrc;
  final int retransmissionSsrc;
  final Coding coding;
  private final Downlink downlink;
  private final boolean video;
  private boolean layered;

  /// What it gets of the path; sound is not divided.
  private Allocator.@Nullable Share share;

  private final Numbers sequences;
  private final Numbers pictures;
  private int baseLayerOffset;
  private int lastBaseLayer;
  private int timestampOffset;
  private int lastTimestamp;
  private long lastForwarded;

  /// Of sound: what comes from here on was not forwarded yet.
  private long heardUpTo;

  private boolean begun;

  /// It goes on with another track, of which nothing was forwarded yet.
  private boolean fresh;

  /// The stream that is forwarded, -1 for none; of layered coding also up to which layer.
  private int stream = -1;

  private int spatial;
  private int temporal;

  /// Which of the streams by size, the smallest is 0.
  private int wantLayer;

  private int wantSpatial = MOST;
  private int wantTemporal = MOST;
  private boolean paused;

  /// Of sound: left out for now, since others are louder.
  private boolean hushed;

  private boolean decided;
  private long undecidedUntil;
  private long asked = Long.MIN_VALUE;
  private long lost = Long.MIN_VALUE;
  private long lossesPaid = Long.MIN_VALUE;

  /// Null where the far end does not take it.
  private @Nullable Redundancy redundancy;

  /// What was sent under each number, [#FIELDS] longs a number.
  private final long[] sent;

  private final int sentMask;
  private int retransmissions;
  private long packets;
  private long bytes;

  Subscription(
      Downlink downlink,
      int id,
      Relay relay,
      String mid,
      int ssrc,
      int retransmissionSsrc,
      Coding coding,
      Allocator.@Nullable Share share,
      long now) {
    this.id = id;
    this.share = share;
    this.downlink = downlink;
    undecidedUntil = now + GRACE_NANOS;
    this.relay = relay;
    this.mid = mid.getBytes(StandardCharsets.UTF_8);
    this.ssrc = ssrc;
    this.retransmissionSsrc = retransmissionSsrc;
    this.coding = coding;
    video = relay.kind() == Kind.VIDEO;
    layered = relay.layered();
    int remembered = video ? 1024 : 64;
    sequences = new Numbers(remembered);
    pictures = new Numbers(video ? 128 : 1);
    sent = new long[remembered * FIELDS];
    sentMask = remembered - 1;
  }

  // ---- the way of a packet ----------------------------------------------------------------------

  /// A packet of layer `from` lies in `ring`: forwards it, or leaves it out.
  void forward(Ring ring, int slot, int from, long now) {
    if (paused
        || hushed
        || from != stream && !enters(ring, slot, from, now)
        || leaves(ring, slot)) {
      return;
    }
    choose(ring, slot);
    long number = ring.sequence(slot);
    if (!takes(ring, slot)) {
      leaveOut(ring, slot, number, now);
      return;
    }
    long out = sequences.keep(number);
    if (out == Numbers.NONE) {
      return;
    }
    int timestamp = ring.timestamp(slot) - timestampOffset;
    long picture = picture(ring, slot);
    if (out == sequences.next() - 1) {
      lastTimestamp = timestamp;
      lastForwarded = now;
    }
    boolean ends = layered && ring.is(slot, Arrival.FRAME_END) && ring.spatial(slot) == spatial;
    boolean marker = ends || ring.is(slot, Arrival.MARKER);
    note(out, number, timestamp, marker, picture);
    packets++;
    bytes += ring.length(slot);
    if (redundancy != null && redundancy.wanted(now)) {
      downlink.sendRedundant(this, redundancy, ring, slot, (int) out, timestamp, now);
      return;
    }
    rewrite(ring, slot, picture);
    downlink.send(this, ring, slot, (int) out, timestamp, marker, now);
  }

  /// Of sound: from now on it may be sent redundantly, under this payload type.
  public void redundant(int payloadType) {
    redundancy = new Redundancy(payloadType);
  }

  /// The far end tells how much gets lost, 0-1.
  void lossReport(double fraction, long now) {
    if (redundancy != null) {
      redundancy.lossReport(fraction, now);
    }
  }

  /// Whether to change over to stream `from` with this packet. "A decoder can only begin at a
  /// keyframe", so nothing else changes it, up or down.
  private boolean enters(Ring ring, int slot, int from, long now) {
    int layer = layer();
    int other = relay.layer(from);
    boolean better = layer < wantLayer ? other > layer : other < layer;
    if (layer == wantLayer
        || !better
        || other > wantLayer
        || video && !ring.is(slot, Arrival.KEYFRAME)) {
      return false;
    }
    begin(ring, slot, from, now);
    return true;
  }

  /// Whether to send nothing more of what is too large, though the keyframe of what is smaller is
  /// not there yet: while packets wait on the way, each one more would delay that keyframe too.
  private boolean leaves(Ring ring, int slot) {
    if (layer() <= wantLayer || !ring.is(slot, Arrival.FRAME_START) || !downlink.congested()) {
      return false;
    }
    stream = -1;
    return true;
  }

  private void begin(Ring ring, int slot, int from, long now) {
    long number = ring.sequence(slot);
    fresh = false;
    if (begun) {
      timestampOffset = ring.timestamp(slot) - continued(ring, slot, from, now);
      sequences.begin(number, 0);
      if (ring.picture(slot) != Numbers.NONE) {
        pictures.begin(ring.picture(slot), 0);
      }
      baseLayerOffset = ring.baseLayer(slot) - lastBaseLayer - 1;
    } else {
      begun = true;
      sequences.start(number, 1);
      if (ring.picture(slot) != Numbers.NONE) {
        pictures.start(ring.picture(slot), ring.picture(slot) & 0x7FFF);
      }
    }
    stream = from;
    spatial = 0;
    temporal = wantTemporal;
  }

  /// The timestamp with which another layer goes on: laid on the same clock as the one before when
  /// both said what their timestamps mean, else as much later as it comes later.
  private int continued(Ring ring, int slot, int from, long now) {
    int rate = coding.codec().clockRate();
    int elapsed = Math.max(1, SenderClock.ticks(now - lastForwarded, rate));
    SenderClock before = relay.clock(Math.max(stream, 0));
    SenderClock after = relay.clock(from);
    if (stream >= 0 && before.known() && after.known()) {
      long then = before.nanosOf(lastTimestamp + timestampOffset, rate);
      long here = after.nanosOf(ring.timestamp(slot), rate);
      long ticks = (here - then) / 1000 * rate / 1_000_000;
      if (ticks > 0 && Math.abs(ticks - elapsed) < rate) {
        return lastTimestamp + (int) ticks;
      }
    }
    return lastTimestamp + elapsed;
  }

  /// Follows the temporal and, of layered coding, the spatial layer that is wanted: down at the
  /// beginning of a picture, up where the stream says that a decoder can.
  private void choose(Ring ring, int slot) {
    if (!video || !ring.is(slot, Arrival.FRAME_START)) {
      return;
    }
    int t = ring.temporal(slot);
    temporal = Math.min(temporal, wantTemporal);
    if (t > temporal && t <= wantTemporal && ring.is(slot, Arrival.TEMPORAL_SWITCH)) {
      temporal = t;
    }
    int s = ring.spatial(slot);
    if (s == 0) {
      spatial = Math.min(spatial, wantSpatial);
    } else if (s == spatial + 1
        && s <= wantSpatial
        && ring.is(slot, Arrival.SPATIAL_SWITCH | Arrival.KEYFRAME)) {
      spatial = s;
    }
  }

  private boolean takes(Ring ring, int slot) {
    return ring.temporal(slot) <= temporal
        && ring.spatial(slot) <= spatial
        && !ring.is(slot, Arrival.EMPTY);
  }

  private void leaveOut(Ring ring, int slot, long number, long now) {
    long hole = sequences.drop(number);
    long picture = ring.picture(slot);
    if (hole != Numbers.NONE) {
      downlink.fill(this, hole, lastTimestamp, now);
    } else if (picture != Numbers.NONE && ring.temporal(slot) > temporal) {
      pictures.drop(picture);
    }
  }

  private long picture(Ring ring, int slot) {
    long picture = ring.picture(slot);
    if (picture == Numbers.NONE) {
      return Numbers.NONE;
    }
    int base = ring.baseLayer(slot);
    int baseOut = base < 0 ? -1 : base - baseLayerOffset & 0xFF;
    if (base >= 0) {
      lastBaseLayer = baseOut;
    }
    long out = pictures.keep(picture);
    return out == Numbers.NONE ? Numbers.NONE : (out & 0x7FFF) << 9 | baseOut & 0x1FF;
  }

  private void note(long out, long number, int timestamp, boolean marker, long picture) {
    int base = ((int) out & sentMask) * FIELDS;
    sent[base + OUT] = out;
    sent[base + IN] = number << 4 | stream;
    sent[base + TIMESTAMP] = timestamp & 0xFFFF_FFFFL | (marker ? MARKED : 0);
    sent[base + PICTURE] = picture;
    sent[base + REPEATED] = Long.MIN_VALUE;
  }

  private void rewrite(Ring ring, int slot, long picture) {
    Vp8Descriptor vp8 = downlink.vp8();
    if (picture != Numbers.NONE
        && coding.codec() == Codec.VP8
        && vp8.read(ring.bytes(), ring.payload(slot), ring.length(slot))) {
      vp8.rewrite(ring.bytes(), ring.payload(slot), (int) (picture >> 9), (int) picture & 0xFF);
    }
  }

  // ---- what the far end says --------------------------------------------------------------------

  /// It misses the packet with these low 16 bits of its number.
  void repeat(int number, long now) {
    long newest = sequences.next() - 1;
    long out = newest + (short) (number - (int) newest);
    int base = ((int) out & sentMask) * FIELDS;
    if (retransmissionSsrc == 0 || coding.retransmission() < 0 || sent[base + OUT] != out) {
      return;
    }
    // Asked again before the repetition can have arrived.
    long repeated = sent[base + REPEATED];
    if (repeated != Long.MIN_VALUE && now - repeated < downlink.roundTrip()) {
      return;
    }
    Ring ring = relay.ring((int) sent[base + IN] & 0xF);
    int slot = ring.find(sent[base + IN] >> 4);
    if (slot >= 0 && downlink.enqueue(this, (int) out, ring.length(slot), now)) {
      sent[base + REPEATED] = now;
    }
  }

  /// Sends once more what was sent under this number; false when it is not known any more.
  boolean again(int number, long now) {
    int base = (number & sentMask) * FIELDS;
    if (!begun || (int) sent[base + OUT] != number) {
      return false;
    }
    Ring ring = relay.ring((int) sent[base + IN] & 0xF);
    int slot = ring.find(sent[base + IN] >> 4);
    if (slot < 0) {
      return false;
    }
    rewrite(ring, slot, sent[base + PICTURE]);
    long when = sent[base + TIMESTAMP];
    boolean marker = (when & MARKED) != 0;
    downlink.repeat(this, ring, slot, number, retransmissions++, (int) when, marker, now);
    return true;
  }

  /// Sends something that does no harm, to see whether there is room for it: the newest packet once
  /// more, or padding. False when it cannot.
  boolean probe(int bytes, long now) {
    if (!begun || retransmissionSsrc == 0 || coding.retransmission() < 0) {
      return false;
    }
    if (stream < 0 || !again((int) (sequences.next() - 1), now)) {
      int size = Math.clamp(bytes, 1, MOST_PADDING);
      downlink.padding(this, retransmissions++, lastTimestamp, size, now);
    }
    return true;
  }

  /// The far end cannot decode, or nothing came yet. A keyframe costs everybody who watches, so
  /// whoever says this again and again has one in [#LOSS_NANOS] in the long run.
  void needKeyframe(long now) {
    long paid = Math.max(lossesPaid, now - MOST_LOSSES * LOSS_NANOS);
    if (video && !paused && paid <= now && now - ASK_AGAIN_NANOS >= lost) {
      lossesPaid = paid + LOSS_NANOS;
      lost = now;
      relay.needKeyframe(stream < 0 ? relay.stream(wantLayer) : stream, now);
    }
  }

  void restarted(int restarted, long now) {
    if (stream == restarted) {
      stream = -1;
      asked = Long.MIN_VALUE;
      tick(now);
    }
  }

  /// Goes on with another track of the same coding under its own numbers, from the first keyframe
  /// on; of what was before nothing is repeated. It waits as one that has just begun.
  ///
  /// @param divided what it gets of the path; null for sound
  void goesOnWith(Relay other, Allocator.@Nullable Share divided, long now) {
    relay = other;
    layered = other.layered();
    share = divided;
    undecidedUntil = now + GRACE_NANOS;
    decided = false;
    fresh = true;
    stream = -1;
    paused = false;
    wantLayer = 0;
    wantSpatial = MOST;
    wantTemporal = MOST;
    heardUpTo = 0;
    asked = Long.MIN_VALUE;
    for (int base = 0; base < sent.length; base += FIELDS) {
      sent[base + OUT] = Numbers.NONE;
    }
  }

  // ---- what is wanted ---------------------------------------------------------------------------

  /// What the far end makes of it; [Downlink#tick] decides what it gets.
  ///
  /// @param rank order within its priority, low first
  /// @param height lines of the picture that are of use to it
  public void want(Priority priority, int rank, int height, long now) {
    if (share != null) {
      share.want(priority, rank, height);
      downlink.divideSoon(now);
    }
  }

  /// Follows the division; as it began until there is a first decision, or too long none.
  void divided(long now) {
    if (share == null) {
      return;
    }
    int layer = share.spatial();
    // Of who tells nothing of the path it is not known that there is no room.
    decided |= layer != Allocator.NOTHING || now - undecidedUntil >= 0 && downlink.measures();
    if (layer != Allocator.NOTHING) {
      want(layered ? 0 : layer, layered ? layer : MOST, share.temporal(), now);
    } else if (share.reason() == Allocator.Reason.NOT_SENT
        || share.reason() == Allocator.Reason.NO_ROOM && !downlink.measures()) {
      // Its rate is not known, or nobody knows how much room there is: whatever comes is taken.
      want(0, 0, MOST, now);
    } else if (decided || share.reason() != Allocator.Reason.NO_ROOM) {
      want(-1, 0, 0, now);
    }
  }

  /// Why it looks as it does.
  public Allocator.Reason reason() {
    return share == null ? Allocator.Reason.FULL : share.reason();
  }

  Allocator.@Nullable Share share() {
    return share;
  }

  /// Forwards up to this layer from now on; a layer of -1 pauses.
  ///
  /// @param layer of simulcast; 0 for layered coding and for a single stream
  void want(int layer, int spatial, int temporal, long now) {
    boolean changed = paused != layer < 0 || wantLayer != layer || wantSpatial != spatial;
    paused = layer < 0;
    wantTemporal = temporal;
    wantSpatial = spatial;
    if (paused) {
      stream = -1;
    } else {
      wantLayer = Math.min(layer, relay.streams() - 1);
    }
    if (changed) {
      relay.wantedChanged(now);
      asked = Long.MIN_VALUE;
      tick(now);
    }
  }

  /// Sound is left out for a while, or comes again: from the beginning of the word on that made it
  /// come, which the ring still has. What was left out has no numbers, so nothing is missed.
  public void hear(boolean on, long now) {
    if (video || hushed != on) {
      return;
    }
    hushed = !on;
    int from = Math.max(0, stream);
    Ring ring = relay.ring(from);
    if (hushed) {
      heardUpTo = ring.next();
      return;
    }
    long first = Math.max(ring.since(now - SYLLABLE_NANOS), heardUpTo);
    if (stream >= 0) {
      sequences.begin(first, 0);
    }
    for (long number = first; number < ring.next(); number++) {
      int slot = ring.find(number);
      if (slot >= 0) {
        forward(ring, slot, from, now);
      }
    }
  }

  /// Asks again for the keyframe that it waits for.
  void tick(long now) {
    boolean waits = video && !paused && (layer() != wantLayer || layered && spatial < topSpatial());
    if (waits && (asked == Long.MIN_VALUE || now - asked > ASK_AGAIN_NANOS)) {
      asked = now;
      if (stream < 0 || layered || relay.layers().flows(wantLayer)) {
        relay.needKeyframe(relay.stream(wantLayer), now);
      }
    }
  }

  private int topSpatial() {
    int top = 0;
    for (int s = 1; s < Layers.SPATIAL; s++) {
      if (s <= wantSpatial && relay.layers().flows(s)) {
        top = s;
      }
    }
    return top;
  }

  /// Begins with what the relay kept since the last keyframe, so that a picture is there at once.
  void replay(long now) {
    if (!video) {
      return;
    }
    for (int layer = wantLayer; layer >= 0; layer--) {
      int from = relay.stream(layer);
      Ring ring = relay.ring(from);
      long first = ring.keyframe();
      int slot = first == Numbers.NONE ? -1 : ring.find(first);
      if (slot >= 0 && now - ring.arrived(slot) < REPLAY_NANOS) {
        for (long number = first; slot >= 0; slot = ring.find(++number)) {
          forward(ring, slot, from, now);
        }
        return;
      }
    }
  }

  /// The layer that is wanted, or -1.
  int wantedLayer() {
    return paused ? -1 : wantLayer;
  }

  /// The layer that is forwarded, or -1.
  public int layer() {
    return stream < 0 ? -1 : relay.layer(stream);
  }

  public int spatial() {
    return spatial;
  }

  public int temporal() {
    return temporal;
  }

  public Relay relay() {
    return relay;
  }

  public long packets() {
    return packets;
  }

  public long bytes() {
    return bytes;
  }

  boolean hasClock() {
    return begun && !fresh && relay.clock(Math.max(stream, 0)).known();
  }

  /// The publisher's clock.
  long clockNow(long now) {
    return relay.clock(Math.max(stream, 0)).ntpAt(now);
  }

  int timestampAt(long now) {
    SenderClock clock = relay.clock(Math.max(stream, 0));
    return clock.timestampAt(now, coding.codec().clockRate()) - timestampOffset;
  }

  private static final int MOST = 7;
  private static final long ASK_AGAIN_NANOS = 500_000_000L;
  private static final long LOSS_NANOS = 2_000_000_000L;
  private static final int MOST_LOSSES = 8;
  private static final long REPLAY_NANOS = 1_000_000_000L;
  private static final long GRACE_NANOS = 1_000_000_000L;
  private static final long SYLLABLE_NANOS = 300_000_000L;
  private static final int MOST_PADDING = 224;

  private static final long MARKED = 1L << 32;

  private static final int OUT = 0;
  private static final int IN = 1;
  private static final int TIMESTAMP = 2;
  private static final int PICTURE = 3;
  private static final int REPEATED = 4;
  private static final int FIELDS = 5;
}
