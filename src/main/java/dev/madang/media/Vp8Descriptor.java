package dev.madang.media;

import dev.madang.wire.BigEndian;

/// The head of a VP8 payload (RFC 7741 §4.2, and §4.3 for the frame header): a view that is read
/// again for each packet; one thread.
///
/// ```
/// |X|R|N|S|R| PID | the first byte
/// |I|L|T|K| RSV   | when X
/// |M| PictureID   | when I; two bytes when M
/// |   TL0PICIDX   | when L
/// |TID|Y| KEYIDX  | when T or K
/// ```
public final class Vp8Descriptor {
  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private int descriptorLength;
  private int pictureIdAt;
  private int pictureIdBytes;
  private int tl0PicIdxAt;
  private int layerAt;
  private boolean hasTid;
  private boolean hasKeyIdx;

  /** Reads the payload at `offset`; false when it is cut short. */
  public boolean read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    pictureIdAt = NONE;
    pictureIdBytes = 0;
    tl0PicIdxAt = NONE;
    layerAt = NONE;
    hasTid = false;
    hasKeyIdx = false;
    if (length < 2) {
      return false;
    }
    int size = 1;
    if (bytes[offset] < 0) {
      int flags = bytes[offset + size++];
      if ((flags & 0x80) != 0) {
        if (size >= length) {
          return false;
        }
        pictureIdAt = size;
        pictureIdBytes = bytes[offset + size] < 0 ? 2 : 1;
        size += pictureIdBytes;
      }
      if ((flags & 0x40) != 0) {
        tl0PicIdxAt = size++;
      }
      hasTid = (flags & 0x20) != 0;
      hasKeyIdx = (flags & 0x10) != 0;
      if (hasTid || hasKeyIdx) {
        layerAt = size++;
      }
    }
    descriptorLength = size;
    // At least one byte of the frame follows.
    return size < length;
  }

  /** Where the frame's own bytes begin, from the start of the payload. */
  public int descriptorLength() {
    return descriptorLength;
  }

  /** N: no other frame refers to this one. */
  public boolean nonReference() {
    return (bytes[offset] & 0x20) != 0;
  }

  /** S and PID 0: the packet begins a frame. */
  public boolean startsFrame() {
    return (bytes[offset] & 0x17) == 0x10;
  }

  /** S: the packet begins a partition. */
  public boolean startsPartition() {
    return (bytes[offset] & 0x10) != 0;
  }

  public int partition() {
    return bytes[offset] & 0x07;
  }

  /** The picture id; -1 when there is none. */
  public int pictureId() {
    return switch (pictureIdBytes) {
      case 1 -> bytes[offset + pictureIdAt] & 0x7F;
      case 2 -> BigEndian.u16(bytes, offset + pictureIdAt) & 0x7FFF;
      default -> -1;
    };
  }

  /** How wide the picture id is: 7 or 15, or 0 when there is none. */
  public int pictureIdBits() {
    return 8 * pictureIdBytes - (pictureIdBytes == 0 ? 0 : 1);
  }

  /** The running count of frames of the lowest temporal layer; -1 when there is none. */
  public int tl0PicIdx() {
    return tl0PicIdxAt == NONE ? -1 : bytes[offset + tl0PicIdxAt] & 0xFF;
  }

  /** The temporal layer; -1 when it is not told. */
  public int temporalId() {
    return hasTid ? (bytes[offset + layerAt] & 0xC0) >> 6 : -1;
  }

  /** Y: the frame refers only to the lowest temporal layer, so a receiver may step up here. */
  public boolean layerSync() {
    return hasTid && (bytes[offset + layerAt] & 0x20) != 0;
  }

  /** The count of keyframes, modulo 32; -1 when there is none. */
  public int keyIdx() {
    return hasKeyIdx ? bytes[offset + layerAt] & 0x1F : -1;
  }

  /// Whether the packet begins a keyframe. RFC 7741 §4.3: the inverse key frame flag P of the first
  /// byte. Encrypted frames keep that byte in the clear when their sender leaves it so.
  public boolean keyframe() {
    return startsFrame() && (bytes[offset + descriptorLength] & 0x01) == 0;
  }

  /** The width of a keyframe in pixels; 0 when the packet does not tell. */
  public int width() {
    return tellsSize() ? littleEndian14(offset + descriptorLength + 6) : 0;
  }

  /** The height of a keyframe in pixels; 0 when the packet does not tell. */
  public int height() {
    return tellsSize() ? littleEndian14(offset + descriptorLength + 8) : 0;
  }

  /// RFC 6386 §9.1: after the frame tag of 3 bytes a keyframe has a start code, then 14 bits each
  /// of width and height with two bits of scale, little-endian.
  private boolean tellsSize() {
    int frame = offset + descriptorLength;
    return keyframe()
        && length - descriptorLength >= 10
        && BigEndian.u24(bytes, frame + 3) == 0x9D012A;
  }

  private int littleEndian14(int at) {
    return (bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8) & 0x3FFF;
  }

  /// Overwrites, in a copy of the payload at `at`, what the descriptor has: the picture id in the
  /// width it came in, and the TL0PICIDX. Fields that are not there stay away.
  public void rewrite(byte[] copy, int at, int pictureId, int tl0PicIdx) {
    switch (pictureIdBytes) {
      case 1 -> copy[at + pictureIdAt] = (byte) (pictureId & 0x7F);
      case 2 -> BigEndian.put16(copy, at + pictureIdAt, 0x8000 | pictureId & 0x7FFF);
      default -> {
        // There is none.
      }
    }
    if (tl0PicIdxAt != NONE) {
      copy[at + tl0PicIdxAt] = (byte) tl0PicIdx;
    }
  }

  private static final int NONE = 0;
  private static final byte[] NOTHING = new byte[2];
}
