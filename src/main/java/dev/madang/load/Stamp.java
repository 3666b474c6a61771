package dev.madang.load;

import dev.madang.wire.BigEndian;

/// What a [Publisher] writes behind each payload, where no server changes anything, and a
/// [Receiver] reads: when it was sent. Both are of one process and read one clock.
final class Stamp {
  private Stamp() {}

  /// Writes over the last [#BYTES] of a payload.
  static void write(byte[] bytes, int payload, int length, long sentAt) {
    int at = payload + length - BYTES;
    BigEndian.put64(bytes, at, MAGIC);
    BigEndian.put64(bytes, at + 8, sentAt);
  }

  /// When this payload was sent, or [#NONE] when it is not one of ours.
  static long read(byte[] bytes, int payload, int length) {
    int at = payload + length - BYTES;
    return length < BYTES || BigEndian.i64(bytes, at) != MAGIC
        ? NONE
        : BigEndian.i64(bytes, at + 8);
  }

  static final int BYTES = 16;
  static final long NONE = Long.MIN_VALUE;
  private static final long MAGIC = 0x6D61_6461_6E67_F00DL;
}
