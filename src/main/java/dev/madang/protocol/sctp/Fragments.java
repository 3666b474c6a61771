package dev.madang.protocol.sctp;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What has come of one message; or, of messages that nothing but their TSNs tells apart, of all
/// unordered ones of a stream (RFC 9260 §6.6). In most cases one [Run] that grows.
final class Fragments {
  private @Nullable Run only;
  private @Nullable TreeMap<Long, Run> runs;

  /** The whole message, once it is, and waits for its turn. */
  @Nullable Run whole;

  /** Bytes held, with what holding them costs. */
  int cost;

  /// A fragment has come.
  ///
  /// @return the run that it belongs to now
  Run add(Run fresh) {
    cost += fresh.cost;
    TreeMap<Long, Run> known = runs;
    if (known == null) {
      Run single = only;
      if (single == null) {
        only = fresh;
        return fresh;
      }
      if (single.takes(fresh)) {
        single.append(fresh);
        return single;
      }
      known = new TreeMap<>();
      known.put(single.start, single);
      runs = known;
      only = null;
    }
    return insert(known, fresh);
  }

  private static Run insert(NavigableMap<Long, Run> runs, Run fresh) {
    Run run = fresh;
    Map.Entry<Long, Run> before = runs.floorEntry(fresh.start);
    if (before != null) {
      Run left = before.getValue();
      if (left.end >= fresh.start) {
        throw Violation.of("a fragment sent under two TSNs");
      }
      if (left.takes(fresh)) {
        left.append(fresh);
        run = left;
      }
    }
    Run right = runs.get(run.end + 1);
    if (right != null && run.takes(right)) {
      runs.remove(right.start);
      run.append(right);
    }
    if (run == fresh) {
      runs.put(run.start, run);
    }
    return run;
  }

  /** Takes out a run that is whole. */
  void remove(Run run) {
    cost -= run.cost;
    if (runs != null) {
      runs.remove(run.start);
    } else {
      only = null;
    }
  }

  /// Drops the runs that begin at this TSN or before.
  ///
  /// @return the cost that is saved
  int dropThrough(long tsn) {
    int before = cost;
    if (only != null && only.start <= tsn) {
      cost -= only.cost;
      only = null;
    }
    if (runs != null) {
      Map<Long, Run> passed = runs.headMap(tsn, true);
      for (Run run : passed.values()) {
        cost -= run.cost;
      }
      passed.clear();
    }
    return before - cost;
  }
}
