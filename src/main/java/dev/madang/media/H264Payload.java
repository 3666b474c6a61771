package dev.madang.media;

import dev.madang.wire.BigEndian;

/// An H.264 payload (RFC 6184 §5.2): one NAL unit, several (STAP-A) or a piece of one (FU-A). A
/// view that is read again for each packet; one thread. RTP alone does not tell temporal layers.
public final class H264Payload {
  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private final H264Sequence sequence = new H264Sequence();

  /** Whether the payload holds together. Interleaved forms, which WebRTC does not use, do not. */
  public boolean read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    // A set forbidden_zero_bit says that the sender knows of an error.
    if (length < 1 || bytes[offset] < 0) {
      return false;
    }
    int type = type();
    return switch (type) {
      case STAP_A -> readAggregate();
      // "A fragmented NAL unit MUST NOT be transmitted in one FU; that is, the Start bit and End
      // bit
      // MUST NOT both be set to one in the same FU header."
      case FU_A -> length > 2 && (bytes[offset + 1] & 0xC0) != 0xC0 && isUnit(fragmentType());
      default -> isUnit(type);
    };
  }

  private boolean readAggregate() {
    int at = offset + 1;
    int end = offset + length;
    while (at < end) {
      if (end - at < 3) {
        return false;
      }
      int size = BigEndian.u16(bytes, at);
      if (size == 0 || size > end - at - 2 || !isUnit(bytes[at + 2] & 0x1F)) {
        return false;
      }
      at += 2 + size;
    }
    return length > 1;
  }

  private static boolean isUnit(int type) {
    return type >= 1 && type <= 23;
  }

  /** Of the payload: 1 to 23 a NAL unit of this type, or [#STAP_A] or [#FU_A]. */
  public int type() {
    return bytes[offset] & 0x1F;
  }

  private int fragmentType() {
    return bytes[offset + 1] & 0x1F;
  }

  /** Whether the payload begins the NAL unit that is in it, as all but later fragments do. */
  public boolean startsUnit() {
    return type() != FU_A || (bytes[offset + 1] & 0x80) != 0;
  }

  /** Whether the payload ends the NAL unit that is in it. */
  public boolean endsUnit() {
    return type() != FU_A || (bytes[offset + 1] & 0x40) != 0;
  }

  /// Whether a receiver may begin here: the payload begins a sequence parameter set or an IDR
  /// slice.
  public boolean keyframe() {
    return switch (type()) {
      case STAP_A -> aggregateHas(SPS) || aggregateHas(IDR);
      case FU_A -> startsUnit() && begins(fragmentType());
      default -> begins(type());
    };
  }

  /** Whether there is a slice of an IDR picture in it, or a piece of one. */
  public boolean idr() {
    return switch (type()) {
      case STAP_A -> aggregateHas(IDR);
      case FU_A -> fragmentType() == IDR;
      default -> type() == IDR;
    };
  }

  /// The height of the pictures that follow, in lines; 0 when the payload does not tell. A sequence
  /// parameter set tells it that is whole in it, as they are.
  public int height() {
    return switch (type()) {
      case SPS -> heightOf(offset, length);
      case STAP_A -> aggregateHeight();
      default -> 0;
    };
  }

  private int aggregateHeight() {
    for (int at = offset + 1; at < offset + length; at += 2 + BigEndian.u16(bytes, at)) {
      if ((bytes[at + 2] & 0x1F) == SPS) {
        return heightOf(at + 2, BigEndian.u16(bytes, at));
      }
    }
    return 0;
  }

  private int heightOf(int at, int size) {
    return sequence.read(bytes, at, size) ? sequence.height() : 0;
  }

  private static boolean begins(int type) {
    return type == IDR || type == SPS;
  }

  private boolean aggregateHas(int type) {
    for (int at = offset + 1; at < offset + length; at += 2 + BigEndian.u16(bytes, at)) {
      if ((bytes[at + 2] & 0x1F) == type) {
        return true;
      }
    }
    return false;
  }

  /** NAL unit types (ITU-T H.264, table 7-1), and the two of RFC 6184, table 3. */
  public static final int SLICE = 1;

  public static final int IDR = 5;
  public static final int SEI = 6;
  public static final int SPS = 7;
  public static final int PPS = 8;
  public static final int DELIMITER = 9;
  public static final int STAP_A = 24;
  public static final int FU_A = 28;

  private static final byte[] NOTHING = new byte[2];
}
