package dev.madang.server.turn;

import dev.madang.wire.Address;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How many allocations there may be: for a user, for an address, in all. Shared by all loops: any
/// thread. Zero is no limit.
final class Quotas {
  private final int perUser;
  private final int perAddress;
  private final int inAll;
  private final ConcurrentMap<String, Integer> users = new ConcurrentHashMap<>();
  private final ConcurrentMap<Address, Integer> addresses = new ConcurrentHashMap<>();
  private final AtomicInteger all = new AtomicInteger();

  Quotas(int perUser, int perAddress, int inAll) {
    this.perUser = perUser;
    this.perAddress = perAddress;
    this.inAll = inAll;
  }

  int all() {
    return all.get();
  }

  boolean admit(String user, Address client) {
    if (all.incrementAndGet() > inAll && inAll > 0) {
      all.decrementAndGet();
      return false;
    }
    if (!take(users, user, perUser)) {
      all.decrementAndGet();
      return false;
    }
    if (!take(addresses, client.network(), perAddress)) {
      give(users, user);
      all.decrementAndGet();
      return false;
    }
    return true;
  }

  void release(String user, Address client) {
    give(users, user);
    give(addresses, client.network());
    all.decrementAndGet();
  }

  private static <K> boolean take(ConcurrentMap<K, Integer> counts, K key, int limit) {
    int count = counts.merge(key, 1, Integer::sum);
    if (limit > 0 && count > limit) {
      give(counts, key);
      return false;
    }
    return true;
  }

  private static <K> void give(ConcurrentMap<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
  }
}
