package dev.madang.room;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Who does not come in again while the room lives or its chat is kept: persons, browsers, grants
/// made out to one; and with the grant of a program, programs. Of too many the oldest are
/// forgotten. Pure.
final class Bans {
  private final SequencedSet<String> words = new LinkedHashSet<>();

  /// A program's grant may be that of people who did nothing.
  ///
  /// @return what was added
  List<String> add(Participant participant) {
    Grant grant = participant.grant;
    List<String> added = new ArrayList<>();
    added.add("identity " + participant.identity);
    added.add("device " + participant.device);
    if (grant != null && participant.program) {
      added.add("program " + grant.id());
    } else if (grant != null && grant.personal()) {
      added.add("grant " + grant.id());
    }
    addAll(added);
    return added;
  }

  void addAll(List<String> added) {
    added.forEach(words::addLast);
    while (words.size() > MOST) {
      words.removeFirst();
    }
  }

  List<String> words() {
    return List.copyOf(words);
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
