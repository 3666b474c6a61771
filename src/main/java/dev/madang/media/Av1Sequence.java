package dev.madang.media;

/// What an AV1 sequence header says of the size of its pictures (AV1 bitstream specification
/// §5.5.1). A view that is read again; one thread.
public final class Av1Sequence {
  private final BitReader bits = new BitReader();
  private int width;
  private int height;

  /// Reads the OBU at `offset`, from its own header on; false when it holds no size.
  public boolean read(byte[] bytes, int offset, int length) {
    width = 0;
    height = 0;
    bits.begin(bytes, offset, length);
    bits.read(5);
    boolean extended = bits.flag();
    boolean sized = bits.flag();
    bits.read(1);
    bits.read(extended ? 8 : 0);
    for (boolean more = sized; more && !bits.overrun(); ) {
      more = bits.read(8) >= 0x80;
    }
    return readSize();
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  private boolean readSize() {
    bits.read(4);
    if (bits.flag()) {
      bits.read(5);
    } else {
      readOperatingPoints();
    }
    int widthBits = bits.read(4) + 1;
    int heightBits = bits.read(4) + 1;
    int wide = bits.read(widthBits) + 1;
    int high = bits.read(heightBits) + 1;
    if (bits.overrun()) {
      return false;
    }
    width = wide;
    height = high;
    return true;
  }

  private void readOperatingPoints() {
    int delayBits = 0;
    boolean modelled = false;
    if (bits.flag()) {
      bits.read(32);
      bits.read(32);
      if (bits.flag()) {
        bits.exponential();
      }
      modelled = bits.flag();
      if (modelled) {
        delayBits = bits.read(5) + 1;
        bits.read(32);
        bits.read(10);
      }
    }
    boolean delayed = bits.flag();
    int points = bits.read(5) + 1;
    for (int i = 0; i < points; i++) {
      bits.read(12);
      if (bits.read(5) > 7) {
        bits.read(1);
      }
      if (modelled && bits.flag()) {
        bits.read(delayBits);
        bits.read(delayBits);
        bits.read(1);
      }
      if (delayed && bits.flag()) {
        bits.read(4);
      }
    }
  }
}
