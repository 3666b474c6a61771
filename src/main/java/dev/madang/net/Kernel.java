package dev.madang.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.nio.ByteOrder;

/// The Linux system calls that a loop makes, by the foreign function interface; one instance a
/// loop, used on its thread alone because it holds that thread's `errno`.
///
/// Every call answers what the C function answers, or `-errno`. A trip through the kernel's network
/// stack costs about 2 µs a datagram and a call from Java 5-9 ns, so nothing is gained below this
/// class: what pays is to make fewer trips.
class Kernel {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOL_SOCKET = 1;
  static final int SOL_IP = 0;
  static final int SOL_IPV6 = 41;
  static final int SOL_UDP = 17;
  static final int SO_REUSEPORT = 15;
  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;
  static final int IP_PKTINFO = 8;
  static final int IPV6_V6ONLY = 26;
  static final int IPV6_RECVPKTINFO = 49;
  static final int IPV6_PKTINFO = 50;
  static final int UDP_SEGMENT = 103;
  static final int UDP_GRO = 104;
  static final int MSG_DONTWAIT = 0x40;
  static final int EPOLLIN = 1;

  static final int EPERM = 1;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EINVAL = 22;
  static final int EMSGSIZE = 90;
  static final int EADDRINUSE = 98;
  static final int ENOBUFS = 105;
  static final int ECONNREFUSED = 111;

  // struct sockaddr_in6, the longer of the two.
  static final int SOCKADDR = 28;
  static final int SOCKADDR_IN = 16;
  // struct iovec { base, length }
  static final int IOVEC = 16;
  // struct mmsghdr { name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48; len
  // 56 }
  static final int MMSGHDR = 64;
  static final int NAME = 0;
  static final int NAME_LENGTH = 8;
  static final int IOV = 16;
  static final int IOV_COUNT = 24;
  static final int CONTROL = 32;
  static final int CONTROL_LENGTH = 40;
  static final int FLAGS = 48;
  static final int LENGTH = 56;
  // struct cmsghdr { length 0, level 8, type 12, data 16 }
  static final int CMSG_LEVEL = 8;
  static final int CMSG_TYPE = 12;
  static final int CMSG_DATA = 16;
  // struct epoll_event is packed on x86-64 alone.
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  static final int EPOLL_EVENT = PACKED ? 12 : 16;
  static final int EPOLL_DATA = PACKED ? 4 : 8;

  private final MemorySegment state;
  private final MemorySegment word;

  /// Memory comes from `arena`, which must live as long as the loop.
  Kernel(Arena arena) {
    state = arena.allocate(Linker.Option.captureStateLayout());
    word = arena.allocate(64, 8);
  }

  /// Whether this machine is a Linux on which the calls below can be made.
  static boolean available() {
    return System.getProperty("os.name").equals("Linux")
        && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        && (System.getProperty("os.arch").equals("amd64")
            || System.getProperty("os.arch").equals("aarch64"))
        && Calls.FOUND;
  }

