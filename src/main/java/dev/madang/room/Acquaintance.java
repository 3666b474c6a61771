package dev.madang.room;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a room remembers of somebody for as long as it lives, here or gone. Pure.
final class Acquaintance {
  private boolean admitted;
  private boolean host;

  /// When each of its last messages was said, by id: saying one again is no new message.
  private final Map<String, Long> said = new LinkedHashMap<>();

  boolean admitted() {
    return admitted;
  }

  /** Whether the room made it host: by opening it, inheriting, or a host's word, not a token's. */
  boolean host() {
    return host;
  }

  void admit() {
    admitted = true;
  }

  /** Has to be let in again, unless it was a host. */
  void forgetAdmission() {
    admitted = host;
  }

  void makeHost() {
    host = true;
  }

  @Nullable Long saidAt(String id) {
    return said.get(id);
  }

  void say(String id, long at) {
    said.put(id, at);
    if (said.size() > REMEMBERED) {
      said.remove(said.keySet().iterator().next());
    }
  }

  private static final int REMEMBERED = 256;
}
