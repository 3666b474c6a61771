package dev.madang.room;

import dev.madang.room.SignalMessage.Topology;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where sound and pictures go: through the server as soon as they have to; directly again when
/// they have not had to for a while, so that somebody who comes back at once moves nobody. Pure.
final class Course {
  private Topology topology = Topology.MESH;

  /// Few enough are here to send directly again: from when on they do.
  private long directAt = NEVER;

  /// Two between whom there is no direct path, as long as both are here.
  private final Map<String, String> detours = new LinkedHashMap<>();

  Topology topology() {
    return topology;
  }

  void detour(String from, String to) {
    detours.put(from, to);
  }

  void left(String identity) {
    detours.remove(identity);
    detours.values().removeIf(identity::equals);
  }

  /// @param few whether those who are here may send directly to each other
  /// @param empty whether nobody is
  /// @return whether it is another course than before
  boolean choose(boolean few, boolean empty, long now) {
    Topology before = topology;
    if (!few || !detours.isEmpty()) {
      directAt = NEVER;
      topology = Topology.SERVER;
    } else if (topology == Topology.SERVER && empty) {
      topology = Topology.MESH;
      return false;
    } else if (topology == Topology.SERVER && directAt == NEVER) {
      directAt = now + DIRECT_AFTER;
    } else if (topology == Topology.SERVER && directAt - now <= 0) {
      directAt = NEVER;
      topology = Topology.MESH;
    }
    return topology != before;
  }

  /// When to choose next, or [#NEVER].
  long deadline() {
    return topology == Topology.SERVER ? directAt : NEVER;
  }

  static final long NEVER = Long.MAX_VALUE;
  private static final long DIRECT_AFTER = 5_000_000_000L;
}
