package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// Bare datagrams: what the network itself does, without a protocol above it.
final class UdpLane implements Lane {
  private final DatagramChannel channel;
  private final byte[] token;
  private final Listener listener;

  UdpLane(InetSocketAddress to, byte[] token, Listener listener) throws IOException {
    this.token = token;
    this.listener = listener;
    channel = DatagramChannel.open();
    channel.connect(to);
    Thread.ofPlatform().daemon().name("compare-udp").start(this::read);
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocate(Probe.LONGEST);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        channel.read(buffer);
        listener.answer(buffer.array(), 0, buffer.position(), System.nanoTime());
      } catch (java.net.PortUnreachableException _) {
        // Nobody listens there, yet: counted as lost.
      } catch (IOException closed) {
        return;
      }
    }
  }

  @Override
  public void send(byte[] message) {
    Probe.token(message, token);
    try {
      channel.write(ByteBuffer.wrap(message));
    } catch (IOException lost) {
      // As good as lost on the way.
    }
  }

  @Override
  public boolean broken() {
    return !channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
