package dev.madang.rig;

import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Datagrams and streams between engines in virtual time: minutes of loss in milliseconds, and the
/// same again for the same seed. Engines are bound to addresses, their timers joined as [Node]s;
/// [#step] jumps to the next thing that happens.
public final class SimulatedNetwork {
  private final Seed seed;
  private final RandomGenerator random;
  private final long began;
  private long now;
  private long events;
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Address, Receiver> bound = new HashMap<>();
  private final Map<Path, Link> links = new HashMap<>();
  private final Map<Path, Wire> wires = new HashMap<>();
  private Link usual = Link.perfect(Duration.ofMillis(10));

  private int lost;
  private int delivered;

  /** Time begins anywhere, as the system's nanoseconds do: often below zero. */
  public SimulatedNetwork(Seed seed) {
    this.seed = seed;
    this.random = seed.random();
    this.began = random.nextLong(-10_000_000_000L, 1_000_000_000_000L);
    this.now = began;
  }

  /** Takes the datagrams of an address. The bytes are its own. */
  public interface Receiver {
    void receive(Address from, byte[] bytes, long now);
  }

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.signum(at - other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** From one IP address to another. */
  private record Path(Address from, Address to) {}

  /** What a path remembers: when its last datagram left and arrived. */
  private static final class Wire {
    long free;
    long lastArrival;
  }

  // ---- building -----------------------------------------------------------------------------

  public void join(Node node) {
    nodes.add(node);
  }

  public void bind(Address address, Receiver receiver) {
    if (bound.putIfAbsent(address, receiver) != null) {
      throw new IllegalStateException(address + " is taken");
    }
  }

  public boolean isBound(Address address) {
    return bound.containsKey(address);
  }

  public void unbind(Address address) {
    bound.remove(address);
  }

  /** What every path does that is not set apart. */
  public void link(Link link) {
    usual = link;
  }

  /** What the path from one IP address to another does. */
  public void link(Address from, Address to, Link link) {
    links.put(new Path(from.host(), to.host()), link);
  }

  // ---- traffic ------------------------------------------------------------------------------

  public void send(Address from, Address to, byte[] bytes, int offset, int length) {
    byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
    Path path = new Path(from.host(), to.host());
    Link link = links.getOrDefault(path, usual);
    Wire wire = wires.computeIfAbsent(path, _ -> fresh());
    int copies = random.nextDouble() < link.duplication() ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      long arrival = arrival(link, wire, length);
      if (arrival == LOST) {
        lost++;
      } else {
        at(arrival, () -> deliver(from, to, datagram.clone()));
      }
    }
  }

  private Wire fresh() {
    Wire wire = new Wire();
    wire.free = now;
    wire.lastArrival = now;
    return wire;
  }

  private static final long LOST = Long.MIN_VALUE;

  private long arrival(Link link, Wire wire, int length) {
    long leaves = now;
    if (link.bitsPerSecond() > 0) {
      long begins = Math.max(now, wire.free);
      long waitingBytes = (begins - now) * link.bitsPerSecond() / 8_000_000_000L;
      if (waitingBytes + length > link.queueBytes()) {
        return LOST;
      }
      leaves = begins + length * 8_000_000_000L / link.bitsPerSecond();
      wire.free = leaves;
    }
    if (random.nextDouble() < link.loss()) {
      return LOST;
    }
    long jitter = link.jitter().isZero() ? 0 : random.nextLong(link.jitter().toNanos());
    long arrives = leaves + link.delay().toNanos() + jitter;
    if (random.nextDouble() < link.reordering()) {
      return arrives + link.delay().toNanos();
    }
    wire.lastArrival = Math.max(wire.lastArrival, arrives);
    return wire.lastArrival;
  }

  private void deliver(Address from, Address to, byte[] datagram) {
    Receiver receiver = bound.get(to);
    if (receiver == null) {
      lost++;
      return;
    }
    delivered++;
    receiver.receive(from, datagram, now);
  }

  // ---- time ---------------------------------------------------------------------------------

  public long now() {
    return now;
  }

  /** Virtual time since the beginning. */
  public Duration elapsed() {
    return Duration.ofNanos(now - began);
  }

  public void after(Duration delay, Runnable action) {
    at(now + delay.toNanos(), action);
  }

  /** Runs the action at a virtual time; those of one time in the order they were asked for. */
  public void at(long time, Runnable action) {
    queue.add(new Event(time, events++, action));
  }

  /// Jumps to the next thing that happens and lets it happen.
  ///
  /// @return false when nothing is left to happen
  public boolean step() {
    Event event = queue.peek();
    long next = event == null ? Long.MAX_VALUE : event.at;
    Node due = null;
    for (Node node : nodes) {
      long deadline = node.deadline();
      if (deadline != Long.MAX_VALUE && (next == Long.MAX_VALUE || deadline - next < 0)) {
        next = deadline;
        due = node;
      }
    }
    if (next == Long.MAX_VALUE) {
      return false;
    }
    now = Math.max(now, next);
    if (due != null) {
      due.tick(now);
      long again = due.deadline();
      if (again != Long.MAX_VALUE && again - now <= 0 && ++idle > 10_000) {
        throw new AssertionError(due + " keeps asking for " + again + " at " + now + ", " + seed);
      }
    } else {
      idle = 0;
      queue.remove().action.run();
    }
    return true;
  }

  private int idle;

  /** Lets everything happen until nothing is left. */
  public void drive() {
    int steps = 0;
    while (step()) {
      if (++steps > 10_000_000) {
        throw new AssertionError("it never ends, " + seed);
      }
    }
  }

  /** Lets everything happen that happens within this time, and time pass to its end. */
  public void drive(Duration time) {
    long end = now + time.toNanos();
    at(end, () -> {});
    while (now - end < 0) {
      step();
    }
    // What is due at this very moment belongs to it.
    for (long next = soonest(); next != Long.MAX_VALUE && next - now <= 0; next = soonest()) {
      step();
    }
  }

  /// Lets things happen until the condition holds.
  ///
  /// @throws AssertionError when it does not within this time
  public void driveUntil(BooleanSupplier condition, Duration limit) {
    long end = now + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (soonest() == Long.MAX_VALUE || soonest() - end > 0) {
        throw new AssertionError("not within " + limit + ", " + seed);
      }
      step();
    }
  }

  private long soonest() {
    @Nullable Event event = queue.peek();
    long next = event == null ? Long.MAX_VALUE : event.at;
    for (Node node : nodes) {
      if (node.deadline() != Long.MAX_VALUE) {
        next = Math.min(next, node.deadline());
      }
    }
    return next;
  }

  /** How long a datagram that enters the path now waits before it leaves. */
  public Duration waiting(Address from, Address to) {
    Wire wire = wires.get(new Path(from.host(), to.host()));
    return wire == null || wire.free - now <= 0 ? Duration.ZERO : Duration.ofNanos(wire.free - now);
  }

  // ---- figures ------------------------------------------------------------------------------

  public int lost() {
    return lost;
  }

  public int delivered() {
    return delivered;
  }

  @Override
  public String toString() {
    return "a network with " + seed + ", " + delivered + " delivered, " + lost + " lost";
  }
}
