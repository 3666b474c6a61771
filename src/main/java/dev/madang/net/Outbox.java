package dev.madang.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What the sockets of one loop send during a turn, on its thread. A datagram is copied once, into
/// native memory, and joins the [Run] of its far end, so that a burst to one far end makes one trip
/// through the kernel's stack however many others were sent to in between.
final class Outbox {
  private final Kernel kernel;
  private final Traffic traffic;
  private final MemorySegment slab;
  private final long slabAddress;
  private final MemorySegment messages;
  private final MemorySegment names;
  private final MemorySegment controls;
  private final MemorySegment vectors;
  private final long vectorsAddress;
  private int used;
  // Whether some of this turn left already, for want of room.
  private boolean spilled;

  private final int[] pieceAt = new int[MOST_PIECES];
  private final int[] pieceLength = new int[MOST_PIECES];
  private final int[] pieceNext = new int[MOST_PIECES];
  private int pieces;

  private final Run[] runs = new Run[MOST_RUNS];
  private int runsUsed;
  private @Nullable KernelSocket[] senders = new @Nullable KernelSocket[16];
  private int sendersUsed;

  private final Run[] batch = new Run[MOST_MESSAGES];
  private int vectorsUsed;

  Outbox(Kernel kernel, Traffic traffic, Arena arena) {
    this.kernel = kernel;
    this.traffic = traffic;
    slab = arena.allocate(SLAB, 64);
    slabAddress = slab.address();
    messages = arena.allocate((long) MOST_MESSAGES * Kernel.MMSGHDR, 8);
    names = arena.allocate((long) MOST_MESSAGES * NAME, 8);
    controls = arena.allocate((long) MOST_MESSAGES * CONTROL, 8);
    vectors = arena.allocate((MOST_PIECES + 1L) * Kernel.IOVEC, 8);
    vectorsAddress = vectors.address();
    for (int i = 0; i < MOST_RUNS; i++) {
      runs[i] = new Run();
    }
    for (int i = 0; i < MOST_MESSAGES; i++) {
      long message = (long) i * Kernel.MMSGHDR;
      messages.set(ADDRESS, message + Kernel.NAME, names.asSlice((long) i * NAME, NAME));
    }
  }

  void add(KernelSocket socket, Path path, byte[] bytes, int offset, int length) {
    if (length > SLAB - used || pieces == MOST_PIECES || runsUsed == MOST_RUNS) {
      flush();
      spilled = true;
      if (length > SLAB) {
        traffic.refused.add(1);
        return;
      }
    }
    MemorySegment.copy(bytes, offset, slab, JAVA_BYTE, used, length);
    int piece = pieces++;
    pieceAt[piece] = used;
    pieceLength[piece] = length;
    used += length;
    Run run = path.run;
    if (run != null && run.takes(length) && length <= path.longestSegment) {
      pieceNext[run.lastPiece] = piece;
      run.lastPiece = piece;
      run.count++;
      run.bytes += length;
    } else {
      start(socket, path, piece, length);
    }
  }

  private void start(KernelSocket socket, Path path, int piece, int length) {
    Run run = runs[runsUsed++];
    run.start(path, piece, length);
    path.run = socket.segments && length <= path.longestSegment ? run : null;
    if (socket.lastRun != null) {
      socket.lastRun.next = run;
    } else {
      socket.firstRun = run;
      if (sendersUsed == senders.length) {
        senders = Arrays.copyOf(senders, sendersUsed * 2);
      }
      senders[sendersUsed++] = socket;
    }
    socket.lastRun = run;
  }

  boolean holdsAll() {
    return !spilled;
  }

