package dev.madang.protocol.sctp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The value of an INIT or INIT-ACK chunk, RFC 9260 §3.3.2 and §3.3.3, as far as it concerns us.
///
/// ```
/// |                         Initiate Tag                          |
/// |           Advertised Receiver Window Credit (a_rwnd)          |
/// |  Number of Outbound Streams   |   Number of Inbound Streams   |
/// |                          Initial TSN                          |
/// |                     Parameter Type, Length, Value …           |
/// ```
///
/// @param cookie an INIT-ACK's
/// @param unrecognized parameters, whole and padded, whose type asks to be told of (§3.2.1)
record Init(Peer peer, byte @Nullable [] cookie, byte[] unrecognized) {
  /** RFC 3758. */
  static final int FORWARDS = 1;

  /** RFC 6525. */
  static final int RESETS = 2;

  /** RFC 8260. */
  static final int INTERLEAVES = 4;

  /// Reads one.
  ///
  /// @return null when §3.3.2 has it discarded: a tag of zero, no streams, a window below 1500
  ///   bytes, or lengths that lie
  static @Nullable Init read(byte[] bytes, int at, int length) {
    if (length < FIXED) {
      return null;
    }
    int tag = Chunk.i32(bytes, at);
    int window = Chunk.i32(bytes, at + 4);
    int outgoing = Chunk.u16(bytes, at + 8);
    int incoming = Chunk.u16(bytes, at + 10);
    if (tag == 0
        || outgoing == 0
        || incoming == 0
        || Integer.compareUnsigned(window, MIN_WINDOW) < 0) {
      return null;
    }
    Parameters parameters = new Parameters();
    if (!parameters.read(bytes, at + FIXED, at + length)) {
      return null;
    }
    Peer peer =
        new Peer(tag, window, outgoing, incoming, Chunk.i32(bytes, at + 12), parameters.features);
    return new Init(
        peer,
        parameters.cookie,
        Arrays.copyOf(parameters.unrecognized, parameters.unrecognizedLength));
  }

  private static final class Parameters {
    private int features;
    private byte @Nullable [] cookie;
    private final byte[] unrecognized = new byte[MAX_UNRECOGNIZED];
    private int unrecognizedLength;

    boolean read(byte[] bytes, int from, int end) {
      int at = from;
      while (end - at >= 4) {
        int type = Chunk.u16(bytes, at);
        int size = Chunk.u16(bytes, at + 2);
        if (size < 4 || size > end - at) {
          return false;
        }
        switch (type) {
          case COOKIE -> cookie = Arrays.copyOfRange(bytes, at + 4, at + size);
          case FORWARD_TSN_SUPPORTED -> features |= FORWARDS;
          case SUPPORTED_EXTENSIONS -> extensions(bytes, at + 4, at + size);
          case IPV4, IPV6, UNRECOGNIZED, COOKIE_PRESERVATIVE, ADDRESS_TYPES -> {}
          default -> {
            if ((type & 0x4000) != 0) {
              report(bytes, at, Math.min(Chunk.padded(size), end - at));
            }
            if ((type & 0x8000) == 0) {
              return true; // "stop processing this parameter [and] further parameters"
            }
          }
        }
        at += Chunk.padded(size);
      }
      return true;
    }

    private void extensions(byte[] bytes, int from, int end) {
      for (int at = from; at < end; at++) {
        switch (Chunk.u8(bytes, at)) {
          case Chunk.FORWARD_TSN -> features |= FORWARDS;
          case Chunk.RE_CONFIG -> features |= RESETS;
          case Chunk.I_DATA -> features |= INTERLEAVES;
          default -> {}
        }
      }
    }

    private void report(byte[] bytes, int at, int size) {
      if ((size & 3) == 0 && size <= unrecognized.length - unrecognizedLength) {
        System.arraycopy(bytes, at, unrecognized, unrecognizedLength, size);
        unrecognizedLength += size;
      }
    }
  }

  /// Writes ours into a packet.
  ///
  /// @param type INIT or INIT-ACK
  /// @param cookie of an INIT-ACK, which also reports the parameters not understood
  static void write(
      PacketWriter packet,
      int type,
      int tag,
      int firstTsn,
      SctpSettings settings,
      byte @Nullable [] cookie,
      byte[] unrecognized) {
    byte[] extensions = settings.interleaving() ? EXTENSIONS : EXTENSIONS_PLAIN;
    int reports = countParameters(unrecognized);
    int length =
        FIXED
            + 4
            + Chunk.padded(4 + extensions.length)
            + (cookie == null ? 0 : Chunk.padded(4 + cookie.length))
            + unrecognized.length
            + 4 * reports;
    int at = packet.chunk(type, 0, length);
    byte[] bytes = packet.bytes();
    Chunk.put32(bytes, at, tag);
    Chunk.put32(bytes, at + 4, settings.receiveWindow());
    Chunk.put16(bytes, at + 8, STREAMS);
    Chunk.put16(bytes, at + 10, STREAMS);
    Chunk.put32(bytes, at + 12, firstTsn);
    at += FIXED;
    if (cookie != null) {
      at = put(bytes, at, COOKIE, cookie, 0, cookie.length);
    }
    at = put(bytes, at, SUPPORTED_EXTENSIONS, extensions, 0, extensions.length);
    for (int from = 0; from < unrecognized.length; ) {
      int size = Chunk.padded(Chunk.u16(unrecognized, from + 2));
      at = put(bytes, at, UNRECOGNIZED, unrecognized, from, size);
      from += size;
    }
    put(bytes, at, FORWARD_TSN_SUPPORTED, extensions, 0, 0);
  }

  private static int put(byte[] bytes, int at, int type, byte[] value, int from, int length) {
    Chunk.put16(bytes, at, type);
    Chunk.put16(bytes, at + 2, 4 + length);
    System.arraycopy(value, from, bytes, at + 4, length);
    int next = at + Chunk.padded(4 + length);
    Arrays.fill(bytes, at + 4 + length, next, (byte) 0);
    return next;
  }

  private static int countParameters(byte[] parameters) {
    int count = 0;
    for (int at = 0; at < parameters.length; count++) {
      at += Chunk.padded(Chunk.u16(parameters, at + 2));
    }
    return count;
  }

  /** RFC 8831 §6.2: "the number of streams [...] SHOULD be 65535". */
  static final int STREAMS = 65535;

  private static final int FIXED = 16;
  private static final int MIN_WINDOW = 1500;
  private static final int MAX_UNRECOGNIZED = 256;

  private static final int IPV4 = 5;
  private static final int IPV6 = 6;
  private static final int COOKIE = 7;
  private static final int UNRECOGNIZED = 8;
  private static final int COOKIE_PRESERVATIVE = 9;
  private static final int ADDRESS_TYPES = 12;
  private static final int SUPPORTED_EXTENSIONS = 0x8008;
  private static final int FORWARD_TSN_SUPPORTED = 0xC000;

  private static final byte[] EXTENSIONS = {
    (byte) Chunk.RE_CONFIG,
    (byte) Chunk.FORWARD_TSN,
    (byte) Chunk.I_DATA,
    (byte) Chunk.I_FORWARD_TSN
  };
  private static final byte[] EXTENSIONS_PLAIN = {(byte) Chunk.RE_CONFIG, (byte) Chunk.FORWARD_TSN};
}
