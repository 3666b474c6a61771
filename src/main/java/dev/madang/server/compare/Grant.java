package dev.madang.server.compare;

import dev.madang.wire.Address;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /// The share of packets that its data channels and its sound lose, each way.
  final double loss;

  private final long until;
  private final AtomicLong bytes;
  private final Set<Runnable> closers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicBoolean kept = new AtomicBoolean();
  private volatile boolean over;

  Grant(Token token, Address address, Address network, double loss, long until, long bytes) {
    this.token = token;
    this.address = address;
    this.network = network;
    this.loss = loss;
    this.until = until;
    this.bytes = new AtomicLong(bytes);
  }

  boolean good(long now) {
    return !over && until - now > 0 && bytes.get() > 0;
  }

  /// Takes so many bytes, if they are there and it is time yet.
  boolean takes(int count, long now) {
    return !over && until - now > 0 && bytes.addAndGet(-count) >= 0;
  }

  /// Takes one of the connections that it may have at a time; `closer`, which may run on any
  /// thread, ends it when the grant does.
  boolean connects(Runnable closer) {
    if (connections.incrementAndGet() > MOST_CONNECTIONS) {
      connections.decrementAndGet();
      return false;
    }
    closers.add(closer);
    if (over) {
      closer.run();
    }
    return true;
  }

  /// Gives it back; once is enough, and more is harmless.
  void disconnected(Runnable closer) {
    if (closers.remove(closer)) {
      connections.decrementAndGet();
    }
  }

  /// Whether its one report may be kept; true once.
  boolean keeps() {
    return kept.compareAndSet(false, true);
  }

  /** What was to be kept was not. */
  void keptNothing() {
    kept.set(false);
  }

  /// Ends it, with every connection under it.
  void end() {
    over = true;
    closers.forEach(Runnable::run);
  }

  long until() {
    return until;
  }

  private static final int MOST_CONNECTIONS = 24;
}
