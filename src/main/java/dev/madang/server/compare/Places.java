package dev.madang.server.compare;

import dev.madang.wire.Address;
import java.util.HashMap;
import java.util.Map;

/// So many places, of which no network has more than its share. Any thread.
final class Places {
  private final int most;
  private final int mostOfNetwork;
  private final Map<Address, Integer> taken = new HashMap<>();
  private int all;

  Places(int most, int mostOfNetwork) {
    this.most = most;
    this.mostOfNetwork = mostOfNetwork;
  }

  /** Takes one, to be given back by [#free]; false when there is none. */
  synchronized boolean take(Address network) {
    int own = taken.getOrDefault(network, 0);
    if (all >= most || own >= mostOfNetwork) {
      return false;
    }
    taken.put(network, own + 1);
    all++;
    return true;
  }

  synchronized void free(Address network) {
    taken.computeIfPresent(network, (_, own) -> own > 1 ? own - 1 : null);
    all--;
  }
}
