package dev.madang.net;

import dev.madang.wire.Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// A UDP socket that lives on one [Loop]; every method belongs to that loop's thread.
public abstract sealed class UdpSocket permits KernelSocket, ChannelSocket {
  final Loop loop;
  final Receiver receiver;
  private final InetSocketAddress local;
  private @Nullable Path[] paths = new Path[4];
  private int known;
  private Path latest;
  private boolean closed;

  UdpSocket(Loop loop, InetSocketAddress local, Receiver receiver) {
    this.loop = loop;
    this.local = local;
    this.receiver = receiver;
    this.latest = new Path(this, 0, 0, 0, 0, 0, 0);
  }

  public Loop loop() {
    return loop;
  }

  /// The address and port that it is bound to.
  public InetSocketAddress local() {
    return local;
  }

  /// The path by which `remote` was heard, or a new one, from a local address of the kernel's
  /// choice.
  public Path path(Address remote) {
    long high = remote.high();
    long low = Path.low(remote);
    int port = remote.port();
    if (latest.leadsTo(high, low, port)) {
      return latest;
    }
    int mask = paths.length - 1;
    int slot = Path.hash(high, low, port) & mask;
    Path path = paths[slot];
    while (path != null) {
      if (path.leadsTo(high, low, port) && (path.namesLocal() || !heardByWildcard())) {
        latest = path;
        return path;
      }
      slot = slot + 1 & mask;
      path = paths[slot];
    }
    return path(high, low, port, 0, 0, 0);
  }

  /// The path to the same far end, from the same address of this machine, as another socket on this
  /// port heard it: `heard` may belong to another loop.
  public Path path(Path heard) {
    return path(heard.high, heard.low, heard.port, heard.scope, heard.localHigh, heard.localLow);
  }

  /// Closes the socket; what was queued this turn and not flushed is lost.
  public void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }

  public boolean isClosed() {
    return closed;
  }

  abstract void send(Path path, byte[] bytes, int offset, int length);

  abstract void release();

  /// The one address that the socket is bound to, if it is one.
  @Nullable Address boundAddress() {
    InetAddress address = local.getAddress();
    return address.isAnyLocalAddress()
        ? null
        : Path.address(Path.high(address), Path.low(address), local.getPort());
  }

  /// Far ends remembered.
  int known() {
    return known;
  }

  private boolean heardByWildcard() {
    return local.getAddress().isAnyLocalAddress() && loop.tellsLocalAddress();
  }

  /// The path of this content. Strangers choose far addresses, so the table is emptied when it
  /// grows past a limit: whoever still speaks is back in it with the next datagram.
  final Path path(long high, long low, int port, int scope, long localHigh, long localLow) {
    if (latest.is(high, low, port, scope, localHigh, localLow)) {
      return latest;
    }
    int mask = paths.length - 1;
    int slot = Path.hash(high, low, port) & mask;
    Path path = paths[slot];
    while (path != null) {
      if (path.is(high, low, port, scope, localHigh, localLow)) {
        latest = path;
        return path;
      }
      slot = slot + 1 & mask;
      path = paths[slot];
    }
    latest = new Path(this, high, low, port, scope, localHigh, localLow);
    paths[slot] = latest;
    known++;
    if (known * 2 > paths.length) {
      grow();
    }
    return latest;
  }

  private void grow() {
    if (known >= MOST_PATHS) {
      paths = new Path[4];
      known = 0;
      return;
    }
    @Nullable Path[] old = paths;
    paths = new Path[old.length * 2];
    int mask = paths.length - 1;
    for (Path path : old) {
      if (path != null) {
        int slot = path.hashCode() & mask;
        while (paths[slot] != null) {
          slot = slot + 1 & mask;
        }
        paths[slot] = path;
      }
    }
  }

  @Override
  public String toString() {
    return "udp " + local;
  }

  private static final int MOST_PATHS = 65_536;
}