  void flush() {
    spilled = false;
    if (sendersUsed == 0) {
      return;
    }
    for (int i = 0; i < sendersUsed; i++) {
      KernelSocket socket = senders[i];
      senders[i] = null;
      if (socket == null) {
        continue;
      }
      Run first = socket.firstRun;
      socket.firstRun = null;
      socket.lastRun = null;
      try {
        if (first != null && !socket.isClosed()) {
          send(socket, first);
        }
      } catch (SocketException broken) {
        socket.loop.complain(broken);
      }
    }
    for (int i = 0; i < runsUsed; i++) {
      Path path = runs[i].path;
      if (path != null) {
        path.run = null;
        runs[i].path = null;
      }
    }
    sendersUsed = 0;
    runsUsed = 0;
    pieces = 0;
    used = 0;
  }

  private void send(KernelSocket socket, @Nullable Run next) throws SocketException {
    while (next != null) {
      int filled = 0;
      vectorsUsed = 0;
      while (next != null && filled < MOST_MESSAGES) {
        if (fill(socket, next, filled)) {
          batch[filled++] = next;
        } else {
          traffic.refused.add(next.count);
        }
        next = next.next;
      }
      if (!push(socket, filled)) {
        for (; next != null; next = next.next) {
          traffic.droppedFull.add(next.count);
        }
      }
    }
  }

  /// Sends the messages filled in; false when the socket takes no more this turn.
  private boolean push(KernelSocket socket, int filled) throws SocketException {
    int done = 0;
    while (done < filled) {
      int sent =
          kernel.send(socket.fd, messages.asSlice((long) done * Kernel.MMSGHDR), filled - done);
      for (int i = 0; i < sent; i++) {
        count(batch[done++]);
      }
      if (sent > 0 || sent == -Kernel.EINTR) {
        continue;
      }
      // The kernel names an error only for the first message of a call: that one's fate is here.
      Run failed = batch[done];
      switch (-sent) {
        case Kernel.EAGAIN -> {
          for (; done < filled; done++) {
            traffic.droppedFull.add(batch[done].count);
          }
          return false;
        }
        case Kernel.ENOBUFS, Kernel.ENOMEM -> {
          traffic.droppedFull.add(failed.count);
          done++;
        }
        case Kernel.EIO, Kernel.EINVAL, Kernel.EMSGSIZE -> {
          done++;
          if (failed.count > 1) {
            // No segmentation here (EIO: the device has no checksums), or the segment does not fit
            // the path's MTU, where a single datagram would be fragmented.
            if (-sent == Kernel.EIO) {
              socket.segments = false;
            } else if (failed.path != null) {
              failed.path.longestSegment = Math.max(0, failed.segment - 1);
            }
            sendSingly(socket, failed);
          } else {
            traffic.refused.add(1);
          }
        }
        default -> {
          // EPERM, no route, or an ICMP error that was waiting.
          traffic.refused.add(failed.count);
          done++;
        }
      }
    }
    return true;
  }

  /// Sends the pieces of a run one by one, by message 0: that one is done when a run failed.
  private void sendSingly(KernelSocket socket, Run run) throws SocketException {
    Path path = run.path;
    int piece = run.firstPiece;
    for (int i = 0; i < run.count && path != null; i++) {
      Run single = spare;
      single.start(path, piece, pieceLength[piece]);
      vectorsUsed = MOST_PIECES;
      if (fill(socket, single, 0) && kernel.send(socket.fd, messages, 1) == 1) {
        count(single);
      } else {
        traffic.refused.add(1);
      }
      piece = pieceNext[piece];
    }
  }

  private void count(Run run) {
    traffic.sends.add(1);
    traffic.packetsOut.add(run.count);
    traffic.bytesOut.add(run.bytes);
  }

