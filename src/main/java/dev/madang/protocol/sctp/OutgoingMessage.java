package dev.madang.protocol.sctp;

/// A message on its way: first in its stream's queue, then cut into chunks, then [Outstanding]
/// until the far end has it or it is given up.
final class OutgoingMessage {
  final OutgoingStream stream;
  final int ppid;
  final byte[] bytes;
  final boolean unordered;

  /** How often a chunk may be sent again; `Integer.MAX_VALUE` when there is no limit. */
  final int maxRetransmits;

  /** When it is given up, or never. */
  final long expiresAt;

  /** Its number in the stream: SSN or MID. Given when its first chunk is cut. */
  int number;

  /** Bytes that were cut into chunks. */
  int cut;

  /** Chunks that were cut. */
  int fragments;

  /** Bytes that the far end has. */
  int acknowledged;

  /** Bytes of its chunks under way, with headers. */
  int flight;

  boolean abandoned;

  OutgoingMessage(OutgoingStream stream, int ppid, byte[] bytes, Delivery delivery, long now) {
    this.stream = stream;
    this.ppid = ppid;
    this.bytes = bytes;
    this.unordered = !delivery.ordered();
    this.maxRetransmits =
        delivery.maxRetransmits() < 0 ? Integer.MAX_VALUE : delivery.maxRetransmits();
    this.expiresAt = delivery.lifetime() < 0 ? Timers.NEVER : now + delivery.lifetime();
  }

  int left() {
    return bytes.length - cut;
  }

  boolean isExpired(long now) {
    return Timers.isDue(expiresAt, now);
  }
}
