package dev.madang.bench.turn;

import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.net.Timer;
import dev.madang.net.UdpOptions;
import dev.madang.net.UdpSocket;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.wire.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;

/// One client with an allocation, a channel, and the peer behind it, which sends everything back.
/// On the generator's loop.
final class Caller {
  private final Loop loop;
  private final UdpSocket socket;
  private final UdpSocket peer;
  private final Path server;
  private final Timer again;
  private byte[] request = {};
  private String nonce = "";
  boolean ready;
  long sent;
  long echoed;
  long returned;
  private final byte[] packet = new byte[4 + 1500];
  private int window;
  private int length;

  Caller(Loop loop, int port) throws IOException {
    this.loop = loop;
    UdpOptions options = UdpOptions.defaults();
    socket =
        loop.open(
            new InetSocketAddress("127.0.0.1", 0),
            options,
            (_, bytes, at, size) -> received(bytes, at, size));
    peer =
        loop.open(
            new InetSocketAddress("127.0.0.1", 0),
            options,
            (from, bytes, at, size) -> {
              echoed++;
              from.send(bytes, at, size);
            });
    server = socket.path(Address.parse("127.0.0.1", port));
    again = loop.timer(this::repeat);
    ask(StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(17));
  }

  /// Sends a burst on the channel.
  void send(int count, int size) {
    length = size;
    packet[0] = 0x40;
    packet[1] = 0;
    packet[2] = (byte) (size >>> 8);
    packet[3] = (byte) size;
    for (int i = 0; i < count; i++) {
      server.send(packet, 0, 4 + size);
    }
    sent += count;
  }

  /// From now on each packet that comes back is answered by a new one; 0 stops that.
  void window(int packets, int size) {
    window = packets;
    if (packets > 0) {
      send(packets, size);
    }
  }

  /// Gives the allocation back: the next client may get this one's port, and would be refused.
  void close() {
    peer.close();
    ask(StunMessage.REFRESH, new StunAttribute.Lifetime(0));
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  private void received(byte[] bytes, int at, int size) {
    if ((bytes[at] & 0xC0) == 0x40) {
      returned++;
      if (window > 0) {
        send(1, length);
      }
      return;
    }
    StunMessage answer = StunMessage.read(bytes, at, size);
    StunAttribute.ErrorCode error = answer.first(StunAttribute.ErrorCode.class);
    if (error != null) {
      if (peer.isClosed()) {
        end();
        return;
      }
      StunAttribute.Nonce fresh = answer.first(StunAttribute.Nonce.class);
      if (error.code() != 401 && error.code() != 438 || fresh == null) {
        throw new IllegalStateException(error.toString());
      }
      boolean first = nonce.isEmpty();
      nonce = fresh.value();
      if (first) {
        ask(StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(17));
      }
    } else if (answer.method() == StunMessage.REFRESH) {
      end();
    } else if (answer.method() == StunMessage.ALLOCATE) {
      ask(
          StunMessage.CHANNEL_BIND,
          new StunAttribute.ChannelNumber(0x4000),
          new StunAttribute.XorPeerAddress(Address.parse("127.0.0.1", peer.local().getPort())));
    } else {
      ready = true;
      again.cancel();
    }
  }

  private void end() {
    again.cancel();
    socket.close();
  }

  private void ask(int method, StunAttribute... attributes) {
    StunAttribute[] all = attributes;
    IntegrityKey key = null;
    if (!nonce.isEmpty()) {
      all = java.util.Arrays.copyOf(attributes, attributes.length + 3);
      all[attributes.length] = new StunAttribute.Username("bench");
      all[attributes.length + 1] = new StunAttribute.Realm("bench");
      all[attributes.length + 2] = new StunAttribute.Nonce(nonce);
      key = IntegrityKey.longTerm("bench", "bench", "bench");
    }
    request =
        StunMessage.request(method, TransactionId.random(ThreadLocalRandom.current()), all)
            .write(key, false);
    repeat();
  }

  private void repeat() {
    server.send(request, 0, request.length);
    again.at(loop.now() + 500_000_000L);
  }
}
