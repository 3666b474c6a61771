package dev.madang.server.webrtc;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import org.jspecify.annotations.Nullable;

/// A connection that carries nothing but data channels, whose messages a [Mirror] answers. Lives on
/// its transport's loop.
final class Reflection implements Cargo, Messages {
  private final Mirror mirror;
  private @Nullable Transport transport;

  Reflection(Mirror mirror) {
    this.mirror = mirror;
  }

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
  }

  @Override
  public void connected(long now) {}

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

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

  private static final int MOST_CHANNELS = 8;
  private static final int MOST_QUEUED = 256 << 10;
}
