package dev.madang.server.whip;

import dev.madang.server.webrtc.DownSession;
import dev.madang.server.webrtc.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who sends and who watches in one room. Lives at home.
final class Gathering {
  private final Set<Source> sources = new LinkedHashSet<>();
  private final Map<String, DownSession> watchers = new LinkedHashMap<>();

  /// What there is to be received, in the order of its coming.
  List<Source> sources() {
    return new ArrayList<>(sources);
  }

  void add(List<Source> more) {
    sources.addAll(more);
  }

  /// These can be received from now on.
  void live(Source source) {
    watchers.values().forEach(watcher -> watcher.live(source));
  }

  /// These are over. Whoever watches nothing else has seen the end.
  void remove(List<Source> gone) {
    gone.forEach(sources::remove);
    for (DownSession watcher : List.copyOf(watchers.values())) {
      gone.forEach(watcher::over);
      if (watcher.sources().isEmpty()) {
        watcher.close();
      }
    }
  }

  void add(String id, DownSession watcher) {
    watchers.put(id, watcher);
  }

  void remove(String watcher) {
    watchers.remove(watcher);
  }

  boolean isEmpty() {
    return sources.isEmpty() && watchers.isEmpty();
  }
}
