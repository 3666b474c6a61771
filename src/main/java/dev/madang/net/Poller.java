package dev.madang.net;

import java.io.IOException;
import java.net.InetSocketAddress;

/// How a [Loop] waits, receives and sends; lives on its thread, but for [#wake].
abstract sealed class Poller permits KernelPoller, ChannelPoller {
  /// Waits until something can be received, [#wake] was called, or `nanos` passed; -1 waits for
  /// ever.
  abstract void await(long nanos) throws IOException;

  /// From any thread: ends the present or the next [#await].
  abstract void wake();

  /// Hands what is there to the receivers.
  abstract void deliver() throws IOException;

  /// Whether all that was sent during this turn waits for [#flush].
  abstract boolean holdsAll();

  /// Sends what was queued.
  abstract void flush() throws IOException;

  abstract UdpSocket open(InetSocketAddress address, UdpOptions options, Receiver receiver)
      throws IOException;

  /// Closes every socket and gives all memory back.
  abstract void close();
}
