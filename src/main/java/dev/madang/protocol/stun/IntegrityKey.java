package dev.madang.protocol.stun;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

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
    return new IntegrityKey(password.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return "a key";
  }
}
