package dev.madang.protocol.srtp;

import dev.madang.wire.BigEndian;
import java.util.Arrays;

/// Protects the RTP and RTCP packets that go to one far end. Lives on the loop of its transport and
/// makes no garbage once an SSRC was seen.
///
/// Never give it two different packets with the same SSRC and sequence number: their keystream
/// would be the same (RFC 3711 §9.1), and with GCM anybody could forge from then on (RFC 7714
/// §8.4). The same packet may be sent again if not a bit of it, nor of its header, differs.
public final class SrtpSender {
  private final SrtpProfile profile;
  private final Transform rtp;
  private final Transform rtcp;
  private final SsrcTable ssrcs = new SsrcTable(MAX_SSRCS);
  // The highest index sent, by the number of the SSRC.
  private long[] highest = new long[4];
  private int rtcpIndex;

  public SrtpSender(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
    this.profile = profile;
    rtp = Transform.of(profile, SessionKeys.ofRtp(profile, masterKey, masterSalt), true);
    rtcp = Transform.of(profile, SessionKeys.ofRtcp(profile, masterKey, masterSalt), true);
  }

  public SrtpProfile profile() {
    return profile;
  }

  /// Writes the protected form of an RTP packet of `length` bytes, header included, and answers its
  /// length, which is [SrtpProfile#rtpOverhead] more. `out` may be `rtp` at the same offset, else
  /// the two must not overlap.
  public int protect(
      byte[] rtp, int offset, int headerLength, int length, byte[] out, int outOffset) {
    System.arraycopy(rtp, offset, out, outOffset, headerLength);
    return protect(out, outOffset, headerLength, rtp, offset + headerLength, length - headerLength);
  }

  /// The same for a header that stands in `out` already and a payload that is elsewhere, or behind
  /// it.
  public int protect(
      byte[] out,
      int outOffset,
      int headerLength,
      byte[] payload,
      int payloadOffset,
      int payloadLength) {
    int ssrc = BigEndian.i32(out, outOffset + 8);
    int sequence = BigEndian.u16(out, outOffset + 2);
    long index = index(ssrc, sequence);
    rtp.protect(payload, payloadOffset, payloadLength, out, outOffset, headerLength, ssrc, index);
    return headerLength + payloadLength + profile.rtpOverhead();
  }

  /// Writes the protected form of a compound RTCP packet and answers its length, which is
  /// [SrtpProfile#rtcpOverhead] more. `out` may be `packet` at the same offset.
  public int protectRtcp(byte[] packet, int offset, int length, byte[] out, int outOffset) {
    if (length < Transform.RTCP_HEADER) {
      throw new IllegalArgumentException("RTCP of " + length + " bytes");
    }
    if (rtcpIndex < 0) {
      throw new IllegalStateException("2^31 RTCP packets with one key");
    }
    System.arraycopy(packet, offset, out, outOffset, Transform.RTCP_HEADER);
    int ssrc = BigEndian.i32(out, outOffset + 4);
    // RFC 3711 §3.4 counts from zero. One count for all SSRCs: none of them sees an index twice.
    rtcp.protectRtcp(
        packet,
        offset + Transform.RTCP_HEADER,
        length - Transform.RTCP_HEADER,
        out,
        outOffset,
        ssrc,
        rtcpIndex++);
    return length + profile.rtcpOverhead();
  }

  private long index(int ssrc, int sequence) {
    int number = ssrcs.find(ssrc);
    if (number < 0) {
      number = ssrcs.add(ssrc);
      if (number == highest.length) {
        highest = Arrays.copyOf(highest, 2 * number);
      }
      highest[number] = sequence;
      return sequence;
    }
    long index = PacketIndex.near(highest[number], sequence);
    if (index > PacketIndex.LAST) {
      throw new IllegalStateException("2^48 RTP packets with one key");
    }
    if (index > highest[number]) {
      highest[number] = index;
    }
    return index;
  }

  /// Our own SSRCs over the life of a session. None may be forgotten: if it came again its indices
  /// would start anew.
  private static final int MAX_SSRCS = 1 << 16;
}
