package dev.madang.protocol.srtp;

import org.jspecify.annotations.Nullable;

/// A protection profile of DTLS-SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2): which cipher, which tag,
/// and how long the keys are.
public enum SrtpProfile {
  /// Costs half of what SHA-1 does: first choice.
  AEAD_AES_128_GCM(0x0007, 16, 12, 16),
  AEAD_AES_256_GCM(0x0008, 32, 12, 16),
  /// RFC 8827 §6.5: every WebRTC implementation has it.
  AES128_CM_HMAC_SHA1_80(0x0001, 16, 14, 10);

  private final int id;
  private final int keyLength;
  private final int saltLength;
  private final int tagLength;

  SrtpProfile(int id, int keyLength, int saltLength, int tagLength) {
    this.id = id;
    this.keyLength = keyLength;
    this.saltLength = saltLength;
    this.tagLength = tagLength;
  }

  /** The number in the use_srtp extension. */
  public int id() {
    return id;
  }

  /** The profile of that number, or null if it is not ours. */
  public static @Nullable SrtpProfile of(int id) {
    return switch (id) {
      case 0x0007 -> AEAD_AES_128_GCM;
      case 0x0008 -> AEAD_AES_256_GCM;
      case 0x0001 -> AES128_CM_HMAC_SHA1_80;
      default -> null;
    };
  }

  /** Bytes of a master key, and of a session key. */
  public int keyLength() {
    return keyLength;
  }

  /** Bytes of a master salt. */
  public int saltLength() {
    return saltLength;
  }

  /** Bytes by which a protected RTP packet is longer. */
  public int rtpOverhead() {
    return tagLength;
  }

  /** Bytes by which a protected RTCP packet is longer: the tag and the word with the index. */
  public int rtcpOverhead() {
    return tagLength + 4;
  }

  boolean isAead() {
    return this != AES128_CM_HMAC_SHA1_80;
  }
}
