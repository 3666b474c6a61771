package dev.madang.net.dtls;

import dev.madang.wire.Address;
import java.util.HashMap;
import java.util.Map;

/// How many handshakes may be under way at once, in all and with one network ([Address#network]).
/// For all threads.
final class HalfOpen {
  private final int limit;
  private final int limitPerAddress;
  private final Map<Address, Integer> counts = new HashMap<>();
  private int count;

  HalfOpen(int limit, int limitPerAddress) {
    this.limit = limit;
    this.limitPerAddress = limitPerAddress;
  }

  /** Whether one more may begin; it must [#leave] when it is over. */
  synchronized boolean enter(Address far) {
    Address place = far.network();
    int there = counts.getOrDefault(place, 0);
    if (count == limit || there == limitPerAddress) {
      return false;
    }
    count++;
    counts.put(place, there + 1);
    return true;
  }

  synchronized void leave(Address far) {
    count--;
    counts.computeIfPresent(far.network(), (_, there) -> there == 1 ? null : there - 1);
  }

  synchronized int count() {
    return count;
  }
}
