package dev.madang.protocol.sctp;

import java.util.Arrays;
import java.util.zip.CRC32C;

/// The packet being written, RFC 9260 §3: chunks are put into it one after the other, and it leaves
/// when the next does not fit, or by [#flush].
///
/// ```
/// |       Source Port Number      |     Destination Port Number   |
/// |                      Verification Tag                         |
/// |                           Checksum                            |
/// |                          Chunk #1 …                           |
/// ```
final class PacketWriter {
  private final byte[] bytes;
  private final Tally tally;
  private final SctpAssociation.Output output;
  private final CRC32C crc = new CRC32C();
  private int tag;
  private int at = Chunk.PACKET_HEADER;

  PacketWriter(SctpSettings settings, Tally tally, SctpAssociation.Output output) {
    this.tally = tally;
    this.output = output;
    bytes = new byte[settings.packet() & ~3];
    Chunk.put16(bytes, 0, settings.localPort());
    Chunk.put16(bytes, 2, settings.remotePort());
  }

  /** The tag that packets carry from now on: the far end's. */
  void tag(int tag) {
    flush();
    this.tag = tag;
  }

  int tag() {
    return tag;
  }

  byte[] bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return at == Chunk.PACKET_HEADER;
  }

  /** Bytes left in this packet for chunks with their headers. */
  int room() {
    return bytes.length - at;
  }

  /** What [#room] is in an empty packet. */
  int capacity() {
    return bytes.length - Chunk.PACKET_HEADER;
  }

  /// Begins a chunk, in a new packet if this one is too full.
  ///
  /// @param length bytes of its value, at most those of an empty packet
  /// @return where the value goes
  int chunk(int type, int flags, int length) {
    int size = Chunk.padded(Chunk.HEADER + length);
    if (size > room()) {
      flush();
    }
    bytes[at] = (byte) type;
    bytes[at + 1] = (byte) flags;
    Chunk.put16(bytes, at + 2, Chunk.HEADER + length);
    int value = at + Chunk.HEADER;
    Arrays.fill(bytes, value + length, at + size, (byte) 0);
    at += size;
    return value;
  }

  void flush() {
    send(tag);
  }

  /** Sends what was written with this tag instead. */
  void flushWith(int otherTag) {
    send(otherTag);
  }

  private void send(int packetTag) {
    if (isEmpty()) {
      return;
    }
    int length = at;
    at = Chunk.PACKET_HEADER;
    Chunk.put32(bytes, 4, packetTag);
    Chunk.put32(bytes, 8, checksum(crc, bytes, 0, length));
    tally.packetsOut++;
    output.send(bytes, 0, length);
  }

  /// RFC 9260 §6.8 and appendix A: CRC32c over the packet with zeros in place of the checksum, its
  /// least significant byte first.
  private static int checksum(CRC32C crc, byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, 8);
    crc.update(ZEROS, 0, 4);
    crc.update(bytes, offset + Chunk.PACKET_HEADER, length - Chunk.PACKET_HEADER);
    return Integer.reverseBytes((int) crc.getValue());
  }

  /** Whether this packet is as it was sent. */
  boolean isIntact(byte[] packet, int offset, int length) {
    return Chunk.i32(packet, offset + 8) == checksum(crc, packet, offset, length);
  }

  private static final byte[] ZEROS = new byte[4];
}
