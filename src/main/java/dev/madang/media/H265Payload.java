package dev.madang.media;

import dev.madang.wire.BigEndian;

/// An H.265 payload (RFC 7798 §4.4): one NAL unit, several (AP) or a piece of one (FU). A view that
/// is read again for each packet; one thread.
public final class H265Payload {
  private byte[] bytes = NOTHING;
  private int offset;
  private int length;

  /** Whether the payload holds together. */
  public boolean read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    // A NAL unit header is two bytes; its temporal id is one more than 0.
    if (length < 3 || bytes[offset] < 0 || (bytes[offset + 1] & 0x07) == 0) {
      return false;
    }
    int type = type();
    return switch (type) {
      case AGGREGATE -> readAggregate();
      case FRAGMENT ->
          length > 3 && (bytes[offset + 2] & 0xC0) != 0xC0 && fragmentType() < AGGREGATE;
      default -> type < AGGREGATE;
    };
  }

  private boolean readAggregate() {
    int at = offset + 2;
    int end = offset + length;
    while (at < end) {
      if (end - at < 4) {
        return false;
      }
      int size = BigEndian.u16(bytes, at);
      if (size < 2 || size > end - at - 2 || (bytes[at + 2] >> 1 & 0x3F) >= AGGREGATE) {
        return false;
      }
      at += 2 + size;
    }
    return true;
  }

  /** Of the payload: below 48 a NAL unit of this type, or [#AGGREGATE] or [#FRAGMENT]. */
  public int type() {
    return bytes[offset] >> 1 & 0x3F;
  }

  private int fragmentType() {
    return bytes[offset + 2] & 0x3F;
  }

  /** The temporal layer of what is in it; of an aggregate the lowest. */
  public int temporalId() {
    return (bytes[offset + 1] & 0x07) - 1;
  }

  /** Whether the payload begins the NAL unit that is in it, as all but later fragments do. */
  public boolean startsUnit() {
    return type() != FRAGMENT || (bytes[offset + 2] & 0x80) != 0;
  }

  /** Whether the payload ends the NAL unit that is in it. */
  public boolean endsUnit() {
    return type() != FRAGMENT || (bytes[offset + 2] & 0x40) != 0;
  }

  /// Whether a receiver may begin here: the payload begins a parameter set or a picture of a random
  /// access point (ITU-T H.265, table 7-1: types 16 to 23).
  public boolean keyframe() {
    return switch (type()) {
      case AGGREGATE -> aggregateBegins();
      case FRAGMENT -> startsUnit() && begins(fragmentType());
      default -> begins(type());
    };
  }

  private boolean aggregateBegins() {
    for (int at = offset + 2; at < offset + length; at += 2 + BigEndian.u16(bytes, at)) {
      if (begins(bytes[at + 2] >> 1 & 0x3F)) {
        return true;
      }
    }
    return false;
  }

  private static boolean begins(int type) {
    return (type >= 16 && type <= 23) || type == VPS || type == SPS;
  }

  public static final int VPS = 32;
  public static final int SPS = 33;
  public static final int PPS = 34;
  public static final int AGGREGATE = 48;
  public static final int FRAGMENT = 49;

  private static final byte[] NOTHING = new byte[3];
}
