package dev.madang.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes network-order values into an array that grows.
public final class ByteWriter {
  private byte[] bytes;
  private int at;

  public ByteWriter() {
    this(128);
  }

  public ByteWriter(int capacity) {
    bytes = new byte[capacity];
  }

  /** Bytes written so far. */
  public int position() {
    return at;
  }

  public ByteWriter u8(int value) {
    room(1);
    bytes[at++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    room(2);
    bytes[at++] = (byte) (value >>> 8);
    bytes[at++] = (byte) value;
    return this;
  }

  public ByteWriter i32(int value) {
    room(4);
    bytes[at++] = (byte) (value >>> 24);
    bytes[at++] = (byte) (value >>> 16);
    bytes[at++] = (byte) (value >>> 8);
    bytes[at++] = (byte) value;
    return this;
  }

  public ByteWriter i64(long value) {
    return i32((int) (value >>> 32)).i32((int) value);
  }

  public ByteWriter bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  public ByteWriter bytes(byte[] source, int offset, int length) {
    room(length);
    System.arraycopy(source, offset, bytes, at, length);
    at += length;
    return this;
  }

  public ByteWriter utf8(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Zero bytes up to the next multiple of `alignment`. */
  public ByteWriter pad(int alignment) {
    while (at % alignment != 0) {
      u8(0);
    }
    return this;
  }

  /** Overwrites two bytes written earlier: lengths are known last. */
  public ByteWriter u16At(int position, int value) {
    bytes[position] = (byte) (value >>> 8);
    bytes[position + 1] = (byte) value;
    return this;
  }

  public byte[] toArray() {
    return Arrays.copyOf(bytes, at);
  }

  /** The array being written to, valid up to [#position()] until the next write. */
  public byte[] array() {
    return bytes;
  }

  private void room(int length) {
    if (length > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + length));
    }
  }
}
