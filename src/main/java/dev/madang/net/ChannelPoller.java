package dev.madang.net;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/// Waits with Java's selector; on its loop's thread. Sends leave at once: there is nothing to be
/// gained by holding them back.
final class ChannelPoller extends Poller {
  private final Loop loop;
  private final Selector selector = Selector.open();
  private final byte[] inbox = new byte[Receiver.HEADROOM + 65_536 + Receiver.TAILROOM];

  ChannelPoller(Loop loop) throws IOException {
    this.loop = loop;
  }

  @Override
  void await(long nanos) throws IOException {
    if (nanos == 0) {
      selector.selectNow();
    } else {
      // 0 means for ever here.
      selector.select(nanos < 0 ? 0 : (nanos + 999_999) / 1_000_000);
    }
  }

  @Override
  void wake() {
    selector.wakeup();
  }

  @Override
  void deliver() {
    for (SelectionKey key : selector.selectedKeys()) {
      ((ChannelSocket) key.attachment()).deliver(inbox, MOST_A_TURN);
    }
    selector.selectedKeys().clear();
  }

  /// Channels send at once.
  @Override
  boolean holdsAll() {
    return false;
  }

  @Override
  void flush() {}

  @Override
  UdpSocket open(InetSocketAddress address, UdpOptions options, Receiver receiver)
      throws IOException {
    if (options.shared()) {
      throw new IOException("this way of a loop cannot share a port");
    }
    DatagramChannel channel =
        DatagramChannel.open(
            address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      channel.configureBlocking(false);
      if (options.receiveBytes() > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBytes());
      }
      if (options.sendBytes() > 0) {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBytes());
      }
      bind(channel, address);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      ChannelSocket socket =
          new ChannelSocket(
              loop, channel, (InetSocketAddress) channel.getLocalAddress(), receiver, key::cancel);
      key.attach(socket);
      return socket;
    } catch (IOException | RuntimeException refused) {
      channel.close();
      throw refused;
    }
  }

  private static void bind(DatagramChannel channel, InetSocketAddress address) throws IOException {
    try {
      channel.bind(address);
    } catch (BindException refused) {
      if (String.valueOf(refused.getMessage()).contains("Address already in use")) {
        throw new BindException("UDP port " + address.getPort() + " is in use");
      }
      throw refused;
    }
  }

  @Override
  void close() {
    try {
      List<SelectionKey> keys = new ArrayList<>(selector.keys());
      keys.forEach(key -> ((ChannelSocket) key.attachment()).close());
      selector.close();
    } catch (IOException failed) {
      loop.complain(failed);
    }
  }

  private static final int MOST_A_TURN = 64;
}
