package dev.madang.wire;

import org.jspecify.annotations.Nullable;

/// The far ends a socket heard lately, so that the next packet from one of them makes no object.
/// Lives on the thread of its socket. Its size never changes: a stranger who forges sources pushes
/// others out, which costs them one small object at their next packet.
public final class AddressCache {
  private final @Nullable Address[] slots = new @Nullable Address[SLOTS];

  public Address v4(int ip, int port) {
    return find(false, 0, ip & 0xFFFF_FFFFL, port);
  }

  /** An IPv4-mapped address, as a dual-stack socket shows IPv4 far ends, is given as IPv4. */
  public Address v6(long high, long low, int port) {
    return high == 0 && low >>> 32 == 0xFFFF
        ? find(false, 0, low & 0xFFFF_FFFFL, port)
        : find(true, high, low, port);
  }

  private Address find(boolean v6, long high, long low, int port) {
    int slot = Address.hash(v6, high, low, port) & (SLOTS - 1);
    Address known = slots[slot];
    if (known != null && known.is(v6, high, low, port)) {
      return known;
    }
    Address fresh = v6 ? Address.v6(high, low, port) : Address.v4((int) low, port);
    slots[slot] = fresh;
    return fresh;
  }

  private static final int SLOTS = 4096;
}
