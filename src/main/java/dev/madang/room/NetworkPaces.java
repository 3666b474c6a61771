package dev.madang.room;

import dev.madang.room.Limits.Rate;
import dev.madang.wire.Address;
import java.util.LinkedHashMap;
import java.util.Map;

/// A pace for each network, of so many of them: of the others the one is forgotten that came first.
/// Pure.
public final class NetworkPaces {
  private final Rate rate;
  private final Map<Address, Pace> paces = new LinkedHashMap<>();

  /// @param rate of one network
  public NetworkPaces(Rate rate) {
    this.rate = rate;
  }

  /// Takes one, if there is one.
  ///
  /// @param address of any host in the network
  public boolean allows(Address address, long now) {
    if (paces.size() >= MOST_NETWORKS) {
      paces.values().removeIf(pace -> pace.full(now));
    }
    while (paces.size() >= MOST_NETWORKS) {
      paces.remove(paces.keySet().iterator().next());
    }
    return paces.computeIfAbsent(address.network(), _ -> new Pace(rate, now)).allows(now);
  }

  private static final int MOST_NETWORKS = 10_000;
}
