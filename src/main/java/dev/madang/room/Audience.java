package dev.madang.room;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Who only watches a room: no participants, but seen as a number, and under the room's rules.
/// Pure.
final class Audience {
  private final Map<Long, Visitor> viewers = new LinkedHashMap<>();
  private int told;

  void add(Visitor viewer) {
    viewers.put(viewer.connection(), viewer);
  }

  void remove(Visitor viewer) {
    viewers.remove(viewer.connection());
  }

  int size() {
    return viewers.size();
  }

  boolean isEmpty() {
    return viewers.isEmpty();
  }

  List<Visitor> all() {
    return List.copyOf(viewers.values());
  }

  void clear() {
    viewers.clear();
  }

  /// Whether their number is another than when this was last asked.
  boolean news() {
    boolean news = told != viewers.size();
    told = viewers.size();
    return news;
  }
}