  int epollCreate() throws SocketException {
    try {
      return checked((int) Calls.EPOLL_CREATE1.invokeExact(state, EPOLL_CLOEXEC), "epoll_create1");
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  void epollAdd(int epoll, int fd) throws SocketException {
    word.set(JAVA_INT, 0, EPOLLIN);
    word.set(ANY_INT, EPOLL_DATA, fd);
    try {
      checked(
          (int) Calls.EPOLL_CTL.invokeExact(state, epoll, EPOLL_CTL_ADD, fd, word), "epoll_ctl");
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// Waits up to `nanos`, -1 for ever.
  int epollWait(int epoll, MemorySegment events, int room, long nanos) throws SocketException {
    try {
      if (nanos > 0 && Calls.EPOLL_PWAIT2 != null) {
        word.set(JAVA_LONG, 0, nanos / 1_000_000_000L);
        word.set(JAVA_LONG, 8, nanos % 1_000_000_000L);
        return answer(
            (int)
                Calls.EPOLL_PWAIT2.invokeExact(
                    state, epoll, events, room, word, MemorySegment.NULL));
      }
      int millis =
          nanos < 0 ? -1 : (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
      return answer((int) Calls.EPOLL_WAIT.invokeExact(state, epoll, events, room, millis));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  void sleep(long nanos) throws SocketException {
    word.set(JAVA_LONG, 0, 0);
    word.set(JAVA_LONG, 8, nanos);
    try {
      int _ = (int) Calls.NANOSLEEP.invokeExact(state, word, MemorySegment.NULL);
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int eventFd() throws SocketException {
    try {
      return checked((int) Calls.EVENTFD.invokeExact(state, 0, EFD_FLAGS), "eventfd");
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// Wakes the loop that waits for `fd`. The only call that other threads make, so it brings its
  /// own memory.
  static void wake(int fd, MemorySegment errno, MemorySegment one) {
    try {
      long _ = (long) Calls.WRITE.invokeExact(errno, fd, one, 8L);
    } catch (Throwable broken) {
      throw new IllegalStateException(broken);
    }
  }

  void drain(int eventFd) throws SocketException {
    try {
      long _ = (long) Calls.READ.invokeExact(state, eventFd, word, 8L);
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int udpSocket(int family) throws SocketException {
    try {
      return checked((int) Calls.SOCKET.invokeExact(state, family, SOCK_DGRAM_FLAGS, 0), "socket");
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int bind(int fd, MemorySegment address, int length) throws SocketException {
    try {
      return answer((int) Calls.BIND.invokeExact(state, fd, address, length));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  void localAddress(int fd, MemorySegment address) throws SocketException {
    word.set(JAVA_INT, 0, SOCKADDR);
    try {
      checked((int) Calls.GETSOCKNAME.invokeExact(state, fd, address, word), "getsockname");
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// 0, or `-errno`.
  int option(int fd, int level, int name, int value) throws SocketException {
    word.set(JAVA_INT, 0, value);
    try {
      return answer((int) Calls.SETSOCKOPT.invokeExact(state, fd, level, name, word, 4));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int close(int fd) throws SocketException {
    try {
      return answer((int) Calls.CLOSE.invokeExact(state, fd));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int receive(int fd, MemorySegment messages, int count) throws SocketException {
    try {
      return answer(
          (int)
              Calls.RECVMMSG.invokeExact(
                  state, fd, messages, count, MSG_DONTWAIT, MemorySegment.NULL));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  int send(int fd, MemorySegment messages, int count) throws SocketException {
    try {
      return answer((int) Calls.SENDMMSG.invokeExact(state, fd, messages, count, MSG_DONTWAIT));
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  private int answer(int result) {
    return result < 0 ? -(int) Calls.ERRNO.get(state, 0L) : result;
  }

  private int checked(int result, String call) throws SocketException {
    if (result < 0) {
      throw new SocketException(call + " failed, errno " + -answer(result));
    }
    return result;
  }

  private static SocketException broken(Throwable broken) {
    return broken instanceof SocketException refused
        ? refused
        : (SocketException) new SocketException("a system call broke").initCause(broken);
  }

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EFD_FLAGS = 0x80000 | 0x800;
  // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
  private static final int SOCK_DGRAM_FLAGS = 2 | 0x800 | 0x80000;
  private static final java.lang.foreign.ValueLayout.OfInt ANY_INT =
      java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

  /// The bound functions, in a class of their own so that other systems never look them up.
  private static final class Calls {
    static final VarHandle ERRNO =
        Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"));
    static final MethodHandle EPOLL_CREATE1 = bind("epoll_create1", JAVA_INT, JAVA_INT);
    static final MethodHandle EPOLL_CTL =
        bind("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle EPOLL_WAIT =
        bind("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    // Since glibc 2.35: nanoseconds, where epoll_wait has milliseconds.
    static final @org.jspecify.annotations.Nullable MethodHandle EPOLL_PWAIT2 =
        found("epoll_pwait2")
            ? bind("epoll_pwait2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS)
            : null;
    static final MethodHandle NANOSLEEP = bind("nanosleep", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle EVENTFD = bind("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle READ = bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle WRITE = bind("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle SOCKET = bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle BIND = bind("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle GETSOCKNAME =
        bind("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle SETSOCKOPT =
        bind("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle CLOSE = bind("close", JAVA_INT, JAVA_INT);
    static final MethodHandle RECVMMSG =
        bind("recvmmsg", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle SENDMMSG =
        bind("sendmmsg", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    static final boolean FOUND = true;

    private static boolean found(String name) {
      return LIBC.find(name).isPresent();
    }

    private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
      return Linker.nativeLinker()
          .downcallHandle(
              LIBC.findOrThrow(name),
              FunctionDescriptor.of(result, arguments),
              Linker.Option.captureCallState("errno"));
    }
  }

  private static final SymbolLookup LIBC = Linker.nativeLinker().defaultLookup();
}
