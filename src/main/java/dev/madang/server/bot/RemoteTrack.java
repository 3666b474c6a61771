package dev.madang.server.bot;

import dev.madang.media.Codec;
import dev.madang.media.Frame;
import dev.madang.media.H264Depacketizer;
import dev.madang.media.Vp8Depacketizer;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.room.SignalMessage;
import dev.madang.server.webrtc.Resident;
import dev.madang.server.webrtc.Source;
import dev.madang.wire.Sequence;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What somebody else in the room publishes, as a [Bot] receives it: frames, or RTP packets. It is
/// received from the first listener on; of several sizes of a picture, the largest that comes.
///
/// Any thread; listeners are called on the bot's.
public final class RemoteTrack implements AutoCloseable {
  private final Resident resident;
  private final Errands errands;
  private final Resident.Offered offered;
  private final Codec codec;
  private final AtomicLong leftOut = new AtomicLong();
  private volatile @Nullable Consumer<Frame> frames;
  private volatile @Nullable Consumer<byte[]> packets;
  private volatile boolean closed;

  // On the bot's thread.
  private Runnable ending = () -> {};
  private boolean over;

  // On the loop.
  private final Vp8Depacketizer vp8 = new Vp8Depacketizer(this::frame);
  private final H264Depacketizer h264 = new H264Depacketizer(this::frame);
  private final Sequence.Unwrapper times = new Sequence.Unwrapper(32);
  private long broken;
  private boolean waits = true;

  RemoteTrack(Resident resident, Errands errands, Resident.Offered offered) {
    this.resident = resident;
    this.errands = errands;
    this.offered = offered;
    codec = offered.source().codings().getFirst().codec();
  }

  // ---- what it is -------------------------------------------------------------------------------

  /// The identity of who publishes it: [Bot#participant].
  public String from() {
    return offered.from();
  }

  /// What its sender calls it; with [#kind] it names one track of that participant.
  public String id() {
    return offered.id();
  }

  public SignalMessage.Source kind() {
    return offered.kind();
  }

  public Codec codec() {
    return codec;
  }

  Source source() {
    return offered.source();
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Each frame, whole and in order; of pictures, from a keyframe on. Where one is missing, those
  /// up to the next keyframe are left out, and that is asked for.
  ///
  /// @throws IllegalStateException when there are no frames of its codec: [#onRtp] has its packets
  public RemoteTrack onFrame(Consumer<Frame> listener) {
    if (codec != Codec.OPUS && codec != Codec.VP8 && codec != Codec.H264) {
      throw new IllegalStateException("no frames are made of " + codec);
    }
    frames = listener;
    resident.attach(source());
    return this;
  }

  /// Each RTP packet, in order, as an array of the listener's own, to be changed and kept. Its SSRC
  /// and payload type are of this side; of header extensions it has those that
  /// [LocalTrack#write(byte[])] knows. A number that is not there got lost on its way here.
  public RemoteTrack onRtp(Consumer<byte[]> listener) {
    packets = listener;
    resident.attach(source());
    return this;
  }

  /// It is over: its sender stopped or left.
  public RemoteTrack onEnd(Runnable listener) {
    errands.tell(() -> {
      ending = listener;
      if (over) {
        listener.run();
      }
    });
    return this;
  }

  /// Asks who sends it for a keyframe; however often, it is asked twice a second.
  public void askForKeyframe() {
    resident.needKeyframe(source());
  }

  /// How many frames and packets were left out because something was missing, or because the bot
  /// was slow.
  public long leftOut() {
    return leftOut.get();
  }

  /// Receives nothing more of it.
  @Override
  public void close() {
    closed = true;
    resident.detach(source());
  }

  /// On the bot's thread.
  void ended() {
    over = true;
    ending.run();
  }

  // ---- on the loop ------------------------------------------------------------------------------

  void packet(RtpPacket packet) {
    if (closed) {
      return;
    }
    Consumer<byte[]> wantsPackets = packets;
    if (wantsPackets != null) {
      int from = packet.offset();
      byte[] copy = Arrays.copyOfRange(packet.bytes(), from, from + packet.length());
      if (!errands.offer(() -> wantsPackets.accept(copy), copy.length)) {
        leftOut.incrementAndGet();
      }
    }
    if (frames != null) {
      switch (codec) {
        case VP8 -> {
          vp8.receive(packet);
          look(vp8.broken());
        }
        case H264 -> {
          h264.receive(packet);
          look(h264.broken());
        }
        default -> sound(packet);
      }
    }
  }

  private void sound(RtpPacket packet) {
    if (packet.payloadLength() > 0) {
      int from = packet.payloadOffset();
      frame(
          new Frame.Opus(
              times.unwrap(packet.timestamp() & 0xFFFF_FFFFL),
              Arrays.copyOfRange(packet.bytes(), from, from + packet.payloadLength())));
    }
  }

  private void look(long nowBroken) {
    if (nowBroken != broken) {
      leftOut.addAndGet(nowBroken - broken);
      broken = nowBroken;
      loses();
    }
  }

  private void loses() {
    if (codec.isVideo()) {
      waits = true;
      askForKeyframe();
    }
  }

  private void frame(Frame frame) {
    Consumer<Frame> wantsFrames = frames;
    if (wantsFrames == null) {
      return;
    }
    if (waits && !frame.keyframe()) {
      leftOut.incrementAndGet();
    } else if (errands.offer(() -> wantsFrames.accept(frame), LocalTrack.size(frame))) {
      waits = false;
    } else {
      leftOut.incrementAndGet();
      loses();
    }
  }
}
