package dev.madang.media;

/// Reads bits, the highest of each byte first. Past the end everything is 0 and [#overrun] says so:
/// a parser looks once, when it is through. Reused.
final class BitReader {
  private byte[] bytes = {};
  private int start;
  private int at;
  private int end;
  private boolean overrun;

  void begin(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    start = 8 * offset;
    at = start;
    end = start + 8 * length;
    overrun = false;
  }

  /** The next `count` bits, at most 32. */
  int read(int count) {
    if (count > end - at) {
      overrun = true;
      at = end;
      return 0;
    }
    long value = 0;
    int left = count;
    while (left > 0) {
      int inByte = 8 - (at & 7);
      int taken = Math.min(inByte, left);
      int octet = bytes[at >> 3] & 0xFF;
      value = value << taken | octet >> inByte - taken & (1 << taken) - 1;
      at += taken;
      left -= taken;
    }
    return (int) value;
  }

  boolean flag() {
    return read(1) != 0;
  }

  /// The next value of `ns(n)`, 0 to n - 1: as few bits as can be, small values fewer (AV1
  /// bitstream specification §4.10.7).
  int nonSymmetric(int n) {
    int width = 32 - Integer.numberOfLeadingZeros(n);
    int shorter = (1 << width) - n;
    int value = read(width - 1);
    return value < shorter ? value : (value << 1) - shorter + read(1);
  }

  /// The next value of `ue(v)` (ITU-T H.264 §9.1), which is `uvlc()` of AV1 too: as many zeros as
  /// bits follow the first one. What does not fit into 31 bits counts as past the end.
  int exponential() {
    int zeros = 0;
    while (zeros < 31 && !overrun && !flag()) {
      zeros++;
    }
    if (zeros == 31) {
      overrun = true;
    }
    return overrun ? 0 : (1 << zeros) - 1 + read(zeros);
  }

  /** Bits read so far. */
  int position() {
    return at - start;
  }

  int left() {
    return end - at;
  }

  /** Whether more was read than there is. */
  boolean overrun() {
    return overrun;
  }
}
