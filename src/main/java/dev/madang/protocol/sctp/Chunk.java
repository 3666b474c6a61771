package dev.madang.protocol.sctp;

/// The numbers of RFC 9260 §3.2 and its extensions, and words in network order.
final class Chunk {
  private Chunk() {}

  static final int DATA = 0;
  static final int INIT = 1;
  static final int INIT_ACK = 2;
  static final int SACK = 3;
  static final int HEARTBEAT = 4;
  static final int HEARTBEAT_ACK = 5;
  static final int ABORT = 6;
  static final int SHUTDOWN = 7;
  static final int SHUTDOWN_ACK = 8;
  static final int ERROR = 9;
  static final int COOKIE_ECHO = 10;
  static final int COOKIE_ACK = 11;
  static final int SHUTDOWN_COMPLETE = 14;

  /** RFC 8260. */
  static final int I_DATA = 64;

  /** RFC 6525. */
  static final int RE_CONFIG = 130;

  /** RFC 3758. */
  static final int FORWARD_TSN = 192;

  /** RFC 8260. */
  static final int I_FORWARD_TSN = 194;

  // Flags of DATA and I-DATA.
  static final int END = 1;
  static final int BEGIN = 2;
  static final int UNORDERED = 4;
  static final int IMMEDIATE = 8;

  /// The T bit of ABORT and SHUTDOWN-COMPLETE: the tag is the receiver's own view of its far end's.
  static final int REFLECTED = 1;

  /** The common header of a packet. */
  static final int PACKET_HEADER = 12;

  static final int HEADER = 4;
  static final int DATA_HEADER = 16;
  static final int I_DATA_HEADER = 20;

  // Error causes, RFC 9260 §3.3.10.
  static final int INVALID_STREAM = 1;
  static final int MISSING_PARAMETER = 2;
  static final int STALE_COOKIE = 3;
  static final int CAUSE_OUT_OF_RESOURCE = 4;
  static final int UNRECOGNIZED_CHUNK = 6;
  static final int INVALID_PARAMETER = 7;
  static final int UNRECOGNIZED_PARAMETERS = 8;
  static final int NO_USER_DATA = 9;
  static final int COOKIE_WHILE_SHUTTING_DOWN = 10;
  static final int USER_ABORT = 12;
  static final int PROTOCOL_VIOLATION = 13;

  /** A length with its padding. */
  static int padded(int length) {
    return (length + 3) & ~3;
  }

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xFF;
  }

  static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  static int i32(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }

  static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static void put32(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /// A 32-bit serial number as the one of the unbounded numbers nearest to a known one: inside,
  /// nothing ever wraps.
  static long unwrap(int value, long near) {
    return near + (value - (int) near);
  }

  /** The same for 16 bits. */
  static long unwrap16(int value, long near) {
    return near + (short) (value - (int) near);
  }
}
