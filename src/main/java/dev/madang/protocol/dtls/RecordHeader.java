package dev.madang.protocol.dtls;

import dev.madang.wire.BigEndian;

/** The header of a DTLS record (RFC 6347 §4.1): type, version, epoch, sequence number, length. */
public final class RecordHeader {
  private RecordHeader() {}

  public static final int CHANGE_CIPHER_SPEC = 20;
  public static final int ALERT = 21;
  public static final int HANDSHAKE = 22;
  public static final int APPLICATION_DATA = 23;

  /// The length of the record that these bytes begin with, header included, or -1 if they begin
  /// with none that is whole.
  public static int length(byte[] bytes, int offset, int length) {
    if (length < SIZE) {
      return -1;
    }
    int whole = SIZE + BigEndian.u16(bytes, offset + 11);
    return whole <= length ? whole : -1;
  }

  public static int type(byte[] bytes, int offset) {
    return bytes[offset] & 0xFF;
  }

  public static int epoch(byte[] bytes, int offset) {
    return BigEndian.u16(bytes, offset + 3);
  }

  /** The 48 bits without the epoch. */
  public static long sequence(byte[] bytes, int offset) {
    return BigEndian.i64(bytes, offset + 3) & (1L << 48) - 1;
  }

  /** Of epoch 0. */
  static void setSequence(byte[] bytes, int offset, long sequence) {
    BigEndian.put64(bytes, offset + 3, sequence);
  }

  static void write(byte[] bytes, int offset, int type, long epochAndSequence, int length) {
    bytes[offset] = (byte) type;
    BigEndian.put16(bytes, offset + 1, DTLS_1_2);
    BigEndian.put64(bytes, offset + 3, epochAndSequence);
    BigEndian.put16(bytes, offset + 11, length);
  }

  public static final int SIZE = 13;
  static final int DTLS_1_2 = 0xFEFD;

  /// RFC 5246 §6.2.1: "The length MUST NOT exceed 2^14."
  static final int MAX_DATA = 1 << 14;
}
