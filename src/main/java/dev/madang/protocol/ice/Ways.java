package dev.madang.protocol.ice;

import org.jspecify.annotations.Nullable;

/// The ways by which one far end was heard lately, and the one it wants. Few, so a search is a look
/// at each. Lives in [IceLite].
final class Ways<P> {
  private final @Nullable Object[] ways = new @Nullable Object[MAX];
  private final long[] heardAt = new long[MAX];
  private final long[] nominatedAt = new long[MAX];
  private final boolean[] nominated = new boolean[MAX];
  private final long[] priority = new long[MAX];
  private int count;
  private int selected = -1;

  /// A check arrived.
  ///
  /// @return its place
  int heard(P way, long priority, long now) {
    int at = find(way);
    if (at < 0) {
      at = count < MAX ? count++ : leastRecent();
      ways[at] = way;
      nominated[at] = false;
    }
    heardAt[at] = now;
    this.priority[at] = priority;
    return at;
  }

  /// Its far end was there at that time.
  ///
  /// @return whether it is a way
  boolean lives(P way, long at) {
    int known = find(way);
    if (known >= 0 && heardAt[known] - at < 0) {
      heardAt[known] = at;
    }
    return known >= 0;
  }

  /// A check with USE-CANDIDATE arrived. RFC 8445 nominates one pair; but an agent of RFC 5245 may
  /// nominate with every check of every pair, where the best should win and traffic should not
  /// follow each check. So another way is taken when it is nominated for the first time, when it is
  /// better, or when the selected one is not nominated any more.
  ///
  /// @return whether it is the selected one now and was not before
  boolean nominate(int at, long now) {
    boolean first = !nominated[at];
    nominated[at] = true;
    nominatedAt[at] = now;
    boolean moves =
        selected < 0
            || (selected != at
                && (first
                    || priority[at] > priority[selected]
                    || now - nominatedAt[selected] >= UNWANTED));
    if (moves) {
      selected = at;
    }
    return moves;
  }

  /** A new generation: what was nominated before does not count any more. */
  void forgetNominations() {
    for (int i = 0; i < count; i++) {
      nominated[i] = false;
    }
    selected = -1;
  }

  boolean holds(P way) {
    return find(way) >= 0;
  }

  boolean heardSince(P way, long then) {
    int at = find(way);
    return at >= 0 && heardAt[at] - then > 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  @SuppressWarnings("unchecked")
  @Nullable P selected() {
    return selected < 0 ? null : (P) ways[selected];
  }

  /// Forgets a way. If it was the selected one, the one that was heard last takes its place.
  ///
  /// @return whether another one is selected now
  boolean remove(P way) {
    int at = find(way);
    return at >= 0 && removeAt(at);
  }

  /// Forgets those that were not heard since `then`.
  ///
  /// @return whether another one is selected now
  boolean removeSilent(long then) {
    boolean moved = false;
    for (int i = count - 1; i >= 0; i--) {
      if (heardAt[i] - then <= 0) {
        moved |= removeAt(i);
      }
    }
    return moved && selected >= 0;
  }

  /** When the one that has been silent longest was heard. */
  long leastRecentlyHeard() {
    long least = heardAt[0];
    for (int i = 1; i < count; i++) {
      if (heardAt[i] - least < 0) {
        least = heardAt[i];
      }
    }
    return least;
  }

  private boolean removeAt(int at) {
    boolean wasSelected = at == selected;
    count--;
    ways[at] = ways[count];
    ways[count] = null;
    heardAt[at] = heardAt[count];
    nominatedAt[at] = nominatedAt[count];
    nominated[at] = nominated[count];
    priority[at] = priority[count];
    if (selected == count) {
      selected = at;
    }
    if (!wasSelected) {
      return false;
    }
    selected = mostRecent();
    return selected >= 0;
  }

  private int mostRecent() {
    int most = count - 1;
    for (int i = 0; i < count; i++) {
      if (heardAt[i] - heardAt[most] > 0) {
        most = i;
      }
    }
    return most;
  }

  /** Whose place a new one takes: never the selected one's. */
  private int leastRecent() {
    int least = selected == 0 ? 1 : 0;
    for (int i = least + 1; i < count; i++) {
      if (i != selected && heardAt[i] - heardAt[least] < 0) {
        least = i;
      }
    }
    return least;
  }

  private int find(P way) {
    for (int i = 0; i < count; i++) {
      if (way.equals(ways[i])) {
        return i;
      }
    }
    return -1;
  }

  static final int MAX = 8;

  /** Browsers check the pair they use every 2.5 seconds. */
  private static final long UNWANTED = 3_000_000_000L;
}
