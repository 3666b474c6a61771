package dev.madang.net.dtls;

import dev.madang.wire.Address;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who has one of the places for handshakes under way, of which there are so many in all and for
/// one network ([Address#network]). When all are taken, the network that has the most gives one up
/// to a newcomer whose network has fewer. For all threads.
///
/// @param <T> a handshake, known by its identity
final class HalfOpen<T> {
  private final int limit;
  private final int limitPerAddress;
  private final Consumer<T> evict;
  // With their networks; first who has got on least lately.
  private final Map<T, Address> places = new LinkedHashMap<>();
  private final Map<Address, Integer> counts = new HashMap<>();

  /// @param evict tells one that its place is taken; must not block
  HalfOpen(int limit, int limitPerAddress, Consumer<T> evict) {
    this.limit = limit;
    this.limitPerAddress = limitPerAddress;
    this.evict = evict;
  }

  /** Whether this one may begin; it must [#leave] when it is over. */
  synchronized boolean enter(T newcomer, Address far) {
    Address network = far.network();
    int there = counts.getOrDefault(network, 0);
    if (there == limitPerAddress || places.size() == limit && !makeRoom(there)) {
      return false;
    }
    places.put(newcomer, network);
    counts.merge(network, 1, Integer::sum);
    return true;
  }

  /// Takes the place of the oldest of the network that has the most, if that is more than `there`.
  private boolean makeRoom(int there) {
    @Nullable T oldest = null;
    int most = there;
    for (Map.Entry<T, Address> place : places.entrySet()) {
      int count = counts.getOrDefault(place.getValue(), 0);
      if (count > most) {
        most = count;
        oldest = place.getKey();
      }
    }
    if (oldest == null) {
      return false;
    }
    leave(oldest);
    evict.accept(oldest);
    return true;
  }

  /** It has got on, and is the last to lose its place. */
  synchronized void progressed(T one) {
    Address network = places.remove(one);
    if (network != null) {
      places.put(one, network);
    }
  }

  /** Gives its place back, if it still has one. */
  synchronized void leave(T one) {
    Address network = places.remove(one);
    if (network != null) {
      counts.computeIfPresent(network, (_, there) -> there == 1 ? null : there - 1);
    }
  }

  synchronized int count() {
    return places.size();
  }
}
