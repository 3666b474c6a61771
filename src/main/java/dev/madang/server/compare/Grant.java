package dev.madang.server.compare;

import dev.madang.wire.Address;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What one client may measure: so many bytes until then. Used from any thread.
final class Grant {
  final Token token;

  /// From where it was asked for; over UDP, where a source is easily forged, only this one is
  /// answered.
  final Address address;

  /// Its network, for the limits.
  final Address network;

  private final long until;
  private final AtomicLong bytes;
  private final AtomicInteger connections;
  private volatile boolean over;

  Grant(Token token, Address address, Address network, long until, long bytes, int connections) {
    this.token = token;
    this.address = address;
    this.network = network;
    this.until = until;
    this.bytes = new AtomicLong(bytes);
    this.connections = new AtomicInteger(connections);
  }

  boolean good(long now) {
    return !over && until - now > 0 && bytes.get() > 0;
  }

  /// Takes so many bytes, if they are there and it is time yet.
  boolean takes(int count, long now) {
    return !over && until - now > 0 && bytes.addAndGet(-count) >= 0;
  }

  /// Takes one of the connections that it may have at a time.
  boolean connects() {
    if (connections.decrementAndGet() >= 0) {
      return true;
    }
    connections.incrementAndGet();
    return false;
  }

  void disconnected() {
    connections.incrementAndGet();
  }

  void end() {
    over = true;
  }

  long until() {
    return until;
  }

  boolean isOver() {
    return over;
  }
}