  /// Writes message `i` for `run`; false when the socket's family cannot reach the far end.
  private boolean fill(KernelSocket socket, Run run, int i) {
    Path path = run.path;
    if (path == null) {
      return false;
    }
    long message = (long) i * Kernel.MMSGHDR;
    int nameLength =
        Path.write(
            names, (long) i * NAME, socket.family, path.high, path.low, path.port, path.scope);
    if (nameLength == 0) {
      return false;
    }
    int vector = vectorsUsed;
    int count = gather(run, vector);
    vectorsUsed = vector + count;
    messages.set(JAVA_INT, message + Kernel.NAME_LENGTH, nameLength);
    messages.set(JAVA_LONG, message + Kernel.IOV, vectorsAddress + (long) vector * Kernel.IOVEC);
    messages.set(JAVA_LONG, message + Kernel.IOV_COUNT, count);
    long control = (long) i * CONTROL;
    int controlLength = 0;
    if (run.count > 1) {
      controlLength = writeSegment(control, run.segment);
    }
    if (socket.wildcard && (path.localLow | path.localHigh) != 0) {
      controlLength += writeSource(control + controlLength, socket.family, path);
    }
    messages.set(
        JAVA_LONG, message + Kernel.CONTROL, controlLength == 0 ? 0 : controls.address() + control);
    messages.set(JAVA_LONG, message + Kernel.CONTROL_LENGTH, controlLength);
    return true;
  }

  /// Writes the pieces of a run as vectors, neighbours joined, and answers how many.
  private int gather(Run run, int vector) {
    int piece = run.firstPiece;
    int count = 0;
    int left = run.count;
    while (left > 0) {
      int from = pieceAt[piece];
      int length = pieceLength[piece];
      left--;
      while (left > 0 && pieceAt[pieceNext[piece]] == from + length) {
        piece = pieceNext[piece];
        length += pieceLength[piece];
        left--;
      }
      long at = (long) (vector + count) * Kernel.IOVEC;
      vectors.set(JAVA_LONG, at, slabAddress + from);
      vectors.set(JAVA_LONG, at + 8, length);
      count++;
      piece = pieceNext[piece];
    }
    return count;
  }

  private int writeSegment(long at, int segment) {
    controls.set(JAVA_LONG, at, Kernel.CMSG_DATA + 2);
    controls.set(JAVA_INT, at + Kernel.CMSG_LEVEL, Kernel.SOL_UDP);
    controls.set(JAVA_INT, at + Kernel.CMSG_TYPE, Kernel.UDP_SEGMENT);
    controls.set(JAVA_SHORT, at + Kernel.CMSG_DATA, (short) segment);
    return Kernel.CMSG_DATA + 8;
  }

  /// Answers leave from the address that was spoken to: with a wildcard and several addresses the
  /// kernel would choose its own, and a client drops what comes from elsewhere.
  private int writeSource(long at, int family, Path path) {
    if (family == Kernel.AF_INET6) {
      // struct in6_pktinfo { address, interface }
      controls.set(JAVA_LONG, at, Kernel.CMSG_DATA + 20);
      controls.set(JAVA_INT, at + Kernel.CMSG_LEVEL, Kernel.SOL_IPV6);
      controls.set(JAVA_INT, at + Kernel.CMSG_TYPE, Kernel.IPV6_PKTINFO);
      controls.set(Path.NET_LONG, at + Kernel.CMSG_DATA, path.localHigh);
      controls.set(Path.NET_LONG, at + Kernel.CMSG_DATA + 8, path.localLow);
      controls.set(JAVA_INT, at + Kernel.CMSG_DATA + 16, 0);
      return Kernel.CMSG_DATA + 24;
    }
    controls.set(JAVA_LONG, at, Kernel.CMSG_DATA + 12);
    controls.set(JAVA_INT, at + Kernel.CMSG_LEVEL, Kernel.SOL_IP);
    controls.set(JAVA_INT, at + Kernel.CMSG_TYPE, Kernel.IP_PKTINFO);
    controls.set(JAVA_INT, at + Kernel.CMSG_DATA, 0);
    controls.set(Path.NET_INT, at + Kernel.CMSG_DATA + 4, (int) path.localLow);
    controls.set(JAVA_INT, at + Kernel.CMSG_DATA + 8, 0);
    return Kernel.CMSG_DATA + 16;
  }

  private final Run spare = new Run();

  private static final int SLAB = 1 << 20;
  private static final int MOST_PIECES = 2048;
  private static final int MOST_RUNS = 1024;
  private static final int MOST_MESSAGES = 64;
  private static final int NAME = 32;
  private static final int CONTROL = 96;
}
