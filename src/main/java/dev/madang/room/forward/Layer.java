package dev.madang.room.forward;

import dev.madang.media.Codec;
import dev.madang.protocol.rtp.NackGenerator;
import dev.madang.protocol.rtp.ReceiverStatistics;
import dev.madang.protocol.rtp.Red;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.rtp.Rtx;
import dev.madang.wire.Sequence;

/// One RTP stream of a publisher, and what repairs it: a [Track] has one, or one for each size of
/// its picture (simulcast). Lives on its [Uplink]'s loop.
final class Layer implements NackGenerator.Output {
  final Track track;
  final int index;
  int ssrc;
  int retransmissionSsrc;
  private final Uplink uplink;
  private final FrameReader frames;
  private final NackGenerator losses = new NackGenerator(this);
  private Sequence.Unwrapper sequences = new Sequence.Unwrapper(16);
  private final Seen seen = new Seen();
  private ReceiverStatistics statistics;
  private long skipped;
  private long firstNumber = -1;
  private long asked;
  private boolean everAsked;
  private boolean wanted;
  private boolean live;
  private long bytes;

  Layer(Uplink uplink, Track track, int index) {
    this.uplink = uplink;
    this.track = track;
    this.index = index;
    frames = new FrameReader(track.codings().getFirst().codec());
    statistics = new ReceiverStatistics(0, track.clockRate());
  }

  /// Its packets come under this SSRC from now on.
  void becomes(int ssrc, long now) {
    if (live) {
      // Another stream under the same name: its numbers begin anywhere.
      skipped += sequences.newest() + APART;
      sequences = new Sequence.Unwrapper(16);
      firstNumber = -1;
      frames.reset();
      track.restarted(index, now);
    }
    this.ssrc = ssrc;
    statistics = new ReceiverStatistics(ssrc, track.clockRate());
    live = true;
  }

  /// A packet of its stream, or a retransmission; false when it is not one we can use.
  boolean receive(RtpPacket packet, Arrival arrival, long now) {
    if (packet.ssrc() != ssrc) {
      int payloadType = track.retransmits(packet.payloadType());
      // Without an original number, or before there is one, it is padding that only probes.
      if (payloadType < 0 || !live || !Rtx.unwrap(packet, ssrc, payloadType)) {
        return payloadType >= 0;
      }
    } else {
      statistics.received(packet.sequence(), packet.timestamp(), now);
    }
    int coding = track.coding(packet.payloadType());
    if (coding < 0) {
      return false;
    }
    if (track.kind() == Kind.VIDEO) {
      losses.received(packet.sequence(), now);
    }
    long number = sequences.unwrap(packet.sequence()) + skipped;
    if (!seen.add(number)) {
      return true;
    }
    if (firstNumber < 0) {
      firstNumber = number;
    }
    if (track.codings().get(coding).codec() == Codec.RED) {
      return unwrap(packet, arrival, number, now);
    }
    arrival.clear();
    arrival.sequence = number;
    arrival.coding = coding;
    arrival.bytes = packet.bytes();
    arrival.payload = packet.payloadOffset();
    arrival.payloadLength = packet.payloadLength();
    bytes += arrival.payloadLength;
    arrival.timestamp = packet.timestamp();
    arrival.flags = packet.marker() ? Arrival.MARKER : 0;
    if (arrival.payloadLength == 0) {
      arrival.flags |= Arrival.EMPTY;
    } else if (track.kind() == Kind.VIDEO && !frames.read(packet, arrival, uplink.descriptorId())) {
      return false;
    }
    if (arrival.is(Arrival.KEYFRAME)) {
      losses.decodableFrom(packet.sequence());
      wanted = false;
    }
    uplink.readExtensions(packet, arrival);
    hear(arrival, now);
    track.receive(this, arrival, now);
    return true;
  }

  /// RFC 2198: what is in a redundant packet goes on as if it had come by itself, and so do those
  /// before it that got lost.
  private boolean unwrap(RtpPacket packet, Arrival arrival, long number, long now) {
    Red red = uplink.red();
    int at = packet.payloadOffset();
    if (!red.read(packet.bytes(), at, packet.payloadLength(), packet.payloadType())) {
      return false;
    }
    bytes += packet.payloadLength();
    int newest = red.blocks() - 1;
    for (int i = 0; i < newest; i++) {
      long older = number - newest + i;
      // A sender that has just begun repeats nothing of before.
      if (red.length(i) > 0 && older > firstNumber && seen.add(older)) {
        uplink.counters().recovered++;
        block(packet, red, i, older, arrival, now);
      }
    }
    return block(packet, red, newest, number, arrival, now);
  }

  private boolean block(
      RtpPacket packet, Red red, int block, long number, Arrival arrival, long now) {
    int coding = track.coding(red.payloadType(block));
    if (coding < 0) {
      return false;
    }
    arrival.clear();
    arrival.sequence = number;
    arrival.coding = coding;
    arrival.bytes = packet.bytes();
    arrival.payload = red.offset(block);
    arrival.payloadLength = red.length(block);
    arrival.timestamp = packet.timestamp() - red.age(block);
    if (red.age(block) == 0) {
      arrival.flags = packet.marker() ? Arrival.MARKER : 0;
      uplink.readExtensions(packet, arrival);
      hear(arrival, now);
    }
    arrival.flags |= arrival.payloadLength == 0 ? Arrival.EMPTY : 0;
    track.receive(this, arrival, now);
    return true;
  }

  private void hear(Arrival arrival, long now) {
    if (arrival.audioLevel >= 0) {
      track.heard(arrival.audioLevel & 0x7F, now);
    }
  }

  void senderReport(long ntp, int timestamp, long now) {
    statistics.senderReport(ntp, now);
    track.senderReport(index, ntp, timestamp, now);
  }

  boolean live() {
    return live;
  }

  /// Of payload, each packet once.
  long bytes() {
    return bytes;
  }

  ReceiverStatistics statistics() {
    return statistics;
  }

  // ---- keyframes --------------------------------------------------------------------------------

  /// Somebody needs a keyframe. However many ask, the publisher hears it at most once in
  /// [#THROTTLE_NANOS], and again as long as none comes.
  void needKeyframe(long now) {
    wanted = true;
    askForKeyframe(now);
  }

  private void askForKeyframe(long now) {
    if (wanted && live && (!everAsked || now - asked >= THROTTLE_NANOS)) {
      everAsked = true;
      asked = now;
      uplink.pictureLoss(ssrc);
    }
  }

  // ---- losses -----------------------------------------------------------------------------------

  @Override
  public void nack(int[] sequences, int count) {
    uplink.nack(ssrc, sequences, count);
  }

  @Override
  public void keyframe() {
    wanted = true;
  }

  void roundTrip(long nanos) {
    losses.roundTrip(nanos);
  }

  void tick(long now) {
    losses.tick(now);
    askForKeyframe(now);
  }

  long deadline() {
    long keyframe = wanted && live ? asked + THROTTLE_NANOS : Long.MAX_VALUE;
    long loss = losses.deadline();
    if (keyframe == Long.MAX_VALUE || loss == Long.MAX_VALUE) {
      return Math.min(keyframe, loss);
    }
    return keyframe - loss < 0 ? keyframe : loss;
  }

  private static final long THROTTLE_NANOS = 500_000_000L;
  private static final long APART = 1 << 12;
}
