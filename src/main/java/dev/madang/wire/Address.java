package dev.madang.wire;

import org.jspecify.annotations.Nullable;

/// An IP address and a port, as a value that costs nothing to compare: no resolver, no host name,
/// no scope. A door that sees the same far end again hands out the same object ([AddressCache]), so
/// that the path of a packet makes none.
///
/// An IPv4 address and its IPv4-mapped IPv6 form are different values: a door gives the first for
/// what its sockets received, and a parser gives whichever form the far end wrote.
public final class Address {
  private final boolean v6;
  private final long high;
  private final long low;
  private final int port;
  private final int hash;
  private @Nullable Address host;

  private Address(boolean v6, long high, long low, int port) {
    if (port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException("port " + port);
    }
    this.v6 = v6;
    this.high = high;
    this.low = low;
    this.port = port;
    this.hash = hash(v6, high, low, port);
  }

  /** `ip` in network order: 127.0.0.1 is 0x7F000001. */
  public static Address v4(int ip, int port) {
    return new Address(false, 0, ip & 0xFFFF_FFFFL, port);
  }

  public static Address v6(long high, long low, int port) {
    return new Address(true, high, low, port);
  }

  /** From the 4 or 16 bytes of an IP address; mapped ones stay IPv6. */
  public static Address of(byte[] ip, int port) {
    ByteReader reader = new ByteReader(ip);
    return switch (ip.length) {
      case 4 -> v4(reader.i32(), port);
      case 16 -> v6(reader.i64(), reader.i64(), port);
      default -> throw new IllegalArgumentException(ip.length + " bytes are no IP address");
    };
  }

  /// Reads a literal such as `192.0.2.1` or `2001:db8::1`; never asks a resolver.
  ///
  /// @throws IllegalArgumentException when the text is no literal
  public static Address parse(String ip, int port) {
    return of(IpText.parse(ip), port);
  }

  public boolean isV6() {
    return v6;
  }

  /** The IPv4 address in network order. */
  public int ip4() {
    return (int) low;
  }

  /** The first eight bytes of an IPv6 address; 0 for IPv4. */
  public long high() {
    return high;
  }

  /** The last eight bytes of an IPv6 address; the four of an IPv4 one. */
  public long low() {
    return low;
  }

  public int port() {
    return port;
  }

  /** The 4 or 16 bytes of the IP address. */
  public byte[] ip() {
    return v6
        ? new ByteWriter(16).i64(high).i64(low).toArray()
        : new ByteWriter(4).i32((int) low).toArray();
  }

  public Address withPort(int port) {
    return port == this.port ? this : new Address(v6, high, low, port);
  }

  /** The same address with port 0; remembered, so asking again makes nothing. */
  public Address host() {
    Address known = host;
    if (known == null) {
      known = withPort(0);
      host = known;
    }
    return known;
  }

  /// Whom to count it as, where one may have so much and no more: an IPv4 address is one
  /// customer's; of IPv6 a customer has a /64 at the least, and would have 2^64 shares. A mapped
  /// address is the IPv4 address in it.
  public Address network() {
    if (!v6) {
      return host();
    }
    return high == 0 && low >>> 32 == 0xFFFF ? v4((int) low, 0) : v6(high, 0, 0);
  }

  boolean is(boolean v6, long high, long low, int port) {
    return this.low == low && this.port == port && this.high == high && this.v6 == v6;
  }

  static int hash(boolean v6, long high, long low, int port) {
    long mixed =
        (low ^ Long.rotateLeft(high, 32) ^ (v6 ? 1L << 48 : 0)) + (long) port * 0x1_0001_0001L;
    mixed *= 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 32) ^ (int) mixed;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Address that && that.is(v6, high, low, port));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** `192.0.2.1:7700` or `[2001:db8::1]:7700`; without the port when that is 0. */
  @Override
  public String toString() {
    String ip = ipText();
    if (port == 0) {
      return ip;
    }
    return v6 ? "[" + ip + "]:" + port : ip + ":" + port;
  }

  /** The IP address alone, as RFC 5952 writes it. */
  public String ipText() {
    return IpText.write(ip());
  }
}
