package dev.madang.protocol.sctp;

import java.util.Arrays;

/// Writes FORWARD-TSN (RFC 3758 §3.2) and I-FORWARD-TSN (RFC 8260 §2.3.1): up to where the far end
/// may stop waiting, and the newest message given up in each stream.
///
/// ```
/// |                      New Cumulative TSN                       |
/// |         Stream-1              |       Stream Sequence-1       | …
/// ```
///
/// ```
/// |                      New Cumulative TSN                       |
/// |       Stream Identifier       |          Reserved           |U|
/// |                       Message Identifier                      | …
/// ```
final class ForwardTsn {
  private long writing;
  private int[] entries = new int[8];
  private int count;

  /// @param point the last TSN to give up
  /// @return the same, or less far when there are too many streams for one packet
  long write(PacketWriter packet, Outstanding chunks, long point, boolean interleaving) {
    int size = interleaving ? 8 : 4;
    int limit = (packet.capacity() - Chunk.HEADER - 4) / size;
    writing++;
    count = 0;
    long reached = chunks.first() - 1;
    while (reached < point && (count < limit || isMentioned(chunks, reached + 1, interleaving))) {
      reached++;
      if (chunks.isAbandoned(reached)) {
        mention(chunks.message(reached), interleaving);
      }
    }
    int at =
        packet.chunk(interleaving ? Chunk.I_FORWARD_TSN : Chunk.FORWARD_TSN, 0, 4 + count * size);
    byte[] bytes = packet.bytes();
    Chunk.put32(bytes, at, (int) reached);
    for (int i = 0; i < count; i++) {
      int entry = at + 4 + i * size;
      int stream = entries[2 * i];
      if (interleaving) {
        Chunk.put32(bytes, entry, stream);
        Chunk.put32(bytes, entry + 4, entries[2 * i + 1]);
      } else {
        Chunk.put16(bytes, entry, stream >>> 16);
        Chunk.put16(bytes, entry + 2, entries[2 * i + 1]);
      }
    }
    return reached;
  }

  /** Whether giving up this chunk needs no further entry. */
  private boolean isMentioned(Outstanding chunks, long tsn, boolean interleaving) {
    OutgoingMessage message = chunks.message(tsn);
    return !message.abandoned || (!interleaving && message.unordered) || slot(message) >= 0;
  }

  /// RFC 3758 leaves out unordered messages, which have no number; RFC 8260 has them, with U.
  private void mention(OutgoingMessage message, boolean interleaving) {
    if (message.unordered && !interleaving) {
      return;
    }
    int slot = slot(message);
    if (slot < 0) {
      slot = count++;
      if (2 * count > entries.length) {
        entries = Arrays.copyOf(entries, entries.length * 2);
      }
      entries[2 * slot] = message.stream.id << 16 | (message.unordered ? 1 : 0);
      if (message.unordered) {
        message.stream.mentionedUnordered = slot;
      } else {
        message.stream.mentionedOrdered = slot;
      }
    }
    entries[2 * slot + 1] = message.number;
  }

  private int slot(OutgoingMessage message) {
    OutgoingStream stream = message.stream;
    if (stream.mentionedIn != writing) {
      stream.mentionedIn = writing;
      stream.mentionedOrdered = -1;
      stream.mentionedUnordered = -1;
    }
    return message.unordered ? stream.mentionedUnordered : stream.mentionedOrdered;
  }
}
