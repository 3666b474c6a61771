package dev.madang.net;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Waits with epoll; on its loop's thread. Level-triggered: a socket is read once a turn, and what
/// it still holds is told again.
final class KernelPoller extends Poller {
  final Outbox outbox;
  private final Loop loop;
  // Shared, because any thread may wake the loop until it has closed.
  private final Arena arena = Arena.ofShared();
  private final Arena wakeArena = Arena.ofAuto();
  private final MemorySegment wakeErrno = wakeArena.allocate(Linker.Option.captureStateLayout());
  private final MemorySegment one = wakeArena.allocate(8, 8);
  private final Kernel kernel;
  private final Inbox inbox;
  private final MemorySegment events = arena.allocate((long) MOST_EVENTS * Kernel.EPOLL_EVENT, 8);
  private final MemorySegment name = arena.allocate(Kernel.SOCKADDR, 8);
  private final int epoll;
  private final int wakeup;
  private @Nullable KernelSocket[] sockets = new KernelSocket[64];
  private final Lull lull = new Lull();
  private long packetsBefore;
  private long sendsBefore;
  private int ready;
  private boolean closed;

  KernelPoller(Loop loop, Function<Arena, Kernel> kernels) throws IOException {
    this.loop = loop;
    kernel = kernels.apply(arena);
    inbox = new Inbox(kernel, loop.traffic(), arena);
    outbox = new Outbox(kernel, loop.traffic(), arena);
    one.set(JAVA_LONG, 0, 1);
    epoll = kernel.epollCreate();
    wakeup = kernel.eventFd();
    kernel.epollAdd(epoll, wakeup);
  }

  @Override
  void await(long nanos) throws IOException {
    Traffic traffic = loop.traffic();
    lull.sent(traffic.packetsOut.value() - packetsBefore, traffic.sends.value() - sendsBefore);
    packetsBefore = traffic.packetsOut.value();
    sendsBefore = traffic.sends.value();
    long start = System.nanoTime();
    ready = Math.max(0, kernel.epollWait(epoll, events, MOST_EVENTS, nanos));
    if (ready > 0) {
      long woken = System.nanoTime();
      long pause = lull.afterWake(woken, woken - start);
      if (pause > 0) {
        kernel.sleep(pause);
        ready = Math.max(0, kernel.epollWait(epoll, events, MOST_EVENTS, 0));
      }
    }
  }

  @Override
  synchronized void wake() {
    if (!closed) {
      Kernel.wake(wakeup, wakeErrno, one);
    }
  }

  @Override
  void deliver() throws IOException {
    for (int i = 0; i < ready; i++) {
      int fd = events.get(JAVA_INT_UNALIGNED, (long) i * Kernel.EPOLL_EVENT + Kernel.EPOLL_DATA);
      if (fd == wakeup) {
        kernel.drain(wakeup);
        continue;
      }
      KernelSocket socket = sockets[fd];
      if (socket != null) {
        inbox.deliver(socket);
      }
    }
  }

  @Override
  boolean holdsAll() {
    return outbox.holdsAll();
  }

  @Override
  void flush() {
    outbox.flush();
  }

  @Override
  UdpSocket open(InetSocketAddress address, UdpOptions options, Receiver receiver)
      throws IOException {
    InetAddress host = address.getAddress();
    int family = host instanceof Inet4Address ? Kernel.AF_INET : Kernel.AF_INET6;
    int fd = kernel.udpSocket(family);
    try {
      prepare(fd, host, family, options);
      bind(fd, host, family, address.getPort());
      kernel.localAddress(fd, name);
      InetSocketAddress local = new InetSocketAddress(host, name.get(Path.NET_SHORT, 2) & 0xFFFF);
      KernelSocket socket = new KernelSocket(this, loop, fd, family, local, receiver);
      kernel.epollAdd(epoll, fd);
      if (fd >= sockets.length) {
        sockets = Arrays.copyOf(sockets, Math.max(fd + 1, sockets.length * 2));
      }
      sockets[fd] = socket;
      return socket;
    } catch (IOException | RuntimeException refused) {
      kernel.close(fd);
      throw refused;
    }
  }

  private void prepare(int fd, InetAddress host, int family, UdpOptions options)
      throws SocketException {
    if (options.shared()) {
      must(fd, Kernel.SOL_SOCKET, Kernel.SO_REUSEPORT, 1);
    }
    if (family == Kernel.AF_INET6) {
      must(fd, Kernel.SOL_IPV6, Kernel.IPV6_V6ONLY, host.isAnyLocalAddress() ? 0 : 1);
    }
    if (host.isAnyLocalAddress()) {
      if (family == Kernel.AF_INET6) {
        must(fd, Kernel.SOL_IPV6, Kernel.IPV6_RECVPKTINFO, 1);
      } else {
        must(fd, Kernel.SOL_IP, Kernel.IP_PKTINFO, 1);
      }
    }
    buffer(fd, Kernel.SO_RCVBUFFORCE, Kernel.SO_RCVBUF, options.receiveBytes());
    buffer(fd, Kernel.SO_SNDBUFFORCE, Kernel.SO_SNDBUF, options.sendBytes());
    if (options.coalesce()) {
      // Older kernels have none, which costs speed alone.
      kernel.option(fd, Kernel.SOL_UDP, Kernel.UDP_GRO, 1);
    }
  }

  /// The forced form goes past the system's limit where we may; the other is cut to it.
  private void buffer(int fd, int forced, int option, int bytes) throws SocketException {
    if (bytes > 0 && kernel.option(fd, Kernel.SOL_SOCKET, forced, bytes) < 0) {
      kernel.option(fd, Kernel.SOL_SOCKET, option, bytes);
    }
  }

  private void must(int fd, int level, int option, int value) throws SocketException {
    int result = kernel.option(fd, level, option, value);
    if (result < 0) {
      throw new SocketException("option " + level + "/" + option + " refused, errno " + -result);
    }
  }

  private void bind(int fd, InetAddress host, int family, int port) throws SocketException {
    int length =
        Path.write(name, 0, family, Path.high(host), Path.low(host), port, Path.scope(host));
    if (host.isAnyLocalAddress()) {
      // The IPv4 wildcard has a mapped form that IPv6 sockets would take for IPv4 alone.
      name.asSlice(4).fill((byte) 0);
    }
    int result = kernel.bind(fd, name, length);
    if (result == -Kernel.EADDRINUSE) {
      throw new BindException("UDP port " + port + " is in use");
    }
    if (result == -Kernel.EACCES) {
      throw new BindException(
          "UDP port "
              + port
              + " is not for everybody: choose one above 1023, or start with more rights");
    }
    if (result < 0) {
      throw new BindException(
          "UDP " + host.getHostAddress() + " port " + port + " refused, errno " + -result);
    }
  }

  void forget(KernelSocket socket) {
    sockets[socket.fd] = null;
    try {
      kernel.close(socket.fd);
    } catch (SocketException failed) {
      loop.complain(failed);
    }
  }

  @Override
  void close() {
    for (KernelSocket socket : sockets) {
      if (socket != null) {
        socket.close();
      }
    }
    synchronized (this) {
      closed = true;
      try {
        kernel.close(epoll);
        kernel.close(wakeup);
      } catch (SocketException failed) {
        loop.complain(failed);
      }
    }
    arena.close();
  }

  private static final int MOST_EVENTS = 256;
}
