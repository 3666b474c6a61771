package dev.madang.compare;

import java.io.IOException;

/// An open connection to the server's end, over one transport. [#send] and [#close] are called by
/// one thread.
interface Lane extends AutoCloseable {
  /// Hears the answers, on whatever thread they come.
  @FunctionalInterface
  interface Listener {
    /// @param bytes good during the call
    void answer(byte[] bytes, int offset, int length, long now);
  }

  /// Sends a message without waiting for it to leave; the array is the lane's from then on.
  void send(byte[] message);

  /// Whether the far end, or the network, has ended it.
  boolean broken();

  @Override
  void close() throws IOException;
}
