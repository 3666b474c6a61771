package dev.madang.wire;

/// A range of IP addresses, as `10.0.0.0/8` or `2001:db8::/32`. A range of one family holds no
/// address of the other, mapped ones included.
public record Cidr(boolean v6, long high, long low, int bits) {
  public Cidr {
    if (bits < 0 || bits > (v6 ? 128 : 32)) {
      throw new IllegalArgumentException("/" + bits + " is no prefix length");
    }
    long highMask = v6 ? mask64(Math.min(bits, 64)) : 0;
    long lowMask = v6 ? mask64(Math.max(bits - 64, 0)) : mask64(bits) >>> 32;
    if ((high & ~highMask) != 0 || (low & ~lowMask) != 0) {
      throw new IllegalArgumentException("bits beyond /" + bits + " are set");
    }
  }

  /// Reads `10.0.0.0/8`, or a single address.
  ///
  /// @throws IllegalArgumentException with a sentence for whoever wrote it
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    Address base = Address.parse(slash < 0 ? text : text.substring(0, slash), 0);
    try {
      int bits = slash < 0 ? (base.isV6() ? 128 : 32) : Integer.parseInt(text.substring(slash + 1));
      return new Cidr(base.isV6(), base.high(), base.low(), bits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no address range", e);
    }
  }

  public boolean contains(Address address) {
    if (address.isV6() != v6) {
      return false;
    }
    if (!v6) {
      return (((int) low ^ address.ip4()) & (int) (mask64(bits) >>> 32)) == 0;
    }
    return ((high ^ address.high()) & mask64(Math.min(bits, 64))) == 0
        && ((low ^ address.low()) & mask64(Math.max(bits - 64, 0))) == 0;
  }

  @Override
  public String toString() {
    Address base = v6 ? Address.v6(high, low, 0) : Address.v4((int) low, 0);
    return base.ipText() + "/" + bits;
  }

  private static long mask64(int bits) {
    return bits == 0 ? 0 : -1L << (64 - bits);
  }
}
