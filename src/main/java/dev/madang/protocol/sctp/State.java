package dev.madang.protocol.sctp;

/// Where an association stands, RFC 9260 §4.
///
/// ```
///   CLOSED ── connect ─► COOKIE_WAIT ── INIT-ACK ─► COOKIE_ECHOED ── COOKIE-ACK ─► ESTABLISHED
///     └──────────────────────┴─── COOKIE-ECHO ───────────┴───────────────────────────►─┘
///   ESTABLISHED ── close ─► SHUTDOWN_PENDING ── all acknowledged ─► SHUTDOWN_SENT ── ACK ─► OVER
///   ESTABLISHED ── SHUTDOWN ─► SHUTDOWN_RECEIVED ── all acknowledged ─► SHUTDOWN_ACK_SENT ─► OVER
///   any ── ABORT, no answer ─► OVER
/// ```
enum State {
  CLOSED,
  COOKIE_WAIT,
  COOKIE_ECHOED,
  ESTABLISHED,
  SHUTDOWN_PENDING,
  SHUTDOWN_SENT,
  SHUTDOWN_RECEIVED,
  SHUTDOWN_ACK_SENT,
  OVER;

  /** No association yet. */
  boolean isBeginning() {
    return this == CLOSED || this == COOKIE_WAIT || this == COOKIE_ECHOED;
  }

  /** Whether messages of ours are sent. */
  boolean sends() {
    return this == ESTABLISHED || this == SHUTDOWN_PENDING || this == SHUTDOWN_RECEIVED;
  }

  /// RFC 9260 §6: "DATA chunks MUST only be received [...] in the ESTABLISHED, SHUTDOWN-PENDING,
  /// and SHUTDOWN-SENT states."
  boolean receives() {
    return this == ESTABLISHED || this == SHUTDOWN_PENDING || this == SHUTDOWN_SENT;
  }

  /** Whether new messages are taken. */
  boolean takes() {
    return this == ESTABLISHED || isBeginning();
  }
}
