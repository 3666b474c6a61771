package dev.madang.server.webrtc;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A way to the far end of a [Transport]. Lives on the transport's loop.
abstract sealed class Way permits DatagramWay, StreamWay {
  private final @Nullable IceCandidate local;

  /// @param local which of our candidates it begins at; null on the server, which does not ask
  Way(@Nullable IceCandidate local) {
    this.local = local;
  }

  @Nullable IceCandidate local() {
    return local;
  }

  abstract Station station();

  /// The far end's address, as it shows itself here.
  abstract Address remote();

  /// Sends a copy of a packet; what does not fit is dropped, as a network would.
  abstract void send(byte[] bytes, int offset, int length);

  /// The transport was checked by this way: from now on whatever comes by it is the transport's.
  abstract void keep();

  /// The transport has no further use for it.
  abstract void release();
}
