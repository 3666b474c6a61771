package dev.madang.protocol.srtp;

import dev.madang.protocol.gcm.Gcm;
import dev.madang.wire.BigEndian;

/** AES-GCM over packets (RFC 7714). */
final class AeadTransform implements Transform {
  private final Gcm gcm;
  private final long saltHigh;
  private final int saltLow;
  private final byte[] iv = new byte[Gcm.IV];
  private final byte[] rtcpData = new byte[RTCP_HEADER + 4];

  AeadTransform(Gcm gcm, byte[] salt) {
    this.gcm = gcm;
    this.saltHigh = BigEndian.i64(salt, 0);
    this.saltLow = BigEndian.i32(salt, 8);
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
    nonce(ssrc, index);
    // RFC 7714 §9.2: "Associated Data: The version V, padding flag P, extension flag X, … and SSRC,
    // as well as any RTP header extension".
    gcm.seal(iv, out, outOffset, headerLength, in, inOffset, length, out, outOffset + headerLength);
  }

  @Override
  public boolean unprotect(
      byte[] bytes, int offset, int headerLength, int length, int ssrc, long index) {
    nonce(ssrc, index);
    return gcm.open(iv, bytes, offset, headerLength, bytes, offset + headerLength, length);
  }

  @Override
  public void protectRtcp(
      byte[] in, int inOffset, int length, byte[] out, int outOffset, int ssrc, int index) {
    int word = ENCRYPTED | index;
    nonce(ssrc, index);
    associate(out, outOffset, word);
    int body = outOffset + RTCP_HEADER;
    gcm.seal(iv, rtcpData, 0, rtcpData.length, in, inOffset, length, out, body);
    BigEndian.put32(out, body + wordOffset(length), word);
  }

  @Override
  public boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int word) {
    nonce(ssrc, word & ~ENCRYPTED);
    associate(bytes, offset, word);
    return gcm.open(iv, rtcpData, 0, rtcpData.length, bytes, offset + RTCP_HEADER, length);
  }

  @Override
  public int wordOffset(int length) {
    return length + Gcm.TAG;
  }

  /// RFC 7714 §8.1, 9.1: two zero bytes, the SSRC and 48 bits of index (for RTCP, two zero bytes
  /// and a zero bit before the 31), exclusive-or the salt.
  private void nonce(int ssrc, long index) {
    long high = (ssrc & 0xFFFF_FFFFL) << 16 | index >>> 32;
    BigEndian.put64(iv, 0, high ^ saltHigh);
    BigEndian.put32(iv, 8, (int) index ^ saltLow);
  }

  /// RFC 7714 §9.2 (RTCP): the first eight bytes and the word with E-flag and index.
  private void associate(byte[] bytes, int offset, int word) {
    System.arraycopy(bytes, offset, rtcpData, 0, RTCP_HEADER);
    BigEndian.put32(rtcpData, RTCP_HEADER, word);
  }
}
