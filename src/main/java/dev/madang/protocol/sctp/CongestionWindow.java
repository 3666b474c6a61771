package dev.madang.protocol.sctp;

/// How many bytes may be under way, RFC 9260 §7.2. Counted are chunks with their headers, so that
/// many small messages do not pass for few bytes.
final class CongestionWindow {
  private final int packet;
  private long window;
  private long threshold = Long.MAX_VALUE / 4;
  private long partial;

  CongestionWindow(int packet) {
    this.packet = packet;
    // As TCP's initial window (RFC 6928), where RFC 9260 §7.2.1 has four packets.
    window = 10L * packet;
  }

  long window() {
    return window;
  }

  /// A SACK moved the cumulative acknowledgement.
  ///
  /// @param acknowledged bytes newly acknowledged by it, by gap blocks too
  /// @param before bytes under way before it
  void acknowledged(long acknowledged, long before) {
    boolean used = before + packet > window;
    if (window <= threshold) {
      // §7.2.1: "the cwnd MUST be increased by, at most, the lesser of [...] the total size of the
      // previously outstanding DATA chunk(s) acknowledged [and] L times the destination's PMDCS."
      if (used) {
        window += Math.min(acknowledged, 2L * packet);
      }
      return;
    }
    // §7.2.2: "when partial_bytes_acked is greater than or equal to cwnd and [...] the sender has
    // cwnd or more bytes of data outstanding [...], increase cwnd by 1*PMDCS, and reset
    // partial_bytes_acked to (partial_bytes_acked - cwnd)."
    partial += acknowledged;
    if (partial >= window) {
      partial = used ? partial - window : window;
      if (used) {
        window += packet;
      }
    }
  }

  /** Everything is acknowledged. */
  void emptied() {
    partial = 0;
  }

  /** §7.2.3: "upon detection of packet losses from SACK chunks". */
  void lost() {
    threshold = Math.max(window / 2, 4L * packet);
    window = threshold;
    partial = 0;
  }

  /** §7.2.3: "When the T3-rtx timer expires". */
  void expired() {
    threshold = Math.max(window / 2, 4L * packet);
    window = packet;
    partial = 0;
  }

  /** §7.2.1: after idleness "cwnd SHOULD be adjusted to max(cwnd / 2, 4*PMDCS) once per RTO". */
  void idle(long times) {
    for (long i = 0; i < times && window > 4L * packet; i++) {
      window = Math.max(window / 2, 4L * packet);
    }
    partial = 0;
  }
}
