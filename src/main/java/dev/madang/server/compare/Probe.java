package dev.madang.server.compare;

import dev.madang.wire.BigEndian;

/// One message of a measurement, the same over every transport:
///
/// ```
///   0  kind          0xC0 opens a lane, 0xC1 asks for an echo, 0xC2 for an acknowledgement; an
///                    answer has 0x10 more
///   1  workload      a number of the client's choice
///   2  lane          a number of the client's choice
///   3  reserved
///   4  sequence      u32
///   8  sent          the client's clock, nanoseconds
///  16  arrived       the server's clock, nanoseconds; what the client writes here is overwritten
///  24  token         16 bytes; looked at over UDP only, where nothing else says whose it is
///  40  padding
/// ```
///
/// No kind is a first byte of what else comes over the UDP port (RFC 7983 §7 assigns nothing above
/// 191). An answer is never longer than its question, so there is nothing here to amplify with.
public final class Probe {
  private Probe() {}

  public static final int HEADER = 40;

  /// The longest one over any transport.
  public static final int LONGEST = 65_536;

  public static final int OPEN = 0xC0;
  public static final int ECHO = 0xC1;
  public static final int ACKNOWLEDGE = 0xC2;
  public static final int ANSWER = 0x10;
  public static final int TOKEN = 16;
  static final int TOKEN_AT = 24;

  /// Writes a header.
  public static void write(byte[] to, int kind, int workload, int lane, int sequence, long sent) {
    to[0] = (byte) kind;
    to[1] = (byte) workload;
    to[2] = (byte) lane;
    BigEndian.put32(to, 4, sequence);
    BigEndian.put64(to, 8, sent);
  }

  public static void token(byte[] to, byte[] token) {
    System.arraycopy(token, 0, to, TOKEN_AT, TOKEN);
  }

  public static int kind(byte[] from, int at) {
    return BigEndian.u8(from, at);
  }

  public static int workload(byte[] from, int at) {
    return BigEndian.u8(from, at + 1);
  }

  public static int lane(byte[] from, int at) {
    return BigEndian.u8(from, at + 2);
  }

  public static int sequence(byte[] from, int at) {
    return BigEndian.i32(from, at + 4);
  }

  public static long sent(byte[] from, int at) {
    return BigEndian.i64(from, at + 8);
  }

  public static long arrived(byte[] from, int at) {
    return BigEndian.i64(from, at + 16);
  }

  /// Turns a question into its answer, in place.
  ///
  /// @return how much of it to send back; 0 = nothing, since it is no question
  static int answer(byte[] bytes, int at, int length, long now) {
    if (length < HEADER) {
      return 0;
    }
    int kind = kind(bytes, at);
    if (kind != OPEN && kind != ECHO && kind != ACKNOWLEDGE) {
      return 0;
    }
    bytes[at] = (byte) (kind + ANSWER);
    BigEndian.put64(bytes, at + 16, now);
    return kind == ECHO ? length : HEADER;
  }
}
