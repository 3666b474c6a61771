package dev.madang.room;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Who does not come in again while the room lives: persons, browsers, grants made out to one.
/// Pure.
final class Bans {
  private final SequencedSet<String> words = new LinkedHashSet<>();

  void add(String identity, String device, @Nullable Grant grant) {
    words.add("identity " + identity);
    words.add("device " + device);
    if (grant != null && grant.personal()) {
      words.add("grant " + grant.id());
    }
    while (words.size() > MOST) {
      words.removeFirst();
    }
  }

  boolean hit(String identity, String device, @Nullable Grant grant) {
    return words.contains("identity " + identity)
        || words.contains("device " + device)
        || grant != null && words.contains("grant " + grant.id());
  }

  private static final int MOST = 1000;
}
