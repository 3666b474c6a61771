package dev.madang.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// A UDP socket over Java's channel, where the system calls are out of reach; on its loop's thread.
final class ChannelSocket extends UdpSocket {
  final DatagramChannel channel;
  private final Runnable forget;

  ChannelSocket(
      Loop loop,
      DatagramChannel channel,
      InetSocketAddress local,
      Receiver receiver,
      Runnable forget) {
    super(loop, local, receiver);
    this.channel = channel;
    this.forget = forget;
  }

  /// Hands over at most `most` datagrams, received into `inbox` behind its headroom.
  void deliver(byte[] inbox, int most) {
    for (int count = 0; count < most && !isClosed(); count++) {
      try {
        ByteBuffer room =
            ByteBuffer.wrap(
                inbox, Receiver.HEADROOM, inbox.length - Receiver.HEADROOM - Receiver.TAILROOM);
        InetSocketAddress from = (InetSocketAddress) channel.receive(room);
        if (from == null) {
          return;
        }
        int length = room.position() - Receiver.HEADROOM;
        loop.traffic().receives.add(1);
        loop.traffic().packetsIn.add(1);
        loop.traffic().bytesIn.add(length);
        receiver.receive(path(from.getAddress(), from.getPort()), inbox, Receiver.HEADROOM, length);
      } catch (IOException _) {
        loop.traffic().unreachable.add(1);
      } catch (RuntimeException | Error broken) {
        loop.complain(broken);
      }
    }
  }

  @Override
  void send(Path path, byte[] bytes, int offset, int length) {
    if (isClosed()) {
      return;
    }
    try {
      int sent = channel.send(ByteBuffer.wrap(bytes, offset, length), far(path));
      if (sent == 0 && length > 0) {
        loop.traffic().droppedFull.add(1);
        return;
      }
      loop.traffic().sends.add(1);
      loop.traffic().packetsOut.add(1);
      loop.traffic().bytesOut.add(length);
    } catch (IOException | RuntimeException _) {
      // RuntimeException: an address of a family that this socket cannot reach.
      loop.traffic().refused.add(1);
    }
  }

  private Path path(InetAddress far, int port) {
    return path(Path.high(far), Path.low(far), port, Path.scope(far), 0, 0);
  }

  private static InetSocketAddress far(Path path) throws IOException {
    byte[] ip = path.remote().ip();
    InetAddress address =
        path.scope == 0
            ? InetAddress.getByAddress(ip)
            : Inet6Address.getByAddress(null, ip, path.scope);
    return new InetSocketAddress(address, path.port);
  }

  @Override
  void release() {
    try {
      channel.close();
    } catch (IOException failed) {
      loop.complain(failed);
    }
    forget.run();
  }
}
