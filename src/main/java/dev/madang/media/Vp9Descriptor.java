package dev.madang.media;

import dev.madang.wire.BigEndian;

/// The head of a VP9 payload (RFC 9628 §4.2): a view that is read again for each packet; one
/// thread.
///
/// ```
/// |I|P|L|F|B|E|V|Z| the first byte
/// |M| PICTURE ID  | when I; two bytes when M
/// |TID |U| SID |D | when L
/// |   TL0PICIDX   | when L and not F
/// |   P_DIFF    |N| when F and P, up to three
/// |N_S|Y|G|-|-|-|   the scalability structure, when V
/// ```
public final class Vp9Descriptor {
  /** What N_S allows. */
  public static final int MAX_SPATIAL_LAYERS = 8;

  private static final int MAX_REFERENCES = 3;

  private byte[] bytes = NOTHING;
  private int offset;
  private int flags;
  private int descriptorLength;
  private int pictureIdAt;
  private int pictureIdBytes;
  private int layers;
  private int tl0PicIdxAt;
  private int references;
  private final int[] differences = new int[MAX_REFERENCES];
  private int spatialLayers;
  private boolean hasSizes;
  private final int[] widths = new int[MAX_SPATIAL_LAYERS];
  private final int[] heights = new int[MAX_SPATIAL_LAYERS];

  /** Reads the payload at `offset`; false when it is cut short or refers to too many frames. */
  public boolean read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    pictureIdBytes = 0;
    layers = -1;
    tl0PicIdxAt = 0;
    references = 0;
    spatialLayers = 0;
    hasSizes = false;
    if (length < 2) {
      return false;
    }
    flags = bytes[offset] & 0xFF;
    int at = offset + 1;
    int end = offset + length;
    if ((flags & I) != 0) {
      pictureIdAt = at - offset;
      pictureIdBytes = bytes[at] < 0 ? 2 : 1;
      at += pictureIdBytes;
    }
    if ((flags & L) != 0) {
      if (at >= end) {
        return false;
      }
      layers = bytes[at++] & 0xFF;
      if ((flags & F) == 0) {
        tl0PicIdxAt = at++ - offset;
      }
    }
    if ((flags & (F | P)) == (F | P)) {
      at = readReferences(at, end);
    }
    if (at >= 0 && (flags & V) != 0) {
      at = readStructure(at, end);
    }
    descriptorLength = at - offset;
    // At least one byte of the frame follows.
    return at >= 0 && at < end;
  }

  private int readReferences(int start, int end) {
    int at = start;
    boolean more = true;
    while (more) {
      if (at >= end || references == MAX_REFERENCES) {
        return -1;
      }
      int difference = bytes[at++] & 0xFF;
      differences[references++] = difference >> 1;
      more = (difference & 1) != 0;
    }
    return at;
  }

  /// RFC 9628 §4.2.1: N_S + 1 layers, with Y their sizes, with G the N_G pictures of a group with
  /// up to three references each.
  private int readStructure(int start, int end) {
    int at = start;
    if (at >= end) {
      return -1;
    }
    int head = bytes[at++] & 0xFF;
    spatialLayers = (head >> 5) + 1;
    if ((head & 0x10) != 0) {
      if (end - at < 4 * spatialLayers) {
        return -1;
      }
      hasSizes = true;
      for (int i = 0; i < spatialLayers; i++) {
        widths[i] = BigEndian.u16(bytes, at);
        heights[i] = BigEndian.u16(bytes, at + 2);
        at += 4;
      }
    }
    if ((head & 0x08) != 0) {
      if (at >= end) {
        return -1;
      }
      int pictures = bytes[at++] & 0xFF;
      for (int i = 0; i < pictures; i++) {
        if (at >= end) {
          return -1;
        }
        at += 1 + ((bytes[at] & 0x0C) >> 2);
      }
    }
    return at <= end ? at : -1;
  }

  /** Where the frame's own bytes begin, from the start of the payload. */
  public int descriptorLength() {
    return descriptorLength;
  }

  /** P: the frame refers to earlier pictures. */
  public boolean interPicturePredicted() {
    return (flags & P) != 0;
  }

  /** F: references are told frame by frame. */
  public boolean flexible() {
    return (flags & F) != 0;
  }

  /** B: the packet begins a layer's frame. */
  public boolean startsFrame() {
    return (flags & B) != 0;
  }

  /** E: the packet ends a layer's frame; the last one of the picture has the marker as well. */
  public boolean endsFrame() {
    return (flags & E) != 0;
  }

  /** Z: no frame of a higher spatial layer refers to this one. */
  public boolean notReferredTo() {
    return (flags & Z) != 0;
  }

  /// Whether the packet begins a picture that needs no earlier one: a receiver may begin here with
  /// the lowest spatial layer.
  public boolean keyframe() {
    return startsFrame() && !interPicturePredicted() && spatialId() <= 0;
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

  /** -1 when layers are not told. */
  public int temporalId() {
    return layers < 0 ? -1 : layers >> 5;
  }

  /** U: from here on a receiver may step up to this temporal layer. */
  public boolean switchingUp() {
    return layers >= 0 && (layers & 0x10) != 0;
  }

  /** -1 when layers are not told. */
  public int spatialId() {
    return layers < 0 ? -1 : layers >> 1 & 0x07;
  }

  /** D: the frame refers to the spatial layer below. */
  public boolean interLayerPredicted() {
    return layers >= 0 && (layers & 0x01) != 0;
  }

  /** The running count of pictures of the lowest temporal layer; -1 when there is none. */
  public int tl0PicIdx() {
    return tl0PicIdxAt == 0 ? -1 : bytes[offset + tl0PicIdxAt] & 0xFF;
  }

  /** How many pictures the frame says it refers to: 0 to 3, and only in flexible mode. */
  public int references() {
    return references;
  }

  /** How many pictures back the reference lies. */
  public int difference(int reference) {
    return differences[reference];
  }

  /** How many spatial layers the scalability structure in this packet tells of; 0 without one. */
  public int spatialLayers() {
    return spatialLayers;
  }

  /** In pixels; 0 when this packet does not tell. */
  public int width(int spatialId) {
    return hasSizes && spatialId < spatialLayers ? widths[spatialId] : 0;
  }

  /** In pixels; 0 when this packet does not tell. */
  public int height(int spatialId) {
    return hasSizes && spatialId < spatialLayers ? heights[spatialId] : 0;
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
    if (tl0PicIdxAt != 0) {
      copy[at + tl0PicIdxAt] = (byte) tl0PicIdx;
    }
  }

  private static final int I = 0x80;
  private static final int P = 0x40;
  private static final int L = 0x20;
  private static final int F = 0x10;
  private static final int B = 0x08;
  private static final int E = 0x04;
  private static final int V = 0x02;
  private static final int Z = 0x01;
  private static final byte[] NOTHING = new byte[2];
}
