package dev.madang.server.webrtc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ways to the far end of a [Transport] that checks have shown, and the one of them by which it
/// sends. Lives on the transport's loop.
///
/// A check shows that its sender knows the password, not that he is where it seems to come from;
/// one alone must not send a stream to somebody who never asked for it. So what stands goes on by
/// the old way until what only the far end can write comes by the new one, or until nothing comes
/// by the old one any more.
final class Ways {
  private final List<Way> kept = new ArrayList<>(2);
  private @Nullable Way out;

  /// Where the far end wants to be spoken to, but has not shown itself.
  private @Nullable Way wanted;

  /// By which DTLS came last, since another way was wanted.
  private @Nullable Way dtlsBy;

  /// By which what only the far end can write came last, and when.
  private @Nullable Way livelyBy;

  private long livelyAt;

  /// By which to send; null when there is none.
  @Nullable Way out() {
    return out;
  }

  /// Whether this way leads to the far end, as a check has shown.
  boolean holds(Way way) {
    return kept.contains(way);
  }

  /// A check has shown this way.
  void keep(Way way, Agent agent) {
    kept.add(way);
    way.keep();
    // The agent forgets the least recent when there are too many.
    forget(agent);
    if (out == null) {
      out = way;
    }
  }

  /// Lets go of those that the agent has forgotten.
  void forget(Agent agent) {
    for (int i = kept.size() - 1; i >= 0; i--) {
      Way way = kept.get(i);
      if (!agent.validated(way)) {
        kept.remove(i);
        way.release();
        out = way.equals(out) ? null : out;
        wanted = way.equals(wanted) ? null : wanted;
      }
    }
    if (out == null && !kept.isEmpty()) {
      out = wanted != null ? wanted : kept.getLast();
      wanted = null;
    }
  }

  /// The far end wants to be spoken to there.
  ///
  /// @param standing knows whether the old way fell silent; null when nothing stands yet
  void prefer(Way to, @Nullable Agent standing, long now) {
    Way before = out;
    if (standing == null || before == null || to.equals(before) || standing.silent(before, now)) {
      out = to;
      wanted = null;
    } else if (!to.equals(wanted)) {
      wanted = to;
      dtlsBy = null;
    }
  }

  /// Looks again whether what is wanted can be, when time went by.
  void reconsider(@Nullable Agent standing, long now) {
    Way next = wanted;
    if (next != null) {
      prefer(next, standing, now);
    }
  }

  /// DTLS comes by this way, of whoever.
  void dtlsBy(Way way) {
    dtlsBy = way;
  }

  /// What DTLS brought was the far end's own.
  void dtlsShows(long now) {
    shows(dtlsBy, now);
  }

  /// What only the far end can write came by this way.
  void shows(@Nullable Way way, long now) {
    livelyBy = way;
    livelyAt = now;
    Way next = wanted;
    if (next != null && next.equals(way)) {
      out = next;
      wanted = null;
    }
  }

  /// Tells the agent which way is alive, whatever its checks say.
  void tell(Agent agent) {
    if (livelyBy != null) {
      agent.lives(livelyBy, livelyAt);
    }
  }

  /// The transport is over.
  void release() {
    kept.forEach(Way::release);
    kept.clear();
    out = null;
    wanted = null;
    dtlsBy = null;
    livelyBy = null;
  }
}
