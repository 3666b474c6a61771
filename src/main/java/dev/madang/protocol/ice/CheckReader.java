package dev.madang.protocol.ice;

import dev.madang.protocol.stun.StunMessage;
import java.util.zip.CRC32;

/// What an agent must know of a STUN message, found in one pass over its bytes. Reused: it holds
/// the last message that [#read] took. Makes no object, throws nothing.
final class CheckReader {
  private final CRC32 crc = new CRC32();
  private int type;

  /** Positions from the beginning of the message; -1 = absent. */
  int usernameAt;

  int usernameLength;
  int integrityAt;

  long priority;
  boolean useCandidate;
  boolean controlling;
  boolean controlled;
  long tieBreaker;
  int errorCode;
  long idHigh;
  long idLow;

  final int[] unknown = new int[MAX_UNKNOWN];
  int unknownCount;

  /// @return false when the bytes are no STUN message about Binding, or a broken one
  boolean read(byte[] bytes, int offset, int length) {
    if (!StunMessage.looksLike(bytes, offset, length)) {
      return false;
    }
    type = u16(bytes, offset);
    if (type != REQUEST && type != SUCCESS && type != ERROR) {
      return false;
    }
    forget();
    idHigh = i32(bytes, offset + 8) & 0xFFFF_FFFFL;
    idLow = i64(bytes, offset + 12);
    int at = HEADER;
    while (at < length) {
      if (at + 4 > length) {
        return false;
      }
      int size = u16(bytes, offset + at + 2);
      // The length of the message is a multiple of four, so padding fits where the value does.
      if (at + 4 + size > length
          || !attribute(u16(bytes, offset + at), size, bytes, offset, at, length)) {
        return false;
      }
      at += 4 + size + (-size & 3);
    }
    return true;
  }

  boolean isRequest() {
    return type == REQUEST;
  }

  boolean isSuccess() {
    return type == SUCCESS;
  }

  private void forget() {
    usernameAt = -1;
    integrityAt = -1;
    priority = 0;
    useCandidate = false;
    controlling = false;
    controlled = false;
    errorCode = 0;
    unknownCount = 0;
  }

  /// RFC 8489 §14.5: what follows MESSAGE-INTEGRITY is ignored, but for the FINGERPRINT, which is
  /// last (§14.7).
  private boolean attribute(int kind, int size, byte[] bytes, int offset, int at, int length) {
    if (kind == FINGERPRINT) {
      return size == 4 && at + 8 == length && fingerprintFits(bytes, offset, at);
    }
    if (integrityAt >= 0) {
      return true;
    }
    int value = offset + at + 4;
    switch (kind) {
      case USERNAME -> {
        if (usernameAt < 0) {
          usernameAt = at + 4;
          usernameLength = size;
        }
        // RFC 8489 §14.3: fewer than 509 bytes, and RFC 5389 §15.3 said 513.
        return size <= MAX_USERNAME;
      }
      case INTEGRITY -> {
        integrityAt = at;
        return size == Integrity.SIZE;
      }
      case PRIORITY -> {
        priority = size == 4 ? i32(bytes, value) & 0xFFFF_FFFFL : 0;
        return size == 4;
      }
      case USE_CANDIDATE -> {
        useCandidate = true;
        return size == 0;
      }
      case CONTROLLED, CONTROLLING -> {
        controlled |= kind == CONTROLLED;
        controlling |= kind == CONTROLLING;
        tieBreaker = size == 8 ? i64(bytes, value) : 0;
        return size == 8;
      }
      case ERROR_CODE -> {
        errorCode = size < 4 ? 0 : (bytes[value + 2] & 7) * 100 + (bytes[value + 3] & 0xFF);
        return size >= 4;
      }
      default -> notUnderstood(kind);
    }
    return true;
  }

  private void notUnderstood(int kind) {
    // RFC 8489 §14: below 0x8000 it must be understood. These we know and need not look at.
    boolean known =
        kind >= 0x8000
            || kind == 0x0001 // MAPPED-ADDRESS
            || kind == 0x000A // UNKNOWN-ATTRIBUTES
            || kind == 0x0014 // REALM
            || kind == 0x0015 // NONCE
            || kind == 0x001C // MESSAGE-INTEGRITY-SHA256
            || kind == 0x0020; // XOR-MAPPED-ADDRESS
    if (!known && unknownCount < MAX_UNKNOWN) {
      unknown[unknownCount++] = kind;
    }
  }

  private boolean fingerprintFits(byte[] bytes, int offset, int at) {
    crc.reset();
    crc.update(bytes, offset, at);
    return ((int) crc.getValue() ^ FINGERPRINT_MASK) == i32(bytes, offset + at + 4);
  }

  static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  private static int i32(byte[] bytes, int at) {
    return u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  private static long i64(byte[] bytes, int at) {
    return (long) i32(bytes, at) << 32 | (i32(bytes, at + 4) & 0xFFFF_FFFFL);
  }

  static final int HEADER = StunMessage.HEADER;

  static final int REQUEST = 0x0001;
  static final int SUCCESS = 0x0101;
  static final int ERROR = 0x0111;

  static final int USERNAME = 0x0006;
  static final int INTEGRITY = 0x0008;
  static final int ERROR_CODE = 0x0009;
  static final int UNKNOWN_ATTRIBUTES = 0x000A;
  static final int XOR_MAPPED_ADDRESS = 0x0020;
  static final int PRIORITY = 0x0024;
  static final int USE_CANDIDATE = 0x0025;
  static final int FINGERPRINT = 0x8028;
  static final int CONTROLLED = 0x8029;
  static final int CONTROLLING = 0x802A;

  /** RFC 8489 §14.7. */
  static final int FINGERPRINT_MASK = 0x5354_554E;

  static final int MAX_USERNAME = 513;
  private static final int MAX_UNKNOWN = 8;
}
