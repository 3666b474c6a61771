package dev.madang.protocol.ice;

import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import java.util.Arrays;
import java.util.zip.CRC32;

/// Writes checks and their answers into one array, again and again. What it holds is valid until
/// the next `begin`.
///
/// ```
/// begin(type, id) · attributes … · sign(integrity)? · end()
/// ```
final class CheckWriter {
  private final CRC32 crc = new CRC32();
  private byte[] bytes = new byte[128];
  private int at;

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return at;
  }

  CheckWriter begin(int type, long idHigh, long idLow) {
    at = 0;
    u16(type);
    u16(0);
    i32(StunMessage.COOKIE);
    i32((int) idHigh);
    i64(idLow);
    return this;
  }

  CheckWriter xorMapped(Address address) {
    boolean v6 = address.isV6();
    attribute(CheckReader.XOR_MAPPED_ADDRESS, v6 ? 20 : 8);
    u16(v6 ? 2 : 1);
    u16(address.port() ^ StunMessage.COOKIE >>> 16);
    if (v6) {
      // RFC 8489 §14.2: XORed with the cookie and the transaction id behind it.
      i64(address.high() ^ i64At(4));
      i64(address.low() ^ i64At(12));
    } else {
      i32(address.ip4() ^ StunMessage.COOKIE);
    }
    return this;
  }

  /// Without a reason in words: nobody reads it, and an answer to a stranger must not be longer
  /// than his question.
  CheckWriter error(int code) {
    attribute(CheckReader.ERROR_CODE, 4);
    i32(code / 100 << 8 | code % 100);
    return this;
  }

  CheckWriter unknownAttributes(int[] types, int count) {
    attribute(CheckReader.UNKNOWN_ATTRIBUTES, 2 * count);
    for (int i = 0; i < count; i++) {
      u16(types[i]);
    }
    if ((count & 1) != 0) {
      u16(0);
    }
    return this;
  }

  CheckWriter username(byte[] username) {
    attribute(CheckReader.USERNAME, username.length);
    room(username.length + 4);
    System.arraycopy(username, 0, bytes, at, username.length);
    at += username.length;
    while ((at & 3) != 0) {
      bytes[at++] = 0;
    }
    return this;
  }

  CheckWriter i32Attribute(int type, int value) {
    attribute(type, 4);
    i32(value);
    return this;
  }

  CheckWriter i64Attribute(int type, long value) {
    attribute(type, 8);
    i64(value);
    return this;
  }

  CheckWriter emptyAttribute(int type) {
    attribute(type, 0);
    return this;
  }

  CheckWriter sign(Integrity integrity) {
    int start = at;
    attribute(CheckReader.INTEGRITY, Integrity.SIZE);
    room(Integrity.SIZE);
    at += Integrity.SIZE;
    writeLength();
    integrity.sign(bytes, start);
    return this;
  }

  /** The fingerprint, which is last. */
  CheckWriter end() {
    int start = at;
    i32Attribute(CheckReader.FINGERPRINT, 0);
    writeLength();
    crc.reset();
    crc.update(bytes, 0, start);
    at -= 4;
    i32((int) crc.getValue() ^ CheckReader.FINGERPRINT_MASK);
    return this;
  }

  private void writeLength() {
    int length = at - CheckReader.HEADER;
    bytes[2] = (byte) (length >>> 8);
    bytes[3] = (byte) length;
  }

  private void attribute(int type, int size) {
    u16(type);
    u16(size);
  }

  private void u16(int value) {
    room(2);
    bytes[at++] = (byte) (value >>> 8);
    bytes[at++] = (byte) value;
  }

  private void i32(int value) {
    u16(value >>> 16);
    u16(value);
  }

  private void i64(long value) {
    i32((int) (value >>> 32));
    i32((int) value);
  }

  private long i64At(int from) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[from + i] & 0xFF);
    }
    return value;
  }

  private void room(int more) {
    if (at + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
    }
  }

  /** The bytes of an error without integrity: header, ERROR-CODE and FINGERPRINT. */
  static final int SHORTEST_ERROR = 36;
}
