package dev.madang.wire;

import java.nio.charset.StandardCharsets;

/// Reads network-order values out of an array, in order, within bounds. A read past the end throws
/// a [ProtocolException], so a parser needs no length checks of its own.
public final class ByteReader {
  private final byte[] bytes;
  private final int start;
  private final int end;
  private int at;

  public ByteReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public ByteReader(byte[] bytes, int offset, int length) {
    if (offset < 0 || length < 0 || length > bytes.length - offset) {
      throw new IndexOutOfBoundsException(offset + "+" + length + " of " + bytes.length);
    }
    this.bytes = bytes;
    this.start = offset;
    this.end = offset + length;
    this.at = offset;
  }

  public int remaining() {
    return end - at;
  }

  /** Bytes read so far. */
  public int position() {
    return at - start;
  }

  public int u8() {
    need(1);
    return bytes[at++] & 0xFF;
  }

  public int u16() {
    need(2);
    int value = (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    at += 2;
    return value;
  }

  public int i32() {
    need(4);
    int value =
        bytes[at] << 24
            | (bytes[at + 1] & 0xFF) << 16
            | (bytes[at + 2] & 0xFF) << 8
            | (bytes[at + 3] & 0xFF);
    at += 4;
    return value;
  }

  public long u32() {
    return i32() & 0xFFFF_FFFFL;
  }

  public long i64() {
    return (long) i32() << 32 | u32();
  }

  public byte[] bytes(int length) {
    need(length);
    byte[] copy = new byte[length];
    System.arraycopy(bytes, at, copy, 0, length);
    at += length;
    return copy;
  }

  public String utf8(int length) {
    need(length);
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  public void skip(int length) {
    need(length);
    at += length;
  }

  /** A reader of the next `length` bytes, which this one steps over. */
  public ByteReader slice(int length) {
    need(length);
    ByteReader slice = new ByteReader(bytes, at, length);
    at += length;
    return slice;
  }

  private void need(int length) {
    if (length < 0 || length > end - at) {
      throw new ProtocolException(
          "truncated: " + length + " bytes wanted, " + (end - at) + " left");
    }
  }
}
