package dev.madang.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.nio.ByteOrder;

/// Receives batches of datagrams for the sockets of one loop, on its thread. All share this memory:
/// what a receiver does not keep is overwritten by the next batch.
///
/// The kernel fills native memory; the receiver gets an array, because the JDK's ciphers are
/// fastest over arrays and a copy costs 15 ns of the microseconds that a datagram costs.
final class Inbox {
  private final Kernel kernel;
  private final Traffic traffic;
  private final MemorySegment messages;
  private final MemorySegment names;
  private final MemorySegment controls;
  private final MemorySegment slots;
  private final byte[] heap = new byte[Receiver.HEADROOM + SLOT + Receiver.TAILROOM];

  // Of the message read last.
  private int segment;
  private long localHigh;
  private long localLow;

  Inbox(Kernel kernel, Traffic traffic, Arena arena) {
    this.kernel = kernel;
    this.traffic = traffic;
    messages = arena.allocate((long) MOST * Kernel.MMSGHDR, 8);
    names = arena.allocate((long) MOST * NAME, 8);
    controls = arena.allocate((long) MOST * CONTROL, 8);
    slots = arena.allocate((long) MOST * STRIDE, 64);
    MemorySegment vectors = arena.allocate((long) MOST * Kernel.IOVEC, 8);
    for (int i = 0; i < MOST; i++) {
      MemorySegment vector = vectors.asSlice((long) i * Kernel.IOVEC, Kernel.IOVEC);
      vector.set(ADDRESS, 0, slots.asSlice((long) i * STRIDE, SLOT));
      vector.set(JAVA_LONG, 8, SLOT);
      long message = (long) i * Kernel.MMSGHDR;
      messages.set(ADDRESS, message + Kernel.NAME, names.asSlice((long) i * NAME, NAME));
      messages.set(ADDRESS, message + Kernel.IOV, vector);
      messages.set(JAVA_LONG, message + Kernel.IOV_COUNT, 1);
      messages.set(
          ADDRESS, message + Kernel.CONTROL, controls.asSlice(i * (long) CONTROL, CONTROL));
      forget(i);
    }
  }

  /// One batch of `socket` goes to its receiver.
  void deliver(KernelSocket socket) throws SocketException {
    int asked = socket.expected;
    int count = kernel.receive(socket.fd, messages, asked);
    if (count < 0) {
      // An error of the network that came back (ICMP), or nothing there.
      if (count != -Kernel.EAGAIN && count != -Kernel.EINTR) {
        traffic.unreachable.add(1);
      }
      return;
    }
    // A call that asks for more than there is pays for looking; the poller tells of what is left.
    socket.expected = count == asked ? Math.min(MOST, asked * 2) : Math.max(2, count + 1);
    traffic.receives.add(count);
    for (int i = 0; i < count; i++) {
      if (!socket.isClosed()) {
        hand(socket, i);
      }
      forget(i);
    }
  }

  private void hand(KernelSocket socket, int i) {
    long message = (long) i * Kernel.MMSGHDR;
    int length = messages.get(JAVA_INT, message + Kernel.LENGTH);
    segment = 0;
    localHigh = 0;
    localLow = 0;
    readControl(i, messages.get(JAVA_LONG, message + Kernel.CONTROL_LENGTH));
    Path from = path(socket, (long) i * NAME);
    MemorySegment.copy(slots, JAVA_BYTE, (long) i * STRIDE, heap, Receiver.HEADROOM, length);
    traffic.bytesIn.add(length);
    if (segment == 0 || segment >= length) {
      traffic.packetsIn.add(1);
      give(socket, from, Receiver.HEADROOM, length);
      return;
    }
    traffic.packetsIn.add((length + segment - 1) / segment);
    for (int at = 0; at < length && !socket.isClosed(); at += segment) {
      // The tailroom of one is the beginning of the next.
      int next = Receiver.HEADROOM + Math.min(at + segment, length);
      long first = (long) LONG.get(heap, next);
      long second = (long) LONG.get(heap, next + 8);
      give(socket, from, Receiver.HEADROOM + at, next - Receiver.HEADROOM - at);
      LONG.set(heap, next, first);
      LONG.set(heap, next + 8, second);
    }
  }

  private void give(KernelSocket socket, Path from, int offset, int length) {
    try {
      socket.receiver.receive(from, heap, offset, length);
    } catch (RuntimeException | Error broken) {
      socket.loop.complain(broken);
    }
  }

  private void readControl(int i, long length) {
    long at = (long) i * CONTROL;
    long end = at + length;
    while (at + Kernel.CMSG_DATA < end) {
      long size = controls.get(JAVA_LONG, at);
      int level = controls.get(JAVA_INT, at + Kernel.CMSG_LEVEL);
      int type = controls.get(JAVA_INT, at + Kernel.CMSG_TYPE);
      long data = at + Kernel.CMSG_DATA;
      if (level == Kernel.SOL_UDP && type == Kernel.UDP_GRO) {
        segment = controls.get(JAVA_INT, data);
      } else if (level == Kernel.SOL_IPV6 && type == Kernel.IPV6_PKTINFO) {
        localHigh = controls.get(Path.NET_LONG, data);
        localLow = controls.get(Path.NET_LONG, data + 8);
      } else if (level == Kernel.SOL_IP && type == Kernel.IP_PKTINFO) {
        // struct in_pktinfo { interface, address to answer from, address in the header }
        localLow = Path.MAPPED | controls.get(Path.NET_INT, data + 4) & 0xFFFF_FFFFL;
      }
      at += (size + 7) & ~7L;
    }
  }

  private Path path(KernelSocket socket, long name) {
    int port = names.get(Path.NET_SHORT, name + 2) & 0xFFFF;
    if (names.get(JAVA_SHORT, name) == Kernel.AF_INET) {
      long low = Path.MAPPED | names.get(Path.NET_INT, name + 4) & 0xFFFF_FFFFL;
      return socket.path(0, low, port, 0, localHigh, localLow);
    }
    long high = names.get(Path.NET_LONG, name + 8);
    long low = names.get(Path.NET_LONG, name + 16);
    return socket.path(high, low, port, names.get(JAVA_INT, name + 24), localHigh, localLow);
  }

  /// The kernel overwrites these lengths.
  private void forget(int i) {
    long message = (long) i * Kernel.MMSGHDR;
    messages.set(JAVA_INT, message + Kernel.NAME_LENGTH, NAME);
    messages.set(JAVA_LONG, message + Kernel.CONTROL_LENGTH, CONTROL);
  }

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int MOST = 32;
  private static final int SLOT = 65_536;
  // Not a power of two, or the first lines of all slots would share one set of the cache.
  private static final int STRIDE = SLOT + 192;
  private static final int NAME = 32;
  private static final int CONTROL = 96;
}
