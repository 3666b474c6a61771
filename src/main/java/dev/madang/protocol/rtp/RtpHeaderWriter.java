package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// Writes a fresh RTP header into an array: the fixed part, then header extension elements, in the
/// one-byte form as long as all fit it and in the two-byte form otherwise (RFC 8285 §4.2, §4.3).
/// Reused for every packet; makes nothing; one thread. The caller sees to it that the array has
/// room (a header with every element we write is under 128 bytes, without a dependency descriptor).
///
/// ```
/// writer.begin(out, at, payloadType, marker, sequence, timestamp, ssrc);
/// writer.bytes(ids.id(MID), mid);
/// writer.transportSequence(ids.id(TRANSPORT_SEQUENCE), count++);
/// int headerLength = writer.end();
/// ```
///
/// An element with id 0, which is what [ExtensionMap#id] says of one that was not agreed, is left
/// out, and so is a second element of one id by the reader: the caller writes each once.
public final class RtpHeaderWriter {
  private byte[] out = NOTHING;
  private int start;
  private int at;
  private boolean twoByte;
  private int elements;

  /** Begins a header at `at` with the fixed 12 bytes. */
  public void begin(
      byte[] out, int at, int payloadType, boolean marker, int sequence, int timestamp, int ssrc) {
    this.out = out;
    this.start = at;
    this.at = at + RtpPacket.FIXED_HEADER + EXTENSION_HEAD;
    twoByte = false;
    elements = 0;
    out[at] = (byte) 0x80;
    out[at + 1] = (byte) (payloadType & 0x7F | (marker ? 0x80 : 0));
    BigEndian.put16(out, at + 2, sequence);
    BigEndian.put32(out, at + 4, timestamp);
    BigEndian.put32(out, at + 8, ssrc);
  }

  /// Ends the header and gives its length, a multiple of 4: the payload goes there.
  public int end() {
    if (elements == 0) {
      return RtpPacket.FIXED_HEADER;
    }
    while ((at - start & 3) != 0) {
      out[at++] = 0;
    }
    int head = start + RtpPacket.FIXED_HEADER;
    BigEndian.put16(out, head, twoByte ? RtpPacket.TWO_BYTE : RtpPacket.ONE_BYTE);
    BigEndian.put16(out, head + 2, (at - head - EXTENSION_HEAD) / 4);
    out[start] |= 0x10;
    return at - start;
  }

  /// Appends padding to a whole packet at `at` that has none yet (RFC 3550 §5.1), to probe or to
  /// make it as long as its neighbours; gives the new length.
  ///
  /// @param padding 0 to 255 bytes
  public static int pad(byte[] out, int at, int length, int padding) {
    if (padding == 0) {
      return length;
    }
    if (padding < 0 || padding > 255) {
      throw new IllegalArgumentException(padding + " bytes of padding");
    }
    out[at] |= 0x20;
    int end = at + length + padding;
    for (int i = at + length; i < end - 1; i++) {
      out[i] = 0;
    }
    out[end - 1] = (byte) padding;
    return length + padding;
  }

  /** A mid, rid or repaired rid, or any other bytes (at most 255). */
  public void bytes(int id, byte[] value) {
    bytes(id, value, 0, value.length);
  }

  public void bytes(int id, byte[] value, int offset, int length) {
    if (element(id, length)) {
      System.arraycopy(value, offset, out, at, length);
      at += length;
    }
  }

  /**
   * The element `from` of a packet that came in, when it has one; the dependency descriptor, say.
   */
  public void copy(int id, RtpPacket packet, int from) {
    int offset = packet.extensionOffset(from);
    if (offset >= 0) {
      bytes(id, packet.bytes(), offset, packet.extensionLength(from));
    }
  }

  /// The sender's clock in 6.18 fixed-point seconds. The epoch does not matter to anybody:
  /// receivers compare packets of one sender.
  ///
  /// @param now nanoseconds
  public void absoluteSendTime(int id, long now) {
    if (element(id, 3)) {
      BigEndian.put24(out, at, absoluteSendTime(now));
      at += 3;
    }
  }

  /** Nanoseconds as the 24 bits of an absolute send time. */
  public static int absoluteSendTime(long now) {
    long second = Math.floorMod(now, 64_000_000_000L);
    return (int) ((second << 18) / 1_000_000_000L) & 0xFF_FFFF;
  }

  /** The count that every packet of a transport advances by one. */
  public void transportSequence(int id, int sequence) {
    if (element(id, 2)) {
      BigEndian.put16(out, at, sequence);
      at += 2;
    }
  }

  /** RFC 6464: `level` is -dBov, 0 (loudest) to 127. */
  public void audioLevel(int id, boolean voice, int level) {
    octet(id, (voice ? 0x80 : 0) | level & 0x7F);
  }

  /** The byte as it came: camera, flip and rotation. */
  public void videoOrientation(int id, int orientation) {
    octet(id, orientation);
  }

  /** Both in units of 10 ms, at most 4095. */
  public void playoutDelay(int id, int least, int most) {
    if (element(id, 3)) {
      BigEndian.put24(out, at, (least & 0xFFF) << 12 | most & 0xFFF);
      at += 3;
    }
  }

  /** An NTP time: seconds since 1900 in 32.32 fixed point. */
  public void absoluteCaptureTime(int id, long ntp) {
    if (element(id, 8)) {
      BigEndian.put64(out, at, ntp);
      at += 8;
    }
  }

  /** One byte. */
  public void octet(int id, int value) {
    if (element(id, 1)) {
      out[at++] = (byte) value;
    }
  }

  private boolean element(int id, int length) {
    if (id <= 0) {
      return false;
    }
    if (id > 255 || length > 255) {
      throw new IllegalArgumentException("element " + id + " of " + length + " bytes");
    }
    if (!twoByte && (id > 14 || length > 16 || length == 0)) {
      widen();
    }
    elements++;
    if (twoByte) {
      out[at++] = (byte) id;
      out[at++] = (byte) length;
    } else {
      out[at++] = (byte) (id << 4 | length - 1);
    }
    return true;
  }

  /// Turns the elements written so far into the two-byte form: the n-th moves n+1 bytes on, the
  /// last one first. Each pass finds the last that has not moved by walking the others.
  private void widen() {
    twoByte = true;
    int first = start + RtpPacket.FIXED_HEADER + EXTENSION_HEAD;
    for (int index = elements - 1; index >= 0; index--) {
      int from = first;
      for (int before = 0; before < index; before++) {
        from += 2 + (out[from] & 0x0F);
      }
      int id = out[from] >> 4 & 0x0F;
      int length = (out[from] & 0x0F) + 1;
      int to = from + index;
      System.arraycopy(out, from + 1, out, to + 2, length);
      out[to] = (byte) id;
      out[to + 1] = (byte) length;
    }
    at += elements;
  }

  private static final int EXTENSION_HEAD = 4;
  private static final byte[] NOTHING = {};
}
