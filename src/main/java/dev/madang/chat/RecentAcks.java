package dev.madang.chat;

import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// The last answers to one client, few and small: nobody knows which of them were still on their
/// way when the connection was cut, so all go again. A client ignores an answer that it has.
final class RecentAcks {
  private final ArrayDeque<Outgoing> packets = new ArrayDeque<>(4);
  private long bytes;

  void add(Outgoing packet) {
    packets.add(packet);
    bytes += packet.size();
    while (packets.size() > MAX_PACKETS || bytes > MAX_BYTES) {
      bytes -= packets.remove().size();
    }
  }

  void forEach(Consumer<Outgoing> each) {
    packets.forEach(each);
  }

  private static final int MAX_PACKETS = 64;
  private static final long MAX_BYTES = 64 << 10;
}
