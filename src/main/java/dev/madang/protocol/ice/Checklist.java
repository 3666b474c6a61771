package dev.madang.protocol.ice;

import dev.madang.protocol.ice.CandidatePair.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pairs of one generation of an [IceAgent] and when each is checked (RFC 8445 §6.1). It
/// decides, the agent sends.
///
/// Pairs are not frozen first (§6.1.2.6): with one component in one checklist that would only defer
/// pairs that resemble another.
final class Checklist<P> {
  final IceCredentials local;
  final Integrity localIntegrity;
  private @Nullable Integrity remoteIntegrity;
  private byte[] username = {};

  private final List<CandidatePair<P>> pairs = new ArrayList<>();
  private final List<IceCandidate> remotes = new ArrayList<>();
  private final ArrayDeque<CandidatePair<P>> triggered = new ArrayDeque<>();
  private @Nullable CandidatePair<P> selected;
  final Consent consent = new Consent();

  private long nextPace;
  private boolean paced;
  private long firstValidAt;
  private boolean anyValid;

  Checklist(IceCredentials local) {
    this.local = local;
    this.localIntegrity = new Integrity(local.password());
  }

  void setRemote(IceCredentials remote) {
    remoteIntegrity = new Integrity(remote.password());
    username = (remote.ufrag() + ":" + local.ufrag()).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Null until the far end's credentials are known. */
  @Nullable Integrity remoteIntegrity() {
    return remoteIntegrity;
  }

  /// RFC 8445 §7.2.2: the fragment of who gets the check, a colon, the fragment of who sends it.
  byte[] username() {
    return username;
  }

  // ---- pairs --------------------------------------------------------------------------------

  List<IceCandidate> remotes() {
    return remotes;
  }

  boolean addRemote(IceCandidate remote) {
    if (remotes.size() == MAX_REMOTES || remotes.contains(remote)) {
      return false;
    }
    remotes.add(remote);
    return true;
  }

  /// Adds a pair. RFC 8445 §6.1.2.5 wants their number limited, to a hundred: the worst are left
  /// out.
  void add(CandidatePair<P> pair, boolean controlling) {
    if (pairs.size() == MAX_PAIRS) {
      CandidatePair<P> worst = worstUntried(controlling);
      if (worst == null || worst.priority(controlling) >= pair.priority(controlling)) {
        return;
      }
      remove(worst);
    }
    pairs.add(pair);
  }

  private @Nullable CandidatePair<P> worstUntried(boolean controlling) {
    CandidatePair<P> worst = null;
    for (CandidatePair<P> pair : pairs) {
      boolean untried =
          pair.state == State.CONNECTING
              || pair.state == State.WAITING
              || pair.state == State.FAILED;
      if (untried && (worst == null || pair.priority(controlling) < worst.priority(controlling))) {
        worst = pair;
      }
    }
    return worst;
  }

  @Nullable CandidatePair<P> byWay(P way) {
    for (CandidatePair<P> pair : pairs) {
      if (way.equals(pair.way)) {
        return pair;
      }
    }
    return null;
  }

  @Nullable CandidatePair<P> byCandidates(IceCandidate local, IceCandidate remote) {
    for (CandidatePair<P> pair : pairs) {
      if (pair.local.equals(local) && pair.remote.equals(remote)) {
        return pair;
      }
    }
    return null;
  }

  @Nullable CandidatePair<P> byTransaction(long idHigh, long idLow) {
    for (CandidatePair<P> pair : pairs) {
      if (pair.state == State.IN_PROGRESS && pair.idHigh == idHigh && pair.idLow == idLow) {
        return pair;
      }
    }
    return null;
  }

  int size() {
    return pairs.size();
  }

  void remove(CandidatePair<P> pair) {
    pairs.remove(pair);
    triggered.remove(pair);
    if (selected == pair) {
      selected = null;
    }
  }

  // ---- checks -------------------------------------------------------------------------------

  /// The far end checked this pair, so it probably works: it comes first (RFC 8445 §7.3.1.4).
  void trigger(CandidatePair<P> pair, long now) {
    boolean underWay = pair.state == State.IN_PROGRESS;
    if (underWay && pair.local.transport().isTcp()) {
      return;
    }
    if (underWay && !pair.isExhausted()) {
      pair.nextSend = now;
    } else if (pair.state != State.SUCCEEDED && !triggered.contains(pair)) {
      pair.state = State.WAITING;
      triggered.add(pair);
    }
  }

  /// A pair whose check was not answered in time and is to be sent again, or null.
  @Nullable CandidatePair<P> unanswered(long now) {
    for (CandidatePair<P> pair : pairs) {
      if (pair.state == State.IN_PROGRESS && pair.nextSend - now <= 0) {
        if (!pair.isExhausted()) {
          return pair;
        }
        fail(pair);
      }
    }
    return null;
  }

  /// The next pair to check for the first time, or null when it is too early or none is left.
  @Nullable CandidatePair<P> fresh(boolean controlling, long now) {
    if (remoteIntegrity == null || paced && nextPace - now > 0) {
      return null;
    }
    CandidatePair<P> pair = triggered.poll();
    if (pair == null) {
      pair = best(State.WAITING, controlling);
    }
    if (pair != null) {
      paced = true;
      nextPace = now + PACE;
    }
    return pair;
  }

  /// RFC 8445 §14.3: "RTO = MAX (500ms, Ta * N * (Num-Waiting + Num-In-Progress))", here without N,
  /// by which a hundred pairs would wait 500 seconds for their answers.
  long retransmissionTimeout() {
    long pending = 0;
    for (CandidatePair<P> pair : pairs) {
      if (pair.isPending()) {
        pending++;
      }
    }
    return Math.max(500_000_000L, PACE * pending);
  }

  void succeed(CandidatePair<P> pair, long now) {
    pair.state = State.SUCCEEDED;
    pair.valid = true;
    if (!anyValid) {
      anyValid = true;
      firstValidAt = now;
    }
  }

  void fail(CandidatePair<P> pair) {
    pair.state = State.FAILED;
    pair.nominating = false;
  }

  // ---- nomination ---------------------------------------------------------------------------

  @Nullable CandidatePair<P> selected() {
    return selected;
  }

  /// Stops all checks but for those of the selected pair (RFC 8445 §8.1.2); pairs that worked are
  /// kept, for the far end may send over them.
  void select(CandidatePair<P> pair, long now) {
    selected = pair;
    pair.nominating = false;
    pair.nominated = false;
    triggered.clear();
    pairs.removeIf(other -> other != pair && other.state != State.SUCCEEDED);
    consent.begin(now);
  }

  /// The pair that a controlling agent should nominate now, or null: the best that works, once no
  /// better one may still turn out to.
  @Nullable CandidatePair<P> toNominate(long now) {
    if (selected != null || !anyValid || isNominating()) {
      return null;
    }
    CandidatePair<P> valid = best(State.SUCCEEDED, true);
    if (valid == null || firstValidAt + PATIENCE - now > 0 && mayImprove(valid)) {
      return null;
    }
    return valid;
  }

  private boolean isNominating() {
    for (CandidatePair<P> pair : pairs) {
      if (pair.nominating) {
        return true;
      }
    }
    return false;
  }

  private boolean mayImprove(CandidatePair<P> valid) {
    for (CandidatePair<P> pair : pairs) {
      if (pair.isPending() && pair.priority(true) > valid.priority(true)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable CandidatePair<P> best(State state, boolean controlling) {
    CandidatePair<P> best = null;
    for (CandidatePair<P> pair : pairs) {
      if (pair.state == state
          && (best == null || pair.priority(controlling) > best.priority(controlling))) {
        best = pair;
      }
    }
    return best;
  }

  void stopNominating() {
    for (CandidatePair<P> pair : pairs) {
      pair.nominating = false;
    }
  }

  /// When [#unanswered], [#fresh] or [#toNominate] may have something, `Long.MAX_VALUE` = never.
  long deadline(boolean controlling, long now) {
    long deadline = Long.MAX_VALUE;
    boolean waiting = false;
    boolean nominating = false;
    for (CandidatePair<P> pair : pairs) {
      waiting |= pair.state == State.WAITING;
      nominating |= pair.nominating;
      if (pair.state == State.IN_PROGRESS) {
        deadline = sooner(deadline, pair.nextSend);
      }
    }
    if (waiting && remoteIntegrity != null) {
      deadline = sooner(deadline, paced ? nextPace : now);
    }
    CandidatePair<P> valid =
        controlling && selected == null && !nominating ? best(State.SUCCEEDED, true) : null;
    return valid == null
        ? deadline
        : sooner(deadline, mayImprove(valid) ? firstValidAt + PATIENCE : now);
  }

  static long sooner(long a, long b) {
    return a == Long.MAX_VALUE || b != Long.MAX_VALUE && b - a < 0 ? b : a;
  }

  static final int MAX_PAIRS = 100;
  static final int MAX_REMOTES = 64;

  /** Ta of RFC 8445 §14.2. */
  private static final long PACE = 50_000_000L;

  private static final long PATIENCE = 200_000_000L;
}
