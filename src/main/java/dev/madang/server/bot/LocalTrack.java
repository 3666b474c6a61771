package dev.madang.server.bot;

import dev.madang.media.Codec;
import dev.madang.media.Frame;
import dev.madang.media.H264Packetizer;
import dev.madang.media.Vp8Packetizer;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.room.SignalMessage;
import dev.madang.server.webrtc.Resident;
import dev.madang.wire.BigEndian;
import java.util.concurrent.atomic.AtomicInteger;

/// What a [Bot] publishes: frames, or RTP packets, are written to it as they are due. It does not
/// pace them: who plays a file waits between its frames.
///
/// Any thread. What is written is cut into packets and forwarded on the loop on which the bot's
/// media live; while too much of it waits there, nothing more is taken.
public final class LocalTrack implements AutoCloseable {
  private final Bot bot;
  private final Resident resident;
  private final Errands errands;
  private final Resident.Sent sent;
  private final String id;
  private final SignalMessage.Source kind;
  private final Codec codec;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Runnable keyframes = () -> {};
  private volatile boolean broken;
  private volatile boolean muted;
  private volatile boolean wanted;

  // On the loop.
  private final RtpPacket view = new RtpPacket();
  private final byte[] packet = new byte[RtpPacket.FIXED_HEADER + MOST_PAYLOAD];
  private final Vp8Packetizer vp8;
  private final H264Packetizer h264 = new H264Packetizer(MOST_PAYLOAD);
  private int sequence;

  LocalTrack(
      Bot bot,
      Resident resident,
      Errands errands,
      Resident.Sent sent,
      String id,
      SignalMessage.Source kind,
      Codec codec) {
    this.bot = bot;
    this.resident = resident;
    this.errands = errands;
    this.sent = sent;
    this.id = id;
    this.kind = kind;
    this.codec = codec;
    vp8 = new Vp8Packetizer(MOST_PAYLOAD, sent.ssrc() & 0x7FFF);
  }

  // ---- what it is -------------------------------------------------------------------------------

  /// With [#kind] it names the track in the room.
  public String id() {
    return id;
  }

  public SignalMessage.Source kind() {
    return kind;
  }

  public Codec codec() {
    return codec;
  }

  Resident.Sent sent() {
    return sent;
  }

  /// Whether anybody receives it, or did five seconds ago. Nothing is gained by writing while
  /// nobody does.
  public boolean isWanted() {
    return wanted;
  }

  /// Somebody cannot see anything before the next keyframe: who encodes makes one, who plays a file
  /// may pass over it. On the bot's thread, at most twice a second.
  public LocalTrack onKeyframeWanted(Runnable listener) {
    keyframes = listener;
    return this;
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// Sends a frame now. Its time says when it is to be shown beside those before it and, of tracks
  /// of one bot, how it goes with the sound.
  ///
  /// @return false when it was left out since too much waits, or, of pictures, since one before it
  ///   was left out: then the next keyframe is taken
  public boolean write(Frame frame) {
    if (frame.codec() != codec) {
      throw new IllegalArgumentException(frame.codec() + " on a track of " + codec);
    }
    int size = size(frame);
    if (broken && !frame.keyframe() || !take(size)) {
      broken = codec.isVideo();
      return false;
    }
    broken = false;
    resident.tell(() -> {
      waiting.addAndGet(-size);
      switch (frame) {
        case Frame.Opus opus -> send(opus.packet(), 0, opus.packet().length, false, opus);
        case Frame.Vp8 picture ->
            vp8.packetize(
                picture, (bytes, at, length, last) -> send(bytes, at, length, last, picture));
        case Frame.H264 unit ->
            h264.packetize(unit, (bytes, at, length, last) -> send(bytes, at, length, last, unit));
      }
    });
    return true;
  }

  /// Sends an RTP packet of this codec, the bytes of which are the track's from now on: it writes
  /// its own SSRC and payload type over those there. Numbers and times are the sender's: the
  /// numbers count packets, without gaps but for what got lost. Of header extensions two are known:
  /// 1, how loud it is (RFC 6464), and 2, which way up the picture is (3GPP TS 26.114 §7.4.5).
  ///
  /// @return false when it was left out since too much waits
  public boolean write(byte[] rtp) {
    if (rtp.length > MOST_PACKET || !take(rtp.length)) {
      return false;
    }
    resident.tell(() -> {
      waiting.addAndGet(-rtp.length);
      if (view.read(rtp, 0, rtp.length)) {
        rtp[1] = (byte) (rtp[1] & 0x80 | sent.payloadType());
        BigEndian.put32(rtp, 8, sent.ssrc());
        resident.rtp(sent, rtp, 0, rtp.length, view.timestamp());
      }
    });
    return true;
  }

  private boolean take(int size) {
    if (waiting.addAndGet(size) > MOST_WAITING) {
      waiting.addAndGet(-size);
      return false;
    }
    return true;
  }

  static int size(Frame frame) {
    return switch (frame) {
      case Frame.Opus opus -> opus.packet().length;
      case Frame.Vp8 vp8 -> vp8.picture().length;
      case Frame.H264 h264 -> h264.units().stream().mapToInt(unit -> unit.length).sum();
    };
  }

  private void send(byte[] payload, int offset, int length, boolean last, Frame frame) {
    if (length > MOST_PAYLOAD) {
      // An Opus packet that no path takes.
      return;
    }
    int timestamp = (int) frame.timestamp();
    packet[0] = (byte) 0x80;
    packet[1] = (byte) (sent.payloadType() | (last ? 0x80 : 0));
    BigEndian.put16(packet, 2, sequence++);
    BigEndian.put32(packet, 4, timestamp);
    BigEndian.put32(packet, 8, sent.ssrc());
    System.arraycopy(payload, offset, packet, RtpPacket.FIXED_HEADER, length);
    resident.rtp(sent, packet, 0, RtpPacket.FIXED_HEADER + length, timestamp);
  }

  // ---- in the room ------------------------------------------------------------------------------

  /// A muted track is not forwarded, whatever is written.
  public boolean muted() {
    return muted;
  }

  /// Everybody reads whether it is on. A host may mute it too; that is undone here.
  public void mute(boolean off) {
    muted = off;
    bot.publishAgain();
  }

  /// A host did.
  void wasMuted() {
    muted = true;
  }

  /// Ends it.
  @Override
  public void close() {
    bot.unpublish(this);
  }

  // ---- from the loop ----------------------------------------------------------------------------

  void keyframeWanted() {
    errands.offer(() -> keyframes.run(), 0);
  }

  void wanted(boolean anybody) {
    wanted = anybody;
  }

  /// What every path takes with all headers around it.
  private static final int MOST_PAYLOAD = 1160;

  private static final int MOST_PACKET = 1400;

  /// Bytes: a few of the largest pictures.
  private static final int MOST_WAITING = 4 << 20;
}
