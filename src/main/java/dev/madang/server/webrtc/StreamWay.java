package dev.madang.server.webrtc;

import dev.madang.net.Receiver;
import dev.madang.net.StreamSocket;
import dev.madang.net.Timer;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceTcpFraming;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/// A way over TCP or TLS (RFC 6544): packets with their length before them. A far end that reads
/// too slowly loses packets, as on any full path, and after a while the connection.
final class StreamWay extends Way implements StreamSocket.Session {
  private final Station station;
  private final Transport transport;
  private final StreamSocket socket;
  private final Address remote;
  private final IceTcpFraming framing = new IceTcpFraming();
  private final byte[] header = new byte[IceTcpFraming.HEADER];
  private @Nullable Timer patience;
  private boolean kept;

  StreamWay(
      Station station,
      Transport transport,
      StreamSocket socket,
      Address remote,
      @Nullable IceCandidate local) {
    super(local);
    this.station = station;
    this.transport = transport;
    this.socket = socket;
    this.remote = remote;
  }

  /// For the connection's pipeline.
  ChannelHandler handler() {
    return socket.handler(this);
  }

  @Override
  public void receive(byte[] bytes) {
    if (patience == null) {
      patience = station.loop().timer(this::expire);
      patience.at(station.now() + PATIENCE_NANOS);
    }
    framing.receive(bytes, 0, bytes.length);
    try {
      while (framing.next(MOST_BYTES)) {
        packet(framing.bytes(), framing.offset(), framing.length());
      }
    } catch (ProtocolException rubbish) {
      station.counters.dropped.add(1);
      socket.close();
    }
  }

  private void packet(byte[] bytes, int offset, int length) {
    boolean check = bytes[offset] >= 0 && bytes[offset] <= 3;
    if (length < SHORTEST || !kept && !check) {
      station.counters.dropped.add(1);
      return;
    }
    byte[] inbox = station.inbox;
    System.arraycopy(bytes, offset, inbox, Receiver.HEADROOM, length);
    transport.receive(this, inbox, Receiver.HEADROOM, length, station.now());
  }

  /// Nobody proved to know the password.
  private void expire() {
    if (!kept) {
      socket.close();
    }
  }

  @Override
  public void gone() {
    if (patience != null) {
      patience.cancel();
    }
    transport.gone(this, station.now());
  }

  @Override
  Station station() {
    return station;
  }

  @Override
  Address remote() {
    return remote;
  }

  @Override
  void send(byte[] bytes, int offset, int length) {
    if (socket.fits(IceTcpFraming.HEADER + length)) {
      IceTcpFraming.writeHeader(header, 0, length);
      socket.send(header, 0, IceTcpFraming.HEADER);
      socket.send(bytes, offset, length);
    } else {
      station.counters.unsent.add(1);
    }
  }

  @Override
  void keep() {
    kept = true;
  }

  @Override
  void release() {
    kept = false;
    socket.close();
  }

  @Override
  public String toString() {
    return "tcp " + remote;
  }

  /// Longer than any packet that fits into a datagram on a real path.
  static final int MOST_BYTES = 4096;

  private static final int SHORTEST = 4;
  private static final long PATIENCE_NANOS = 10_000_000_000L;
}
