package dev.madang.net;

/// What passed through a loop's sockets since it started; read from any thread.
public final class Traffic {
  public final Count packetsIn = new Count();
  public final Count bytesIn = new Count();
  public final Count packetsOut = new Count();
  public final Count bytesOut = new Count();

  /// Trips through the kernel's stack: one carries several packets where offload joined them.
  public final Count receives = new Count();

  public final Count sends = new Count();

  /// Packets that the kernel had no room for (EAGAIN, ENOBUFS).
  public final Count droppedFull = new Count();

  /// Packets that the kernel refused: no route, a firewall, too long.
  public final Count refused = new Count();

  /// Errors of the network that came back (ICMP), not counted as packets.
  public final Count unreachable = new Count();

  Traffic() {}
}
