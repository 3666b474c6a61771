package dev.madang.server.turn;

import dev.madang.net.StreamSocket;
import dev.madang.net.Timer;
import dev.madang.protocol.turn.Connection;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A client over TCP or TLS; lives on its [Station]'s loop.
final class StreamClient extends Connection implements StreamSocket.Session {
  private final StreamSocket socket;
  private final Station station;
  private final @Nullable Address reached;
  private @Nullable Timer watch;
  private long heard;

  /// @param reached the address of this machine that the client spoke to
  StreamClient(Address address, Address reached, StreamSocket socket, Station station) {
    super(address);
    this.socket = socket;
    this.station = station;
    this.reached = reached;
  }

  @Nullable Address reached() {
    return reached;
  }

  /// RFC 8656 §12 relays datagrams: whoever reads too slowly loses them, not more.
  @Override
  public void send(byte[] bytes, int offset, int length) {
    if (socket.fits(length)) {
      socket.send(bytes, offset, length);
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public void receive(byte[] bytes) {
    heard = station.now();
    if (watch == null) {
      watch = station.timer(this::watch);
      watch();
    }
    station.receive(this, bytes);
  }

  /// A connection without an allocation, that stays silent, is not worth its descriptor; one with
  /// an allocation ends with it, by what the client stops refreshing.
  private void watch() {
    if (watch == null) {
      return;
    }
    if (!hasAllocation() && station.now() - heard >= SILENCE_NANOS) {
      socket.close();
    } else {
      watch.at(station.now() + SILENCE_NANOS);
    }
  }

  @Override
  public void gone() {
    if (watch != null) {
      watch.cancel();
    }
    station.gone(this);
  }

  private static final long SILENCE_NANOS = 30_000_000_000L;
}
