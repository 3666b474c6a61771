package dev.madang.media;

/// What an H.264 sequence parameter set says of the size of its pictures (ITU-T H.264 §7.3.2.1.1).
/// A view that is read again; one thread.
public final class H264Sequence {
  private final BitReader bits = new BitReader();
  private final byte[] plain = new byte[MOST];
  private int width;
  private int height;

  /// Reads the NAL unit at `offset`; false when it holds no size that can be. A long one is read as
  /// far as the size may lie.
  public boolean read(byte[] bytes, int offset, int length) {
    width = 0;
    height = 0;
    bits.begin(plain, 0, unescape(bytes, offset + 1, length - 1));
    return readSize();
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /// §7.4.1: in a NAL unit "emulation_prevention_three_byte is a byte equal to 0x03", which stands
  /// behind two bytes of zero and is to be discarded.
  private int unescape(byte[] bytes, int offset, int length) {
    int count = 0;
    int zeros = 0;
    for (int i = offset; i < offset + length && count < MOST; i++) {
      if (zeros >= 2 && bytes[i] == 3) {
        zeros = 0;
      } else {
        plain[count++] = bytes[i];
        zeros = bytes[i] == 0 ? zeros + 1 : 0;
      }
    }
    return count;
  }

  private boolean readSize() {
    int profile = bits.read(8);
    bits.read(16);
    bits.exponential();
    int chroma = 1;
    boolean planes = false;
    if (isHigh(profile)) {
      chroma = bits.exponential();
      planes = chroma == 3 && bits.flag();
      bits.exponential();
      bits.exponential();
      bits.read(1);
      if (bits.flag()) {
        skipScaling(chroma == 3 ? 12 : 8);
      }
    }
    bits.exponential();
    skipOrder();
    bits.exponential();
    bits.read(1);
    int columns = bits.exponential() + 1;
    int rows = bits.exponential() + 1;
    int fields = bits.flag() ? 1 : 2;
    bits.read(fields);
    boolean cropped = bits.flag();
    int left = cropped ? bits.exponential() : 0;
    int right = cropped ? bits.exponential() : 0;
    int top = cropped ? bits.exponential() : 0;
    int bottom = cropped ? bits.exponential() : 0;
    if (bits.overrun() || columns > MOST_BLOCKS || rows > MOST_BLOCKS || chroma > 3) {
      return false;
    }
    // Table 6-1, §7.4.2.1.1: what one unit of cropping is.
    boolean grey = chroma == 0 || planes;
    long across = grey || chroma == 3 ? 1 : 2;
    long down = grey || chroma != 1 ? fields : 2L * fields;
    long wide = 16L * columns - across * (left + (long) right);
    long high = 16L * rows * fields - down * (top + (long) bottom);
    if (wide <= 0 || high <= 0) {
      return false;
    }
    width = (int) wide;
    height = (int) high;
    return true;
  }

  private static boolean isHigh(int profile) {
    return switch (profile) {
      case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 -> true;
      default -> false;
    };
  }

  private void skipScaling(int lists) {
    for (int list = 0; list < lists; list++) {
      if (!bits.flag()) {
        continue;
      }
      int last = 8;
      int next = 8;
      for (int i = 0; i < (list < 6 ? 16 : 64) && !bits.overrun(); i++) {
        if (next != 0) {
          next = last + signed() & 0xFF;
        }
        last = next == 0 ? last : next;
      }
    }
  }

  private void skipOrder() {
    int type = bits.exponential();
    if (type == 0) {
      bits.exponential();
    } else if (type == 1) {
      bits.read(1);
      bits.exponential();
      bits.exponential();
      int count = bits.exponential();
      for (int i = 0; i < count && !bits.overrun(); i++) {
        bits.exponential();
      }
    }
  }

  /// §9.1.1: 0, 1, -1, 2, -2, …
  private int signed() {
    int code = bits.exponential();
    return (code & 1) == 1 ? (code >> 1) + 1 : -(code >> 1);
  }

  /// Of 16 lines each: pictures of 16384 lines.
  private static final int MOST_BLOCKS = 1024;

  private static final int MOST = 512;
}
