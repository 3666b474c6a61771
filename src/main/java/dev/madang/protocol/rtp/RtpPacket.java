package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One RTP packet where it lies (RFC 3550 §5.1, RFC 8285): a view that is read again for each
/// packet and holds no copy. Valid until the bytes change or it is read again; one thread.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// |                        CSRC × CC                              |
/// |     0xBEDE or 0x100X          |  extension length in words    |  when X
/// ```
public final class RtpPacket {
  /** The fixed part of every header. */
  public static final int FIXED_HEADER = 12;

  /** Extension ids at and above this are not looked up. */
  public static final int MAX_EXTENSIONS = 32;

  private byte[] bytes = NOTHING;
  private int offset;
  private int length;
  private int headerLength;
  private int paddingLength;

  /// Where the element of each id lies and how long it is; an id counts when its bit in `present`
  /// is set, so that nothing needs clearing.
  private final int[] extensionOffsets = new int[MAX_EXTENSIONS];

  private final int[] extensionLengths = new int[MAX_EXTENSIONS];
  private int present;

  /// Reads the packet at `offset`. False when it is none: too short, another version, or with
  /// lengths that do not fit in it; what the view shows then means nothing.
  public boolean read(byte[] bytes, int offset, int length) {
    present = 0;
    if (length < FIXED_HEADER || (bytes[offset] & 0xC0) != 0x80) {
      return false;
    }
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    int first = bytes[offset];
    int header = FIXED_HEADER + 4 * (first & 0x0F);
    if ((first & 0x10) != 0) {
      if (header + 4 > length) {
        return false;
      }
      int profile = BigEndian.u16(bytes, offset + header);
      int block = 4 * BigEndian.u16(bytes, offset + header + 2);
      header += 4;
      if (block > length - header || !readExtensions(profile, offset + header, block)) {
        return false;
      }
      header += block;
    }
    headerLength = header;
    return header <= length && readPadding((first & 0x20) != 0);
  }

  /// RFC 3550 §5.1: "The last octet of the padding contains a count of how many padding octets
  /// should be ignored, including itself."
  private boolean readPadding(boolean padded) {
    paddingLength = 0;
    if (!padded) {
      return true;
    }
    int room = length - headerLength;
    if (room == 0) {
      return false;
    }
    paddingLength = bytes[offset + length - 1] & 0xFF;
    return paddingLength != 0 && paddingLength <= room;
  }

  private boolean readExtensions(int profile, int at, int block) {
    if (profile == ONE_BYTE) {
      return readOneByteElements(at, at + block);
    }
    // RFC 8285 §4.3: the lower four bits are application bits.
    return (profile & 0xFFF0) != TWO_BYTE || readTwoByteElements(at, at + block);
  }

  private boolean readOneByteElements(int start, int end) {
    int at = start;
    while (at < end) {
      int head = bytes[at++];
      if (head == 0) {
        continue;
      }
      int id = head >> 4 & 0x0F;
      // RFC 8285 §4.2: "If the ID value 15 is used, its length field MUST be ignored, processing of
      // the entire extension MUST terminate at that point"; the same for 0 with a length.
      if (id == 15 || id == 0) {
        return true;
      }
      int size = (head & 0x0F) + 1;
      if (size > end - at) {
        return false;
      }
      found(id, at, size);
      at += size;
    }
    return true;
  }

  private boolean readTwoByteElements(int start, int end) {
    int at = start;
    while (at < end) {
      int id = bytes[at++] & 0xFF;
      if (id == 0) {
        continue;
      }
      if (at == end) {
        return false;
      }
      int size = bytes[at++] & 0xFF;
      if (size > end - at) {
        return false;
      }
      if (id < MAX_EXTENSIONS) {
        found(id, at, size);
      }
      at += size;
    }
    return true;
  }

