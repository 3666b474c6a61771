package dev.madang.protocol.srtp;

import dev.madang.wire.BigEndian;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// AES in counter mode and HMAC-SHA1 of 80 bits (RFC 3711 §4.1.1, 4.2.1).
///
/// The keystream is made by encrypting the counters themselves (ECB): a `Cipher` in counter mode
/// must be given its counter by `init`, which leaves garbage for each packet.
final class CounterTransform implements Transform {
  private final Cipher aes;
  private final HmacSha1 mac;
  private final long saltHigh;
  private final long saltLow;
  private final byte[] counters = new byte[KEYSTREAM];
  private final byte[] keystream = new byte[KEYSTREAM];

  CounterTransform(SessionKeys keys) {
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.cipher(), "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    mac = new HmacSha1(keys.authentication());
    byte[] salt = keys.salt();
    saltHigh = BigEndian.i64(salt, 0);
    // Eight bytes that end with the salt's fourteenth, of which two were in the first eight.
    saltLow = BigEndian.i64(salt, 6) << 16;
  }

  @Override
  public void protect(
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset,
      int headerLength,
      int ssrc,
      long index) {
    int payload = outOffset + headerLength;
    crypt(in, inOffset, out, payload, length, ssrc, index);
    // RFC 3711 §4.2: "M = Authenticated Portion || ROC".
    mac.start(out, outOffset, headerLength + length);
    mac.finish((int) (index >>> 16), out, payload + length, TAG);
  }

  @Override
  public boolean unprotect(
      byte[] bytes, int offset, int headerLength, int length, int ssrc, long index) {
    int payload = offset + headerLength;
    mac.start(bytes, offset, headerLength + length);
    if (!mac.matches((int) (index >>> 16), bytes, payload + length, TAG)) {
      return false;
    }
    crypt(bytes, payload, bytes, payload, length, ssrc, index);
    return true;
  }

  @Override
  public void protectRtcp(
      byte[] in, int inOffset, int length, byte[] out, int outOffset, int ssrc, int index) {
    int word = ENCRYPTED | index;
    int body = outOffset + RTCP_HEADER;
    crypt(in, inOffset, out, body, length, ssrc, index);
    mac.start(out, outOffset, RTCP_HEADER + length);
    BigEndian.put32(out, body + length, word);
    mac.finish(word, out, body + length + 4, TAG);
  }

  @Override
  public boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int word) {
    int body = offset + RTCP_HEADER;
    mac.start(bytes, offset, RTCP_HEADER + length);
    if (!mac.matches(word, bytes, body + length + 4, TAG)) {
      return false;
    }
    crypt(bytes, body, bytes, body, length, ssrc, word & ~ENCRYPTED);
    return true;
  }

  @Override
  public int wordOffset(int length) {
    return length;
  }

  /// RFC 3711 §4.1.1: `IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16)`; the keystream is the
  /// encryption of IV, IV + 1, IV + 2, …
  private void crypt(
      byte[] in, int inOffset, byte[] out, int outOffset, int length, int ssrc, long index) {
    long high = saltHigh ^ (ssrc & 0xFFFF_FFFFL);
    // A datagram has fewer than 2^16 blocks, so the counter never carries.
    long counter = saltLow ^ index << 16;
    for (int done = 0; done < length; done += KEYSTREAM) {
      int part = Math.min(KEYSTREAM, length - done);
      int blocks = (part + 15) >>> 4;
      for (int i = 0; i < blocks; i++) {
        BigEndian.put64(counters, i << 4, high);
        BigEndian.put64(counters, (i << 4) + 8, counter++);
      }
      try {
        aes.update(counters, 0, blocks << 4, keystream, 0);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
      mix(in, inOffset + done, out, outOffset + done, part);
    }
  }

  private void mix(byte[] in, int inOffset, byte[] out, int outOffset, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long mixed = BigEndian.i64(in, inOffset + i) ^ BigEndian.i64(keystream, i);
      BigEndian.put64(out, outOffset + i, mixed);
    }
    for (; i < length; i++) {
      out[outOffset + i] = (byte) (in[inOffset + i] ^ keystream[i]);
    }
  }

  private static final int TAG = 10;
  private static final int KEYSTREAM = 1280;
}
