package dev.madang.protocol.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// What a master key becomes for one direction and one kind of packet (RFC 3711 §4.3, with a
/// key_derivation_rate of zero: derived once).
///
/// @param cipher the encryption key, as long as the master key
/// @param authentication 20 bytes for HMAC-SHA1, empty for an AEAD
/// @param salt as long as the master salt
record SessionKeys(byte[] cipher, byte[] authentication, byte[] salt) {
  static SessionKeys ofRtp(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
    return derive(profile, masterKey, masterSalt, 0x00);
  }

  static SessionKeys ofRtcp(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
    return derive(profile, masterKey, masterSalt, 0x03);
  }

  /// RFC 3711 §4.3.2: the labels of encryption, authentication and salt are 0, 1, 2 for SRTP and 3,
  /// 4, 5 for SRTCP.
  private static SessionKeys derive(
      SrtpProfile profile, byte[] masterKey, byte[] masterSalt, int label) {
    if (masterKey.length != profile.keyLength() || masterSalt.length != profile.saltLength()) {
      throw new IllegalArgumentException(
          profile + " with " + masterKey.length + " and " + masterSalt.length + " bytes");
    }
    return new SessionKeys(
        pseudorandom(masterKey, masterSalt, label, profile.keyLength()),
        pseudorandom(masterKey, masterSalt, label + 1, profile.isAead() ? 0 : 20),
        pseudorandom(masterKey, masterSalt, label + 2, profile.saltLength()));
  }

  /// RFC 3711 §4.3.1: `x = key_id XOR master_salt`, where key_id is the label followed by 48 zero
  /// bits; §4.3.3: the keystream of AES in counter mode under the master key, from `x * 2^16`. RFC
  /// 7714 §11: a salt of 96 bits is filled with zeros on the right to 112.
  private static byte[] pseudorandom(byte[] key, byte[] salt, int label, int length) {
    byte[] x = Arrays.copyOf(salt, 16);
    x[7] ^= (byte) label;
    try {
      Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(x));
      return aes.doFinal(new byte[length]);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
