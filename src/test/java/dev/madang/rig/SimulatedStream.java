package dev.madang.rig;

import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// One direction of a stream as TCP gives it: every byte, in order, late, and cut into pieces that
/// have nothing to do with how they were written.
public final class SimulatedStream {
  private final SimulatedNetwork network;
  private final RandomGenerator random;
  private final Duration delay;
  private final Receiver receiver;
  private long lastArrival;
  private boolean closed;

  public SimulatedStream(SimulatedNetwork network, Seed seed, Duration delay, Receiver receiver) {
    this.network = network;
    this.random = seed.random();
    this.delay = delay;
    this.receiver = receiver;
    this.lastArrival = network.now();
  }

  public interface Receiver {
    void receive(byte[] bytes, long now);
  }

  public void send(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int piece = Math.min(end - at, random.nextBoolean() ? random.nextInt(1, 8) : 1460);
      byte[] chunk = Arrays.copyOfRange(bytes, at, at + piece);
      at += piece;
      lastArrival =
          Math.max(lastArrival, network.now() + delay.toNanos() + random.nextLong(2_000_000));
      network.at(
          lastArrival,
          () -> {
            if (!closed) {
              receiver.receive(chunk, network.now());
            }
          });
    }
  }

  /** Nothing more arrives. */
  public void close() {
    closed = true;
  }
}
