package dev.madang.protocol.ice;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/// MESSAGE-INTEGRITY under one password, made and checked without an object: a check arrives from
/// every receiver every second or two. Lives on its agent's thread.
///
/// RFC 8445 §7: checks use short-term credentials, so the key is the password, and HMAC-SHA1 is
/// what every ICE agent speaks.
final class Integrity {
  private final Mac mac;
  private final byte[] digest = new byte[SIZE];

  Integrity(String password) {
    try {
      mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether the integrity attribute that begins `at` bytes into the message was made with this
  /// password.
  boolean verifies(byte[] bytes, int offset, int at) {
    compute(bytes, offset, at);
    int difference = 0;
    for (int i = 0; i < SIZE; i++) {
      difference |= digest[i] ^ bytes[offset + at + 4 + i];
    }
    return difference == 0;
  }

  /**
   * Writes the value of an integrity attribute that begins at `at` in a message that begins at 0.
   */
  void sign(byte[] message, int at) {
    compute(message, 0, at);
    System.arraycopy(digest, 0, message, at + 4, SIZE);
  }

  /// RFC 8489 §14.5: the length in the header is, for this, the one that the message would have if
  /// the integrity attribute were its last.
  private void compute(byte[] bytes, int offset, int at) {
    int length = at - CheckReader.HEADER + 4 + SIZE;
    mac.update(bytes, offset, 2);
    mac.update((byte) (length >>> 8));
    mac.update((byte) length);
    mac.update(bytes, offset + 4, at - 4);
    try {
      mac.doFinal(digest, 0);
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  static final int SIZE = 20;
}
