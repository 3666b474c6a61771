package dev.madang.server.turn;

import dev.madang.wire.Address;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/// Which relays of this server live, by the local address they are bound to. Shared by all loops:
/// any thread.
final class RelayPorts {
  private final int lowest;
  private final int highest;
  private final RandomGenerator random;
  // Bound address to the address that peers see.
  private final ConcurrentMap<Address, Address> outer = new ConcurrentHashMap<>();
  private final ConcurrentMap<Address, Address> bound = new ConcurrentHashMap<>();

  RelayPorts(int lowest, int highest, RandomGenerator random) {
    this.lowest = lowest;
    this.highest = highest;
    this.random = random;
  }

  /// Walks the range once from a random port on, over ports that no relay at `host` has, until
  /// `opens` takes one.
  ///
  /// @return the port taken, 0 when there is none
  int take(Address host, boolean even, IntPredicate opens) {
    int size = highest - lowest + 1;
    int start = random.nextInt(size);
    int tried = 0;
    for (int i = 0; i < size && tried < MOST_TRIES; i++) {
      int port = lowest + (start + i) % size;
      if (even && (port & 1) != 0 || bound.containsKey(host.withPort(port))) {
        continue;
      }
      tried++;
      if (opens.test(port)) {
        return port;
      }
    }
    return 0;
  }

  boolean holds(int port) {
    return port >= lowest && port <= highest;
  }

  void opened(Address local, Address seen) {
    outer.put(local, seen);
    bound.put(seen, local);
  }

  void closed(Address local, Address seen) {
    outer.remove(local);
    bound.remove(seen);
  }

  /// The address that peers see of the relay bound to `local`, or null when there is none.
  @org.jspecify.annotations.Nullable
  Address outer(Address local) {
    return outer.get(local);
  }

  /// Where the relay is bound that peers see as `seen`, or null when there is none.
  @org.jspecify.annotations.Nullable
  Address bound(Address seen) {
    return bound.get(seen);
  }

  // Other programs may hold ports of the range; a range full of them must not stop the loop long.
  private static final int MOST_TRIES = 64;
}
