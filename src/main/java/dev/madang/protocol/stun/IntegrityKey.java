package dev.madang.protocol.stun;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The key of MESSAGE-INTEGRITY. Never printed.
public final class IntegrityKey {
  private final byte[] bytes;

  private IntegrityKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// RFC 8489 §9.2.2: `key = MD5(username ":" OpaqueString(realm) ":" OpaqueString(password))`. The
  /// texts are taken as already prepared.
  public static IntegrityKey longTerm(String username, String realm, String password) {
    String text = username + ":" + realm + ":" + password;
    try {
      return new IntegrityKey(
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// RFC 8489 §9.1.1: `key = OpaqueString(password)`.
  public static IntegrityKey shortTerm(String password) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException("an empty password");
    }
    return new IntegrityKey(password.getBytes(StandardCharsets.UTF_8));
  }

  /// The HMAC of a message up to where its integrity attribute begins. RFC 8489 §14.5, 14.6: the
  /// length in the header is, for this, the one that the message would have if the integrity
  /// attribute were its last.
  byte[] sign(String algorithm, byte[] message, int offset, int upTo) {
    return sign(algorithm, message, offset, upTo, algorithm.equals(SHA1) ? 20 : 32);
  }

  /** Whether the attribute at `at`, with a value of `size` bytes, was made with this key. */
  boolean signs(String algorithm, byte[] message, int offset, int at, int size) {
    byte[] mac = sign(algorithm, message, offset, at, size);
    byte[] claimed = Arrays.copyOfRange(message, offset + at + 4, offset + at + 4 + size);
    return MessageDigest.isEqual(Arrays.copyOf(mac, size), claimed);
  }

  private byte[] sign(String algorithm, byte[] message, int offset, int upTo, int macSize) {
    int length = upTo - StunMessage.HEADER + 4 + macSize;
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(bytes, algorithm));
      mac.update(message, offset, 2);
      mac.update((byte) (length >>> 8));
      mac.update((byte) length);
      mac.update(message, offset + 4, upTo - 4);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "a key";
  }

  static final String SHA1 = "HmacSHA1";
  static final String SHA256 = "HmacSHA256";
}
