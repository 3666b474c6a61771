package dev.madang.net;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// A UDP socket by system calls; on its loop's thread.
final class KernelSocket extends UdpSocket {
  final KernelPoller poller;
  final int fd;
  final int family;
  final boolean wildcard;
  // How many messages the next receive asks for.
  int expected = 2;
  // Whether the kernel segments for this socket; found out by trying.
  boolean segments = true;
  @Nullable Run firstRun;
  @Nullable Run lastRun;

  KernelSocket(
      KernelPoller poller,
      Loop loop,
      int fd,
      int family,
      InetSocketAddress local,
      Receiver receiver) {
    super(loop, local, receiver);
    this.poller = poller;
    this.fd = fd;
    this.family = family;
    this.wildcard = local.getAddress().isAnyLocalAddress();
  }

  @Override
  void send(Path path, byte[] bytes, int offset, int length) {
    if (!isClosed()) {
      poller.outbox.add(this, path, bytes, offset, length);
    }
  }

  @Override
  void release() {
    poller.forget(this);
  }
}
