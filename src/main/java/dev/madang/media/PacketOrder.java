package dev.madang.media;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.Sequence;

/// Where in its stream a packet stands, as far as frames are concerned: whether something is
/// missing before it and whether it begins another frame.
final class PacketOrder {
  private boolean started;
  private int expected;
  private int timestamp;
  private boolean ended;
  private boolean gap;
  private boolean begins;

  /** Looks at the next packet; false when a later one was here already, and nothing changed. */
  boolean accept(RtpPacket packet) {
    int ahead = started ? Sequence.difference16(packet.sequence(), expected) : 0;
    if (ahead < 0) {
      return false;
    }
    gap = ahead > 0;
    begins = !started || ended || packet.timestamp() != timestamp;
    started = true;
    expected = packet.sequence() + 1 & 0xFFFF;
    if (packet.payloadLength() > 0) {
      timestamp = packet.timestamp();
      ended = packet.marker();
    }
    return true;
  }

  /** Whether packets before this one are missing. */
  boolean gap() {
    return gap;
  }

  /** Whether the packet has another timestamp than the one before, or that one ended its frame. */
  boolean begins() {
    return begins;
  }
}
