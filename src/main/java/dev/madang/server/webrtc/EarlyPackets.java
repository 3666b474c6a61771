package dev.madang.server.webrtc;

import dev.madang.net.Receiver;
import java.util.ArrayDeque;

/// Packets of a far end that overtake what they are for. First its handshake, which may overtake
/// the answer by which we know it: if that were dropped, the far end would send it again only after
/// a while, and later each time. Then its media, since it has its keys a moment before us, and what
/// a browser sends in that moment are the packets by which it measures the path: were they lost, it
/// would think the path narrow for half a minute. Lives on the transport's loop.
final class EarlyPackets {
  /// What takes them, as if they came now.
  @FunctionalInterface
  interface Taker {
    /// The bytes may be changed, and a few around them.
    ///
    /// @param arrived when it came
    void take(byte[] bytes, int offset, int length, long arrived);
  }

  private record Packet(byte[] bytes, long arrived) {}

  private final ArrayDeque<Packet> packets = new ArrayDeque<>();
  private int size;

  /// Keeps a copy; false when there are too many already.
  boolean keep(byte[] bytes, int offset, int length, long now) {
    int needed = Receiver.HEADROOM + length + Receiver.TAILROOM;
    if (size + needed > MOST_BYTES) {
      return false;
    }
    byte[] copy = new byte[needed];
    System.arraycopy(bytes, offset, copy, Receiver.HEADROOM, length);
    packets.add(new Packet(copy, now));
    size += needed;
    return true;
  }

  int count() {
    return packets.size();
  }

  /// Gives them away, in the order they came.
  void giveTo(Taker taker) {
    for (Packet packet = packets.poll(); packet != null; packet = packets.poll()) {
      int length = packet.bytes.length - Receiver.HEADROOM - Receiver.TAILROOM;
      size -= packet.bytes.length;
      taker.take(packet.bytes, Receiver.HEADROOM, length, packet.arrived);
    }
  }

  void clear() {
    packets.clear();
    size = 0;
  }

  private static final int MOST_BYTES = 192 * 1024;
}
