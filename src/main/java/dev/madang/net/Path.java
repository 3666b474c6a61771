package dev.madang.net;

import dev.madang.wire.Address;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A far address as a [UdpSocket] sees it, with the local address that it speaks to; belongs to the
/// socket's [Loop]. A socket makes one `Path` a far address and hands the same one out again, so
/// that the way from a datagram to its answer allocates nothing; two of equal content are equal.
public final class Path {
  final UdpSocket socket;
  // The far address as an IPv6 address, IPv4 mapped into ::ffff:0:0/96.
  final long high;
  final long low;
  final int port;
  final int scope;
  // The local address in the same form; both zero when the kernel chooses.
  final long localHigh;
  final long localLow;
  // Linux: the datagrams for this path that wait for the end of the turn.
  @Nullable Run run;
  // Linux: a longer segment was once refused, so such datagrams go one by one.
  int longestSegment = 65_535;
  private @Nullable Address remote;
  private @Nullable Address local;
  private @Nullable Object owner;

  Path(UdpSocket socket, long high, long low, int port, int scope, long localHigh, long localLow) {
    this.socket = socket;
    this.high = high;
    this.low = low;
    this.port = port;
    this.scope = scope;
    this.localHigh = localHigh;
    this.localLow = localLow;
  }

  /// Queues a copy of a datagram to the far address; it leaves at the end of the loop's turn. What
  /// the kernel does not take then is dropped and counted, as a network would.
  public void send(byte[] bytes, int offset, int length) {
    socket.send(this, bytes, offset, length);
  }

  public UdpSocket socket() {
    return socket;
  }

  /// Whose far end this is, as [#owner(Object)] was told: found without looking anything up. Null
  /// also for a path that was forgotten and made anew, so a table beside it knows better.
  public @Nullable Object owner() {
    return owner;
  }

  public void owner(@Nullable Object owner) {
    this.owner = owner;
  }

  /// The far address; IPv4 as IPv4, also where the socket speaks both families.
  public Address remote() {
    Address known = remote;
    if (known == null) {
      known = address(high, low, port);
      remote = known;
    }
    return known;
  }

  /// The address of this machine that the far end spoke to, with the socket's port; the socket's
  /// own when it is bound to one; null when neither is known.
  public @Nullable Address local() {
    Address known = local;
    if (known == null) {
      known =
          namesLocal()
              ? address(localHigh, localLow, socket.local().getPort())
              : socket.boundAddress();
      local = known;
    }
    return known;
  }

  boolean namesLocal() {
    return (localHigh | localLow) != 0;
  }

  boolean leadsTo(long high, long low, int port) {
    return this.low == low && this.port == port && this.high == high;
  }

  boolean is(long high, long low, int port, int scope, long localHigh, long localLow) {
    return this.low == low
        && this.port == port
        && this.high == high
        && this.localLow == localLow
        && this.localHigh == localHigh
        && this.scope == scope;
  }

  static boolean isIpv4(long high, long low) {
    return high == 0 && low >>> 32 == 0xFFFF;
  }

  /// Of the far address alone, so that paths which differ in the local one lie together.
  static int hash(long high, long low, int port) {
    long mixed = (low ^ Long.rotateLeft(high, 32)) + port * 0x1_0001_0001L;
    mixed *= 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 32) ^ (int) mixed;
  }

  static Address address(long high, long low, int port) {
    return isIpv4(high, low) ? Address.v4((int) low, port) : Address.v6(high, low, port);
  }

  static long low(Address address) {
    return address.isV6() ? address.low() : MAPPED | address.low();
  }

  static long high(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? 0 : (long) BIG_LONG.get(bytes, 0);
  }

  static long low(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4
        ? MAPPED | (int) BIG_INT.get(bytes, 0) & 0xFFFF_FFFFL
        : (long) BIG_LONG.get(bytes, 8);
  }

  static int scope(InetAddress address) {
    return address instanceof Inet6Address six ? six.getScopeId() : 0;
  }

  /// Writes a socket address for a socket of `family` and answers its length, 0 when a socket of
  /// that family cannot reach it.
  static int write(
      MemorySegment to, long at, int family, long high, long low, int port, int scope) {
    if (family == Kernel.AF_INET6) {
      to.set(ValueLayout.JAVA_INT, at, 0);
      to.set(ValueLayout.JAVA_SHORT, at, (short) Kernel.AF_INET6);
      to.set(NET_SHORT, at + 2, (short) port);
      to.set(ValueLayout.JAVA_INT, at + 4, 0);
      to.set(NET_LONG, at + 8, high);
      to.set(NET_LONG, at + 16, low);
      to.set(ValueLayout.JAVA_INT, at + 24, scope);
      return Kernel.SOCKADDR;
    }
    if (!isIpv4(high, low)) {
      return 0;
    }
    to.set(ValueLayout.JAVA_SHORT, at, (short) Kernel.AF_INET);
    to.set(NET_SHORT, at + 2, (short) port);
    to.set(NET_INT, at + 4, (int) low);
    to.set(ValueLayout.JAVA_LONG, at + 8, 0L);
    return Kernel.SOCKADDR_IN;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof Path path
            && path.socket == socket
            && path.is(high, low, port, scope, localHigh, localLow);
  }

  @Override
  public int hashCode() {
    return hash(high, low, port);
  }

  @Override
  public String toString() {
    return local() + " > " + remote();
  }

  // The high half of ::ffff:0:0/96 below its zeros.
  static final long MAPPED = 0xFFFF_0000_0000L;
  static final ValueLayout.OfShort NET_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt NET_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfLong NET_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final java.lang.invoke.VarHandle BIG_INT =
      java.lang.invoke.MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final java.lang.invoke.VarHandle BIG_LONG =
      java.lang.invoke.MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
}
