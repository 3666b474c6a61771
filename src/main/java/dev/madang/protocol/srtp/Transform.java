package dev.madang.protocol.srtp;

import dev.madang.protocol.gcm.Gcm;

/// What a profile does to one packet whose index is known, with the keys of one direction and one
/// kind of packet. Lives on one thread: it has scratch space of its own.
///
/// An index is the 48 bits of RFC 3711 §3.3.1 (roll-over counter and sequence number) for RTP and
/// the 31 bits of §3.4 for RTCP.
sealed interface Transform permits AeadTransform, CounterTransform {
  static Transform of(SrtpProfile profile, SessionKeys keys, boolean sending) {
    return profile.isAead()
        ? new AeadTransform(Gcm.of(keys.cipher(), sending), keys.salt())
        : new CounterTransform(keys);
  }

  /// Encrypts `length` bytes of payload from `in` to right behind the header, which is in `out`
  /// already, and writes the tag behind. The two places of the payload are the same or apart.
  void protect(
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset,
      int headerLength,
      int ssrc,
      long index);

  /// Checks and decrypts in place a packet whose payload has `length` bytes without the tag. False
  /// if it was not made with these keys; the payload is then worthless.
  boolean unprotect(byte[] bytes, int offset, int headerLength, int length, int ssrc, long index);

  /// As [#protect] after the eight bytes that all RTCP packets begin with; behind come a tag and
  /// the word with the index, in the order of the profile.
  void protectRtcp(
      byte[] in, int inOffset, int length, byte[] out, int outOffset, int ssrc, int index);

  /// As [#unprotect], where `word` is the one at [#wordOffset].
  boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int word);

  /// Where the word with the index stands behind `length` bytes of encrypted RTCP.
  int wordOffset(int length);

  int RTCP_HEADER = 8;

  /// RFC 3711 §3.4: the E-flag, set if the packet is encrypted.
  int ENCRYPTED = 0x8000_0000;
}
