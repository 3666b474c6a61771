package dev.madang.media;

import java.util.Arrays;
import java.util.HexFormat;

/** Bits put together by tests, and bytes written as text. */
final class Bits {
  private final StringBuilder bits = new StringBuilder();

  /** The lowest `count` bits of a value. */
  Bits put(int value, int count) {
    for (int i = count - 1; i >= 0; i--) {
      bits.append(value >>> i & 1);
    }
    return this;
  }

  /** Written in ones, zeros and spaces. */
  Bits put(String text) {
    bits.append(text.replace(" ", ""));
    return this;
  }

  /** A value below n as `ns(n)`. */
  Bits nonSymmetric(int value, int n) {
    int width = 32 - Integer.numberOfLeadingZeros(n);
    int shorter = (1 << width) - n;
    return value < shorter ? put(value, width - 1) : put(value + shorter, width);
  }

  int size() {
    return bits.length();
  }

  /** Padded with zeros to whole bytes. */
  byte[] bytes() {
    byte[] bytes = new byte[bits.length() + 7 >> 3];
    for (int i = 0; i < bits.length(); i++) {
      bytes[i >> 3] |= (byte) (bits.charAt(i) - '0' << 7 - (i & 7));
    }
    return bytes;
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /** The bytes in the middle of others. */
  static byte[] shift(byte[] bytes, int offset) {
    byte[] shifted = new byte[bytes.length + 2 * offset];
    Arrays.fill(shifted, (byte) 0xFF);
    System.arraycopy(bytes, 0, shifted, offset, bytes.length);
    return shifted;
  }
}
