package dev.madang.room;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Who does not come in again while the room lives: persons, browsers, grants made out to one; and
/// with the grant of a program, programs. Pure.
final class Bans {
  private final SequencedSet<String> words = new LinkedHashSet<>();

  /// A program's grant may be that of people who did nothing.
  void add(Participant participant) {
    Grant grant = participant.grant;
    words.add("identity " + participant.identity);
    words.add("device " + participant.device);
    if (grant != null && participant.program) {
      words.add("program " + grant.id());
    } else if (grant != null && grant.personal()) {
      words.add("grant " + grant.id());
    }
    while (words.size() > MOST) {
      words.removeFirst();
    }
  }

  boolean hit(String identity, String device, @Nullable Grant grant, boolean program) {
    return words.contains("identity " + identity)
        || words.contains("device " + device)
        || grant != null
            && (words.contains("grant " + grant.id())
                || grant.personal() && words.contains("identity " + grant.identity())
                || program && words.contains("program " + grant.id()));
  }

  private static final int MOST = 1000;
}
