package dev.madang.protocol.stun;

/// For whom a datagram is, on a port that a TURN server, media and measurements share.
///
/// | first byte (RFC 7983 §7) | is | for |
/// |---|---|---|
/// | 0-3 | STUN: a Binding request with USERNAME is ICE's (RFC 8445 §7.2.2), and so is any other Binding message that is no request | media |
/// | | STUN: the rest | the relay |
/// | 20-63 | DTLS | media |
/// | 64-127 | a channel of TURN; those above 79 are RFC 5766's | the relay |
/// | 128-191 | RTP or RTCP | media |
/// | 192-195 | a probe of `madang compare` | the measurement |
/// | anything else | nothing that is spoken here | nobody |
public enum Addressee {
  RELAY,
  MEDIA,
  PROBE,
  NOBODY;

  /// Looks at the bytes and makes nothing; what they claim to be may still be wrong.
  public static Addressee of(byte[] bytes, int offset, int length) {
    if (length < 4) {
      return NOBODY;
    }
    int first = bytes[offset] & 0xFF;
    if (first >= 128) {
      return first < 192 ? MEDIA : first < 196 ? PROBE : NOBODY;
    } else if (first >= 64) {
      return RELAY;
    } else if (first >= 20) {
      return MEDIA;
    }
    if (!StunMessage.looksLike(bytes, offset, length)) {
      return NOBODY;
    }
    int type = first << 8 | bytes[offset + 1] & 0xFF;
    return switch (type) {
      case BINDING_REQUEST -> namesUser(bytes, offset, length) ? MEDIA : RELAY;
      case BINDING_INDICATION, BINDING_SUCCESS, BINDING_ERROR -> MEDIA;
      default -> RELAY;
    };
  }

  private static boolean namesUser(byte[] bytes, int offset, int length) {
    int at = StunMessage.HEADER;
    while (at + 4 <= length) {
      int type = (bytes[offset + at] & 0xFF) << 8 | bytes[offset + at + 1] & 0xFF;
      if (type == USERNAME) {
        return true;
      }
      int size = (bytes[offset + at + 2] & 0xFF) << 8 | bytes[offset + at + 3] & 0xFF;
      at += 4 + size + (-size & 3);
    }
    return false;
  }

  private static final int BINDING_REQUEST = 0x0001;
  private static final int BINDING_INDICATION = 0x0011;
  private static final int BINDING_SUCCESS = 0x0101;
  private static final int BINDING_ERROR = 0x0111;
  private static final int USERNAME = 0x0006;
}
