package dev.madang.server.admin;

import dev.madang.wire.Address;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// How often each network tried to enter, and failed. Any thread.
final class Attempts {
  private final int most;
  private final long per;
  private final Map<Address, Tries> networks = new LinkedHashMap<>();

  private record Tries(int count, long since) {}

  /// @param most within `per`, of one network
  Attempts(int most, Duration per) {
    this.most = most;
    this.per = per.toNanos();
  }

  /// Counts one more; false when there were enough.
  ///
  /// @param network [Address#network()]
  synchronized boolean allows(Address network, long now) {
    networks.values().removeIf(tries -> now - tries.since() >= per);
    Tries before = networks.getOrDefault(network, new Tries(0, now));
    if (before.count() >= most) {
      return false;
    }
    while (networks.size() >= MOST_NETWORKS) {
      networks.remove(networks.keySet().iterator().next());
    }
    networks.put(network, new Tries(before.count() + 1, before.since()));
    return true;
  }

  /// One got in: what it mistyped before is forgotten.
  synchronized void succeeded(Address network) {
    networks.remove(network);
  }

  private static final int MOST_NETWORKS = 10_000;
}
