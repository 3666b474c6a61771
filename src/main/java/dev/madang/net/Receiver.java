package dev.madang.net;

/// Takes the datagrams of a [UdpSocket], on the thread of its [Loop].
@FunctionalInterface
public interface Receiver {
  /// Bytes before `offset` that a receiver may overwrite: a protocol that wraps what it relays
  /// writes its header there and sends the whole without moving the payload.
  int HEADROOM = 64;

  /// And bytes after `offset + length`, for padding or a tag.
  int TAILROOM = 16;

  /// A datagram came from `from`, to which [Path#send] answers. The bytes, [#HEADROOM] before them
  /// and [#TAILROOM] after them are the receiver's until it returns.
  void receive(Path from, byte[] bytes, int offset, int length);
}
