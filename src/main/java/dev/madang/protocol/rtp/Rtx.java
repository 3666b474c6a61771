package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// Retransmission in a stream of its own (RFC 4588): the payload begins with the original sequence
/// number (OSN), everything else is as it was.
public final class Rtx {
  private Rtx() {}

  /** What a retransmission is longer by. */
  public static final int OVERHEAD = 2;

  /// Turns a retransmission into the packet it repeats, where it lies: the header moves two bytes
  /// on, over the OSN, and the view is of the original afterwards. False, and nothing changed, when
  /// there is no OSN: a packet of padding that only probes.
  public static boolean unwrap(RtpPacket packet, int ssrc, int payloadType) {
    if (packet.payloadLength() < OVERHEAD) {
      return false;
    }
    byte[] bytes = packet.bytes();
    int offset = packet.offset();
    int original = BigEndian.u16(bytes, packet.payloadOffset());
    System.arraycopy(bytes, offset, bytes, offset + OVERHEAD, packet.headerLength());
    boolean read = packet.read(bytes, offset + OVERHEAD, packet.length() - OVERHEAD);
    packet.sequence(original);
    packet.ssrc(ssrc);
    packet.payloadType(payloadType);
    return read;
  }

  /// Writes the packet as a retransmission; gives the length. Its padding is left out.
  public static int wrap(
      RtpPacket packet, int ssrc, int payloadType, int sequence, byte[] out, int at) {
    byte[] bytes = packet.bytes();
    int header = packet.headerLength();
    int payload = packet.payloadLength();
    System.arraycopy(bytes, packet.offset(), out, at, header);
    out[at] &= (byte) ~0x20;
    out[at + 1] = (byte) (out[at + 1] & 0x80 | payloadType);
    BigEndian.put16(out, at + 2, sequence);
    BigEndian.put32(out, at + 8, ssrc);
    BigEndian.put16(out, at + header, packet.sequence());
    System.arraycopy(bytes, packet.payloadOffset(), out, at + header + OVERHEAD, payload);
    return header + OVERHEAD + payload;
  }
}
