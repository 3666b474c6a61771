package dev.madang.server.webrtc;

import dev.madang.protocol.sctp.DataChannel;

/// What the data channels of a [Transport] bring. Called on the transport's loop.
public interface Messages {
  /// A channel works: the far end opened it, or took ours.
  void opened(DataChannel channel);

  /// A whole message; the bytes are good during the call.
  void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length);

  /// There is room again, or everything has left.
  void writable(DataChannel channel);

  /// It is over on both sides.
  void closed(DataChannel channel);
}
