package dev.madang.protocol.rtp;

import org.jspecify.annotations.Nullable;

/** The header extensions we know, by the URI that SDP names them with. */
public enum HeaderExtension {
  /** RFC 9143: which m-line the packet belongs to. */
  MID("urn:ietf:params:rtp-hdrext:sdes:mid"),
  /** RFC 8852: which simulcast encoding. */
  RID("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
  /** RFC 8852: which simulcast encoding a retransmission repairs. */
  REPAIRED_RID("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
  /** 24 bits of seconds in 6.18 fixed point. */
  ABSOLUTE_SEND_TIME("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
  /** 16 bits, one count for the whole transport. */
  TRANSPORT_SEQUENCE("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
  /** RFC 6464: a bit for voice, seven bits of -dBov. */
  AUDIO_LEVEL("urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
  /** The frame's place among the layers. */
  DEPENDENCY_DESCRIPTOR(
      "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"),
  /** 3GPP TS 26.114 §7.4.5: how far the picture is turned. */
  VIDEO_ORIENTATION("urn:3gpp:video-orientation"),
  /** Two 12-bit bounds in units of 10 ms. */
  PLAYOUT_DELAY("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
  /** A 64-bit NTP time, and perhaps the sender's clock offset. */
  ABSOLUTE_CAPTURE_TIME("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"),
  /** RFC 5450: how much later than its timestamp the packet was sent. */
  TRANSMISSION_OFFSET("urn:ietf:params:rtp-hdrext:toffset"),
  /** Camera or screen. */
  VIDEO_CONTENT_TYPE("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"),
  /** Delays inside the sender. */
  VIDEO_TIMING("http://www.webrtc.org/experiments/rtp-hdrext/video-timing"),
  /** Colour space and HDR metadata. */
  COLOR_SPACE("http://www.webrtc.org/experiments/rtp-hdrext/color-space"),
  /** Which layers a simulcast or SVC sender sends, at what rates and sizes. */
  VIDEO_LAYERS("http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00");

  private final String uri;

  HeaderExtension(String uri) {
    this.uri = uri;
  }

  public String uri() {
    return uri;
  }

  /** The extension of this URI, or null when we do not know it. */
  public static @Nullable HeaderExtension of(String uri) {
    for (HeaderExtension extension : values()) {
      if (extension.uri.equals(uri)) {
        return extension;
      }
    }
    return null;
  }
}
