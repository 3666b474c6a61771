package dev.madang.protocol.srtp;

import dev.madang.wire.BigEndian;

/// Checks and opens the RTP and RTCP packets that come from one far end. Lives on the loop of its
/// transport and makes no garbage once an SSRC was seen. A packet that is not accepted changes
/// nothing but, perhaps, its own bytes.
public final class SrtpReceiver {
  /** Not made with our far end's key, or changed on the way. */
  public static final int FORGED = -1;

  /** Seen before, or too old to tell. */
  public static final int REPLAYED = -2;

  /** Shorter than its own header and tag. */
  public static final int TOO_SHORT = -3;

  /** From one SSRC more than the limit. */
  public static final int TOO_MANY_SSRCS = -4;

  private final SrtpProfile profile;
  private final Transform rtp;
  private final Transform rtcp;
  private final SsrcTable ssrcs;
  private final ReplayWindows rtpWindows = new ReplayWindows();
  private final ReplayWindows rtcpWindows = new ReplayWindows();

  public SrtpReceiver(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
    this(profile, masterKey, masterSalt, MAX_SSRCS);
  }

  /// @param maxSsrcs how many SSRCs the far end may use in its life; each costs 56 bytes
  public SrtpReceiver(SrtpProfile profile, byte[] masterKey, byte[] masterSalt, int maxSsrcs) {
    this.profile = profile;
    rtp = Transform.of(profile, SessionKeys.ofRtp(profile, masterKey, masterSalt), false);
    rtcp = Transform.of(profile, SessionKeys.ofRtcp(profile, masterKey, masterSalt), false);
    ssrcs = new SsrcTable(maxSsrcs);
  }

  public SrtpProfile profile() {
    return profile;
  }

  /// Opens an RTP packet in place: the length without the tag, or [#FORGED], [#REPLAYED],
  /// [#TOO_SHORT], [#TOO_MANY_SSRCS].
  public int unprotect(byte[] bytes, int offset, int length) {
    int limit = length - profile.rtpOverhead();
    if (limit < RTP_HEADER) {
      return TOO_SHORT;
    }
    int headerLength = headerLength(bytes, offset, limit);
    if (headerLength > limit) {
      return TOO_SHORT;
    }
    int ssrc = BigEndian.i32(bytes, offset + 8);
    int sequence = BigEndian.u16(bytes, offset + 2);
    int number = ssrcs.find(ssrc);
    if (number < 0 && ssrcs.isFull()) {
      return TOO_MANY_SSRCS;
    }
    long index = number < 0 ? sequence : rtpWindows.near(number, sequence);
    if (number >= 0 && !rtpWindows.isNew(number, index)) {
      return REPLAYED;
    }
    if (!rtp.unprotect(bytes, offset, headerLength, limit - headerLength, ssrc, index)) {
      return FORGED;
    }
    rtpWindows.add(number < 0 ? ssrcs.add(ssrc) : number, index);
    return limit;
  }

  /// Opens a compound RTCP packet in place, with the same answers.
  public int unprotectRtcp(byte[] bytes, int offset, int length) {
    int limit = length - profile.rtcpOverhead();
    if (limit < Transform.RTCP_HEADER) {
      return TOO_SHORT;
    }
    int bodyLength = limit - Transform.RTCP_HEADER;
    int body = offset + Transform.RTCP_HEADER;
    int ssrc = BigEndian.i32(bytes, offset + 4);
    int word = BigEndian.i32(bytes, body + rtcp.wordOffset(bodyLength));
    if ((word & Transform.ENCRYPTED) == 0) {
      // RFC 8827 §6.5: media channels are encrypted; DTLS-SRTP has no way to agree otherwise.
      return FORGED;
    }
    int number = ssrcs.find(ssrc);
    if (number < 0 && ssrcs.isFull()) {
      return TOO_MANY_SSRCS;
    }
    int index = word & ~Transform.ENCRYPTED;
    if (number >= 0 && !rtcpWindows.isNew(number, index)) {
      return REPLAYED;
    }
    if (!rtcp.unprotectRtcp(bytes, offset, bodyLength, ssrc, word)) {
      return FORGED;
    }
    rtcpWindows.add(number < 0 ? ssrcs.add(ssrc) : number, index);
    return limit;
  }

  /// RFC 3550 §5.1, 5.3.1: 12 bytes, CSRCs, and with X a header extension that begins with its
  /// length. More than `limit` if that is where it leads.
  private static int headerLength(byte[] bytes, int offset, int limit) {
    int first = bytes[offset];
    int length = RTP_HEADER + 4 * (first & 0x0F);
    if ((first & 0x10) == 0) {
      return length;
    }
    length += 4;
    if (length > limit) {
      return length;
    }
    int words = BigEndian.u16(bytes, offset + length - 2);
    return length + 4 * words;
  }

  private static final int RTP_HEADER = 12;
  private static final int MAX_SSRCS = 1024;
}
