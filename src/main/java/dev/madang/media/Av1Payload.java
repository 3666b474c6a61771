package dev.madang.media;

/// An AV1 payload: the aggregation header and the elements behind it (AV1 RTP payload format 1.0
/// §4.4), each an OBU or a piece of one. A view that is read again for each packet; one thread.
///
/// ```
/// |Z|Y| W |N|-|-|-|  then elements, each but the last of a known count W with a leb128 size
/// ```
public final class Av1Payload {
  /** More elements than anybody puts into one packet. */
  public static final int MAX_ELEMENTS = 64;

  private byte[] bytes = NOTHING;
  private int aggregation;
  private final int[] offsets = new int[MAX_ELEMENTS];
  private final int[] lengths = new int[MAX_ELEMENTS];
  private int elements;
  private int sequenceHeader;
  private int at;
  private final Av1Sequence sequence = new Av1Sequence();

  /** Reads the payload at `offset`; false when the sizes lie. */
  public boolean read(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    elements = 0;
    sequenceHeader = -1;
    if (length < 2) {
      return false;
    }
    aggregation = bytes[offset];
    // "N MUST be 0 if Z is 1": a new sequence does not begin inside an OBU.
    if (newSequence() && continuesObu()) {
      return false;
    }
    int expected = aggregation >> 4 & 0x03;
    int end = offset + length;
    at = offset + 1;
    while (at < end) {
      if (elements == MAX_ELEMENTS) {
        return false;
      }
      boolean sized = expected == 0 || elements < expected - 1;
      int size = sized ? leb128(end) : end - at;
      if (size <= 0 || size > end - at) {
        return false;
      }
      offsets[elements] = at;
      lengths[elements] = size;
      if (sequenceHeader < 0 && type(elements) == SEQUENCE_HEADER) {
        sequenceHeader = elements;
      }
      elements++;
      at += size;
      if (elements == expected && at != end) {
        return false;
      }
    }
    return elements > 0 && (expected == 0 || elements == expected);
  }

  /// A size of at most eight bytes of seven bits, which says no more than the packet holds; -1
  /// otherwise.
  private int leb128(int end) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      if (at == end) {
        return -1;
      }
      int octet = bytes[at++];
      value |= (long) (octet & 0x7F) << 7 * i;
      if (octet >= 0) {
        return value > end - at ? -1 : (int) value;
      }
    }
    return -1;
  }

  /** Z: the first element goes on where the packet before ended. */
  public boolean continuesObu() {
    return (aggregation & 0x80) != 0;
  }

  /** Y: the last element goes on in the next packet. */
  public boolean obuContinues() {
    return (aggregation & 0x40) != 0;
  }

  /** N: the packet begins a coded video sequence, so a receiver may begin here. */
  public boolean newSequence() {
    return (aggregation & 0x08) != 0;
  }

  public int elements() {
    return elements;
  }

  /** In the bytes that were read, not from the start of the payload. */
  public int offset(int element) {
    return offsets[element];
  }

  public int length(int element) {
    return lengths[element];
  }

  /** The type of the OBU that the element begins; -1 for one that goes on. */
  public int type(int element) {
    return element == 0 && continuesObu() ? -1 : bytes[offsets[element]] >> 3 & 0x0F;
  }

  /** From the OBU's extension header; -1 when it has none or the element does not tell. */
  public int temporalId(int element) {
    return hasExtension(element) ? (bytes[offsets[element] + 1] & 0xE0) >> 5 : -1;
  }

  /** From the OBU's extension header; -1 when it has none or the element does not tell. */
  public int spatialId(int element) {
    return hasExtension(element) ? bytes[offsets[element] + 1] >> 3 & 0x03 : -1;
  }

  private boolean hasExtension(int element) {
    return type(element) >= 0 && lengths[element] >= 2 && (bytes[offsets[element]] & 0x04) != 0;
  }

  /// The height of the pictures that follow, in lines; 0 when the packet does not tell. A sequence
  /// header tells it, of the largest layer.
  public int height() {
    return sequenceHeader >= 0
            && sequence.read(bytes, offsets[sequenceHeader], lengths[sequenceHeader])
        ? sequence.height()
        : 0;
  }

  /// Whether a receiver may begin here: the packet begins a coded video sequence, or holds a
  /// sequence header, which encoders put before each keyframe.
  public boolean keyframe() {
    return newSequence() || sequenceHeader >= 0;
  }

  public static final int SEQUENCE_HEADER = 1;
  public static final int TEMPORAL_DELIMITER = 2;
  public static final int FRAME_HEADER = 3;
  public static final int TILE_GROUP = 4;
  public static final int METADATA = 5;
  public static final int FRAME = 6;
  public static final int TILE_LIST = 8;
  public static final int PADDING = 15;

  private static final byte[] NOTHING = new byte[2];
}
