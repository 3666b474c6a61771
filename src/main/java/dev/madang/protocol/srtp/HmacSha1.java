package dev.madang.protocol.srtp;

import dev.madang.wire.BigEndian;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// HMAC-SHA1 (RFC 2104) without garbage, where `javax.crypto.Mac` makes an array for each result.
final class HmacSha1 {
  private final MessageDigest sha1;
  private final byte[] inner = new byte[BLOCK];
  private final byte[] outer = new byte[BLOCK];
  private final byte[] result = new byte[SIZE];
  private final byte[] word = new byte[4];

  HmacSha1(byte[] key) {
    if (key.length > BLOCK) {
      throw new IllegalArgumentException("a key of " + key.length + " bytes");
    }
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    Arrays.fill(inner, (byte) 0x36);
    Arrays.fill(outer, (byte) 0x5C);
    for (int i = 0; i < key.length; i++) {
      inner[i] ^= key[i];
      outer[i] ^= key[i];
    }
  }

  void start(byte[] bytes, int offset, int length) {
    sha1.update(inner);
    sha1.update(bytes, offset, length);
  }

  /// The first `length` bytes of the code over what was given and this word.
  void finish(int word, byte[] out, int outOffset, int length) {
    finish(word);
    System.arraycopy(result, 0, out, outOffset, length);
  }

  /// Whether the code is the one that stands there, in a time that does not tell how much of it is.
  boolean matches(int word, byte[] bytes, int offset, int length) {
    finish(word);
    int difference = 0;
    for (int i = 0; i < length; i++) {
      difference |= bytes[offset + i] ^ result[i];
    }
    return difference == 0;
  }

  private void finish(int last) {
    BigEndian.put32(word, 0, last);
    sha1.update(word);
    try {
      sha1.digest(result, 0, SIZE);
      sha1.update(outer);
      sha1.update(result);
      sha1.digest(result, 0, SIZE);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final int BLOCK = 64;
  private static final int SIZE = 20;
}
