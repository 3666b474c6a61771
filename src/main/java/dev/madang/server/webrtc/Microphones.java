package dev.madang.server.webrtc;

import dev.madang.room.SignalMessage.Speakers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The open microphones of a room whose sound goes through the server: who speaks, and which of
/// them are forwarded. Lives at home.
final class Microphones {
  private final dev.madang.room.forward.Speakers<Source> speakers;
  private final Map<Source, Member> owners = new LinkedHashMap<>();
  private Speakers told = new Speakers(null, List.of(), false);
  private long changes;

  /// @param most how many are forwarded at a time
  Microphones(int most) {
    speakers = new dev.madang.room.forward.Speakers<>(most);
  }

  /// These are the open ones of a member now. Those of programs are always forwarded: a film is not
  /// to break off when people talk.
  void open(Member member, Collection<Source> open, Collection<Member> all, long now) {
    owners
        .entrySet()
        .removeIf(each -> {
          boolean closed = each.getValue() == member && !open.contains(each.getKey());
          if (closed) {
            speakers.closed(each.getKey(), now);
          }
          return closed;
        });
    for (Source source : open) {
      owners.put(source, member);
      speakers.opened(source, member.program(), now);
    }
    settle(all);
  }

  /// What is known of how loud one is; of those that are not open nothing is.
  void heard(
      Source source,
      boolean speaking,
      double activity,
      double volume,
      Collection<Member> all,
      long now) {
    speakers.heard(source, speaking, activity, volume, now);
    settle(all);
  }

  private void settle(Collection<Member> all) {
    if (speakers.changes() == changes) {
      return;
    }
    changes = speakers.changes();
    all.forEach(this::choose);
    Speakers now = state();
    if (!now.equals(told)) {
      Speakers before = told;
      told = now;
      all.forEach(member -> member.speaks(before, now));
    }
  }

  /// Has a member get those that are forwarded and whoever it has pinned.
  void choose(Member member) {
    owners.forEach(
        (source, owner) -> member.hear(source, speakers.forwards(source) || member.pins(owner)));
  }

  private Speakers state() {
    Source active = speakers.active();
    Member owner = active == null ? null : owners.get(active);
    Set<String> speaking = new LinkedHashSet<>();
    for (Source source : speakers.speaking()) {
      Member speaker = owners.get(source);
      if (speaker != null) {
        speaking.add(speaker.identity);
      }
    }
    // Whoever spoke last keeps the turn when the microphone is off.
    @Nullable String turn = owner == null ? told.active() : owner.identity;
    return new Speakers(turn, new ArrayList<>(speaking), speakers.limited());
  }

  /// What everybody was told last.
  Speakers told() {
    return told;
  }
}
