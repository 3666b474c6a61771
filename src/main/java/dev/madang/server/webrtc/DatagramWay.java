package dev.madang.server.webrtc;

import dev.madang.net.Path;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A way over UDP. Two of the same path are equal.
final class DatagramWay extends Way implements FarEnd {
  private final Station station;
  private final Transport transport;
  private final Path path;
  private @Nullable Stray stray;

  DatagramWay(Station station, Transport transport, Path path, @Nullable IceCandidate local) {
    super(local);
    this.station = station;
    this.transport = transport;
    this.path = path;
  }

  @Override
  public void receive(byte[] bytes, int offset, int length) {
    transport.receive(this, bytes, offset, length, station.now());
  }

  @Override
  Station station() {
    return station;
  }

  @Override
  Address remote() {
    return path.remote();
  }

  @Override
  void send(byte[] bytes, int offset, int length) {
    path.send(bytes, offset, length);
  }

  @Override
  void keep() {
    station.know(path, this);
  }

  /// The kernel gives this far end's datagrams to another loop, which hands them over.
  void comesBy(Stray stray) {
    if (this.stray == null) {
      this.stray = stray;
      stray.keep();
    }
  }

  @Override
  void release() {
    station.forget(path, this);
    if (stray != null) {
      stray.release();
      stray = null;
    }
  }

  Transport transport() {
    return transport;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || other instanceof DatagramWay way && way.path.equals(path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public String toString() {
    return "udp " + path;
  }
}
