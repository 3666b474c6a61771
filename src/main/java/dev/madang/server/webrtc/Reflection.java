package dev.madang.server.webrtc;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.wire.BigEndian;
import org.jspecify.annotations.Nullable;

/// A connection whose messages by data channels a [Mirror] answers, and whose sound goes back as it
/// came. Lives on its transport's loop.
final class Reflection implements Cargo, Messages {
  private final Mirror mirror;
  private final int ssrc;
  private final RtpPacket packet = new RtpPacket();
  private final byte[] back = new byte[MOST_SOUND];
  private @Nullable Transport transport;

  /// @param ssrc of the sound that goes back
  Reflection(Mirror mirror, int ssrc) {
    this.mirror = mirror;
    this.ssrc = ssrc;
  }

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
  }

  @Override
  public void connected(long now) {}

  /// Its number, time and payload go back, under a source of ours; its header extensions do not.
  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    Transport on = transport;
    if (on == null
        || !packet.read(bytes, offset, length)
        || packet.payloadLength() > MOST_SOUND - RtpPacket.FIXED_HEADER) {
      return;
    } else if (!mirror.resounds(length, now)) {
      on.close(Ending.CLOSED);
      return;
    }
    System.arraycopy(bytes, offset, back, 0, RtpPacket.FIXED_HEADER);
    back[0] = VERSION;
    BigEndian.put32(back, 8, ssrc);
    int payload = packet.payloadLength();
    System.arraycopy(bytes, packet.payloadOffset(), back, RtpPacket.FIXED_HEADER, payload);
    on.sendRtp(back, 0, RtpPacket.FIXED_HEADER, RtpPacket.FIXED_HEADER + payload);
  }

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void tick(long now) {}

  @Override
  public long deadline() {
    return Long.MAX_VALUE;
  }

  @Override
  public void ended(Ending why, String detail, long now) {
    mirror.ended();
  }

  @Override
  public void opened(DataChannel channel) {
    Transport on = transport;
    DataChannels channels = on == null ? null : on.channels();
    if (on != null && channels != null && channels.count() > MOST_CHANNELS) {
      on.close(Ending.CLOSED);
    }
  }

  /// What does not fit, because the far end does not read, is dropped.
  @Override
  public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
    Transport on = transport;
    DataChannels channels = on == null ? null : on.channels();
    if (on == null || channels == null) {
      return;
    }
    int back = mirror.reflect(bytes, offset, length, on.now());
    if (back > 0 && channels.bufferedAmount(channel) < MOST_QUEUED) {
      channels.send(channel, text, bytes, offset, back, on.now());
    } else if (back == Mirror.END) {
      on.close(Ending.CLOSED);
    }
  }

  @Override
  public void writable(DataChannel channel) {}

  @Override
  public void closed(DataChannel channel) {}

  private static final byte VERSION = (byte) 0x80;
  private static final int MOST_SOUND = 1400;
  private static final int MOST_CHANNELS = 8;
  private static final int MOST_QUEUED = 256 << 10;
}
