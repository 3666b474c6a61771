package dev.madang.protocol.dtls;

import dev.madang.wire.BigEndian;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets through to a handshake only records that cannot harm it, since nothing in it is
/// authenticated before its end:
///
/// - no message longer than [#MAX_MESSAGE] and no tiny fragments, so that what is kept to put
///   messages together is bounded, whatever a header claims;
/// - no alert: anybody could have sent it. What it said is kept, to explain a handshake that never
///   ends;
/// - to a server no ChangeCipherSpec before the client's CertificateVerify, after which it comes:
///   one that was overtaken, or forged, would make the rest of the flight unreadable;
/// - plain records under new numbers: a forged one with a high number would else have the true ones
///   taken for repeated. Messages have numbers of their own.
///
/// One for each attempt at a handshake.
public final class HandshakeFilter {
  private final boolean server;
  private boolean verified;
  private long nextSequence;
  private int alert = -1;
  private byte @Nullable [] helloRandom;

  public HandshakeFilter(boolean server) {
    this.server = server;
  }

  /// The records of a datagram that may pass, each in an array of its own.
  public List<byte[]> admit(byte[] bytes, int offset, int length) {
    helloRandom = null;
    List<byte[]> admitted = new ArrayList<>();
    int end = offset + length;
    for (int at = offset; at < end; ) {
      int size = RecordHeader.length(bytes, at, end - at);
      if (size < 0) {
        break;
      }
      if (admits(bytes, at, size)) {
        byte[] record = Arrays.copyOfRange(bytes, at, at + size);
        if (RecordHeader.epoch(record, 0) == 0) {
          RecordHeader.setSequence(record, 0, nextSequence++);
        }
        admitted.add(record);
      }
      at += size;
    }
    return admitted;
  }

  private boolean admits(byte[] bytes, int offset, int length) {
    if (length - RecordHeader.SIZE > RecordHeader.MAX_DATA + 256) {
      return false;
    }
    if (RecordHeader.epoch(bytes, offset) != 0) {
      return true;
    }
    return switch (RecordHeader.type(bytes, offset)) {
      case RecordHeader.HANDSHAKE ->
          admitsMessages(bytes, offset + RecordHeader.SIZE, offset + length);
      case RecordHeader.CHANGE_CIPHER_SPEC -> verified || !server;
      case RecordHeader.ALERT -> {
        if (length == RecordHeader.SIZE + 2) {
          alert = bytes[offset + RecordHeader.SIZE + 1] & 0xFF;
        }
        yield false;
      }
      default -> false;
    };
  }

  /// RFC 6347 §4.2.2: each message, or part of one, has a header: type, length of the whole, number
  /// of the message, offset and length of this part.
  private boolean admitsMessages(byte[] bytes, int from, int end) {
    boolean verifies = false;
    int hello = -1;
    int at = from;
    while (at < end) {
      if (end - at < MESSAGE_HEADER) {
        return false;
      }
      int whole = BigEndian.u24(bytes, at + 1);
      int partOffset = BigEndian.u24(bytes, at + 6);
      int part = BigEndian.u24(bytes, at + 9);
      int body = at + MESSAGE_HEADER;
      if (whole > MAX_MESSAGE || part > end - body || partOffset + part > whole) {
        return false;
      }
      boolean last = partOffset + part == whole;
      if (part < MIN_FRAGMENT && !(last && (part > 0 || whole == 0))) {
        return false;
      }
      int type = bytes[at] & 0xFF;
      verifies |= type == CERTIFICATE_VERIFY && last;
      if (server && type == CLIENT_HELLO && partOffset == 0 && part >= 2 + RANDOM) {
        hello = body + 2;
      }
      at = body + part;
    }
    verified |= verifies;
    if (hello >= 0) {
      helloRandom = Arrays.copyOfRange(bytes, hello, hello + RANDOM);
    }
    return true;
  }

  /// The random bytes of the ClientHello that began in the last datagram, or null if none did: one
  /// with others begins a new handshake.
  public byte @Nullable [] helloRandom() {
    return helloRandom;
  }

  /** The description of the last unauthenticated alert, or -1. */
  public int alert() {
    return alert;
  }

  /// A ClientHello with the key shares of new groups takes 2 KB, a certificate of RSA 4096 1.5 KB.
  public static final int MAX_MESSAGE = 8192;

  private static final int MIN_FRAGMENT = 64;
  static final int MESSAGE_HEADER = 12;
  static final int CLIENT_HELLO = 1;
  private static final int CERTIFICATE_VERIFY = 15;
  static final int RANDOM = 32;
}
