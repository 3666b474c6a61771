package dev.madang.protocol.gcm;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Galois/Counter Mode by the JDK. */
final class JdkGcm implements Gcm {
  private final SecretKeySpec key;
  private final byte[] last = new byte[IV];
  private Cipher cipher = cipher();

  JdkGcm(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  @Override
  public void seal(
      byte[] iv,
      byte[] data,
      int dataOffset,
      int dataLength,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset) {
    if (Arrays.equals(iv, last)) {
      // The same packet once more. A Cipher refuses the nonce that it used last.
      cipher = cipher();
    }
    System.arraycopy(iv, 0, last, 0, IV);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * 8, iv));
      cipher.updateAAD(data, dataOffset, dataLength);
      cipher.doFinal(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean open(
      byte[] iv,
      byte[] data,
      int dataOffset,
      int dataLength,
      byte[] bytes,
      int offset,
      int length) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * 8, iv));
      cipher.updateAAD(data, dataOffset, dataLength);
      cipher.doFinal(bytes, offset, length + TAG, bytes, offset);
      return true;
    } catch (AEADBadTagException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
