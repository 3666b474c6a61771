package dev.madang.protocol.ice;

import org.jspecify.annotations.Nullable;

/// A local and a remote candidate, and how far the check between them is. Lives in a [Checklist].
///
/// ```
/// CONNECTING ──connected──▶ WAITING ──sent──▶ IN_PROGRESS ──answer──▶ SUCCEEDED
///                              ▲                  │ no answer             │
///                              │                  ▼                       │
///                              └──the far end── FAILED ◀──nomination fails┘
///                                  checks it
/// ```
final class CandidatePair<P> {
  final IceCandidate local;
  IceCandidate remote;
  @Nullable P way;
  State state;

  /** The check under way. */
  long idHigh;

  long idLow;
  int sent;
  long nextSend;

  /** Whether our check carries USE-CANDIDATE. */
  boolean nominating;

  /** Whether theirs did. */
  boolean nominated;

  /** Whether a check of ours was once answered. */
  boolean valid;

  enum State {
    /** A TCP connection is being opened. */
    CONNECTING,
    WAITING,
    IN_PROGRESS,
    SUCCEEDED,
    FAILED
  }

  CandidatePair(IceCandidate local, IceCandidate remote, @Nullable P way) {
    this.local = local;
    this.remote = remote;
    this.way = way;
    this.state = way == null ? State.CONNECTING : State.WAITING;
  }

  boolean isPending() {
    return state == State.WAITING || state == State.IN_PROGRESS;
  }

  /// RFC 8445 §6.1.2.3: "pair priority = 2^32*MIN(G,D) + 2*MAX(G,D) + (G>D?1:0)", with G the
  /// priority that the controlling agent gave its candidate, D that of the controlled one.
  long priority(boolean controlling) {
    long g = controlling ? local.priority() : remote.priority();
    long d = controlling ? remote.priority() : local.priority();
    return (Math.min(g, d) << 32) + 2 * Math.max(g, d) + (g > d ? 1 : 0);
  }

  /// RFC 8489 §6.2.1: the wait doubles with each transmission, seven at most, and the last waits
  /// sixteen times the first. §6.2.2: over TCP nothing is sent again.
  void sentAt(long now, long rto) {
    sent++;
    if (local.transport().isTcp()) {
      sent = MAX_SENT;
      nextSend = now + 79 * rto;
    } else {
      nextSend = now + (sent == MAX_SENT ? 16 * rto : rto << sent - 1);
    }
  }

  boolean isExhausted() {
    return sent >= MAX_SENT;
  }

  @Override
  public String toString() {
    return local.write() + " > " + remote.write() + " " + state;
  }

  private static final int MAX_SENT = 7;
}