  /** The first element of an id counts. */
  private void found(int id, int at, int size) {
    if ((present & 1 << id) == 0) {
      present |= 1 << id;
      extensionOffsets[id] = at;
      extensionLengths[id] = size;
    }
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Where the header begins in [#bytes]. */
  public int offset() {
    return offset;
  }

  /** Of the whole packet, padding included. */
  public int length() {
    return length;
  }

  public boolean marker() {
    return bytes[offset + 1] < 0;
  }

  public int payloadType() {
    return bytes[offset + 1] & 0x7F;
  }

  public int sequence() {
    return BigEndian.u16(bytes, offset + 2);
  }

  public int timestamp() {
    return BigEndian.i32(bytes, offset + 4);
  }

  public int ssrc() {
    return BigEndian.i32(bytes, offset + 8);
  }

  public int csrcCount() {
    return bytes[offset] & 0x0F;
  }

  public int csrc(int index) {
    return BigEndian.i32(bytes, offset + FIXED_HEADER + 4 * index);
  }

  public int headerLength() {
    return headerLength;
  }

  public int payloadOffset() {
    return offset + headerLength;
  }

  /** Without padding; 0 for a packet that is only padding. */
  public int payloadLength() {
    return length - headerLength - paddingLength;
  }

  public int paddingLength() {
    return paddingLength;
  }

  /** Whether the header has an element of this id. */
  public boolean hasExtension(int id) {
    return id > 0 && id < MAX_EXTENSIONS && (present & 1 << id) != 0;
  }

  /** Where the element's data begin in [#bytes]; -1 when there is none of this id. */
  public int extensionOffset(int id) {
    return hasExtension(id) ? extensionOffsets[id] : -1;
  }

  /** How long the element's data are; 0 when there is none of this id. */
  public int extensionLength(int id) {
    return hasExtension(id) ? extensionLengths[id] : 0;
  }

  /**
   * The element's first byte; -1 when there is none. Audio level and video orientation are that.
   */
  public int extensionByte(int id) {
    return extensionLength(id) >= 1 ? bytes[extensionOffsets[id]] & 0xFF : -1;
  }

  /** The element's first two bytes; -1 when there are none. The transport-wide sequence is that. */
  public int extensionShort(int id) {
    return extensionLength(id) >= 2 ? BigEndian.u16(bytes, extensionOffsets[id]) : -1;
  }

  /** The element's first three bytes; -1 when there are none. The absolute send time is that. */
  public int extension24(int id) {
    return extensionLength(id) >= 3 ? BigEndian.u24(bytes, extensionOffsets[id]) : -1;
  }

  /** Whether the element is these bytes, as a mid or rid is compared. */
  public boolean extensionIs(int id, byte[] expected) {
    int at = extensionOffset(id);
    return at >= 0
        && Arrays.equals(bytes, at, at + extensionLengths[id], expected, 0, expected.length);
  }

  /** The element as text, empty when there is none; makes a String. */
  public String extensionText(int id) {
    return hasExtension(id)
        ? new String(bytes, extensionOffsets[id], extensionLengths[id], StandardCharsets.UTF_8)
        : "";
  }

  public void marker(boolean marker) {
    bytes[offset + 1] = (byte) (marker ? bytes[offset + 1] | 0x80 : bytes[offset + 1] & 0x7F);
  }

  public void payloadType(int payloadType) {
    bytes[offset + 1] = (byte) (bytes[offset + 1] & 0x80 | payloadType);
  }

  public void sequence(int sequence) {
    BigEndian.put16(bytes, offset + 2, sequence);
  }

  public void timestamp(int timestamp) {
    BigEndian.put32(bytes, offset + 4, timestamp);
  }

  public void ssrc(int ssrc) {
    BigEndian.put32(bytes, offset + 8, ssrc);
  }

  static final int ONE_BYTE = 0xBEDE;
  static final int TWO_BYTE = 0x1000;
  private static final byte[] NOTHING = new byte[FIXED_HEADER];
}
