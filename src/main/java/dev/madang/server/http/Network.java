package dev.madang.server.http;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/// A range of addresses: those that share the first `prefix` bits.
record Network(byte[] base, int prefix) {
  static Network of(String text) {
    int slash = text.indexOf('/');
    byte[] base = NetUtil.createByteArrayFromIpAddressString(text.substring(0, slash));
    if (base == null) {
      throw new IllegalArgumentException(text);
    }
    return new Network(base, Integer.parseInt(text.substring(slash + 1)));
  }

  /// From an address with its mask behind it (RFC 5280, 4.2.1.10).
  static Network ofMask(byte[] addressAndMask) {
    int half = addressAndMask.length / 2;
    int prefix = 0;
    for (int i = half; i < addressAndMask.length; i++) {
      prefix += Integer.bitCount(addressAndMask[i] & 0xFF);
    }
    return new Network(Arrays.copyOf(addressAndMask, half), prefix);
  }

  byte[] addressAndMask() {
    byte[] both = Arrays.copyOf(base, base.length * 2);
    for (int bit = 0; bit < prefix; bit++) {
      both[base.length + bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return both;
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != base.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> bit % 8;
      if ((bytes[bit / 8] & mask) != (base[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /// What no router of the internet carries: this machine, the local network, carrier NAT.
  static final List<Network> PRIVATE =
      List.of(
          of("127.0.0.0/8"),
          of("10.0.0.0/8"),
          of("172.16.0.0/12"),
          of("192.168.0.0/16"),
          of("169.254.0.0/16"),
          of("100.64.0.0/10"),
          of("::1/128"),
          of("fc00::/7"),
          of("fe80::/10"));
}
