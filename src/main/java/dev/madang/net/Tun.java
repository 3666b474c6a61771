package dev.madang.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// A network interface of Linux whose packets this process reads and writes (TUN). One thread may
/// read while another writes.
public final class Tun implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final int fd;
  private final MemorySegment in = arena.allocate(MOST);
  private final MemorySegment out = arena.allocate(MOST);
  private final MemorySegment poll = arena.allocate(8, 4);
  private volatile boolean closed;

  /// Makes the interface; needs root.
  ///
  /// @param name at most 15 letters
  public Tun(String name) throws IOException {
    try {
      fd = (int) Calls.OPEN.invokeExact(arena.allocateFrom("/dev/net/tun"), O_RDWR | O_CLOEXEC);
      if (fd < 0) {
        arena.close();
        throw new IOException("/dev/net/tun cannot be opened");
      }
      // struct ifreq { name[16], flags; … }
      MemorySegment request = arena.allocate(40, 8);
      byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(letters, 0, request, JAVA_BYTE, 0, Math.min(15, letters.length));
      request.set(JAVA_SHORT, 16, (short) (IFF_TUN | IFF_NO_PI));
      if ((int) Calls.IOCTL.invokeExact(fd, TUNSETIFF, request) < 0) {
        close();
        throw new IOException("the interface " + name + " cannot be made");
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// The next packet.
  ///
  /// @return its length, or 0 when none came for some milliseconds, or -1 when it is closed
  public int read(byte[] bytes) {
    if (closed) {
      return -1;
    }
    try {
      // struct pollfd { fd, events, revents }
      poll.set(JAVA_INT, 0, fd);
      poll.set(JAVA_INT, 4, POLLIN);
      if ((int) Calls.POLL.invokeExact(poll, 1L, POLL_MILLIS) <= 0) {
        return 0;
      }
      int length = (int) (long) Calls.READ.invokeExact(fd, in, (long) Math.min(MOST, bytes.length));
      if (length <= 0) {
        return closed ? -1 : 0;
      }
      MemorySegment.copy(in, JAVA_BYTE, 0, bytes, 0, length);
      return length;
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// Hands a packet to the interface; what its queue does not take is lost, as in any network.
  public void write(byte[] bytes, int length) {
    if (closed) {
      return;
    }
    try {
      MemorySegment.copy(bytes, 0, out, JAVA_BYTE, 0, length);
      long _ = (long) Calls.WRITE.invokeExact(fd, out, (long) length);
    } catch (Throwable broken) {
      throw broken(broken);
    }
  }

  /// The interface goes with it. The memory goes with the garbage: a reader may be in it.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        int _ = (int) Calls.CLOSE.invokeExact(fd);
      } catch (Throwable broken) {
        throw broken(broken);
      }
    }
  }

  private static RuntimeException broken(Throwable cause) {
    return cause instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException("a system call cannot be made", cause);
  }

  /// As `long TUNSETIFF`, of linux/if_tun.h.
  private static final long TUNSETIFF = 0x4004_54CAL;

  private static final int IFF_TUN = 1;
  private static final int IFF_NO_PI = 0x1000;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int POLLIN = 1;
  private static final int POLL_MILLIS = 50;
  private static final int MOST = 65_536;

  private static final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup C = LINKER.defaultLookup();
    static final MethodHandle OPEN = variadic("open", JAVA_INT, 2, ADDRESS, JAVA_INT);
    static final MethodHandle IOCTL = variadic("ioctl", JAVA_INT, 2, JAVA_INT, JAVA_LONG, ADDRESS);
    static final MethodHandle POLL = plain("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    static final MethodHandle READ = plain("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle WRITE = plain("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    static final MethodHandle CLOSE = plain("close", JAVA_INT, JAVA_INT);

    private static MethodHandle plain(String name, MemoryLayout answer, MemoryLayout... arguments) {
      return LINKER.downcallHandle(C.findOrThrow(name), FunctionDescriptor.of(answer, arguments));
    }

    private static MethodHandle variadic(
        String name, MemoryLayout answer, int fixed, MemoryLayout... arguments) {
      return LINKER.downcallHandle(
          C.findOrThrow(name),
          FunctionDescriptor.of(answer, arguments),
          Linker.Option.firstVariadicArg(fixed));
    }
  }
}
