package dev.madang.protocol.sctp;

import org.jspecify.annotations.Nullable;

/// The sending half of an association: which chunks leave, which leave again and when, and which
/// are given up (RFC 9260 §6 and §7, RFC 3758, RFC 8260).
///
/// A chunk that was sent again may be found lost again when something sent after it has arrived;
/// RFC 9260 §7.2.4 would wait for T3.
final class Sender {
  private final SctpSettings settings;
  private final SendQueue queue;
  private final RetransmissionTimeout timeout;
  private final Tally tally;
  private final ForwardTsn forward = new ForwardTsn();
  private Outstanding chunks = new Outstanding(0, Chunk.DATA_HEADER);
  private CongestionWindow congestion;

  private boolean interleaving;
  private boolean partial;
  private int payload;
  private long peerWindow;

  /** The highest TSN at the last loss; above it, the window may grow again. */
  private long recovery;

  private boolean recovering;
  private boolean fastRetransmit;

  /** RFC 3758's Advanced.Peer.Ack.Point. */
  private long advanced;

  private boolean forwardDue;
  private long forwardedAt;

  private long timedTsn = NOT_TIMED;
  private long timedAt;
  private long lastSentAt;
  private long t3 = Timers.NEVER;

  Sender(SctpSettings settings, SendQueue queue, RetransmissionTimeout timeout, Tally tally) {
    this.settings = settings;
    this.queue = queue;
    this.timeout = timeout;
    this.tally = tally;
    this.congestion = new CongestionWindow(settings.packet());
  }

  /** The association stands, or stands anew. */
  void begin(int firstTsn, Peer peer, boolean interleaving, long now) {
    this.interleaving = interleaving;
    partial = peer.forwards();
    int header = interleaving ? Chunk.I_DATA_HEADER : Chunk.DATA_HEADER;
    payload = (settings.packet() & ~3) - Chunk.PACKET_HEADER - header;
    chunks = new Outstanding(firstTsn & 0xFFFF_FFFFL, header);
    congestion = new CongestionWindow(settings.packet());
    peerWindow = peer.window() & 0xFFFF_FFFFL;
    advanced = chunks.first() - 1;
    recovering = false;
    fastRetransmit = false;
    forwardDue = false;
    forwardedAt = now;
    timedTsn = NOT_TIMED;
    lastSentAt = now;
    t3 = Timers.NEVER;
    queue.interleave(interleaving);
  }

  /** The TSN that the next new chunk gets. */
  int nextTsn() {
    return (int) chunks.next();
  }

  /** Whether the far end has everything, and nothing waits. */
  boolean isDone() {
    return chunks.isEmpty() && queue.isEmpty();
  }

  boolean isIdle() {
    return chunks.isEmpty();
  }

  long deadline() {
    return t3;
  }

  /** Nothing is sent any more. */
  void stop() {
    t3 = Timers.NEVER;
    forwardDue = false;
  }

  // ---- acknowledgements -----------------------------------------------------------------------

  /// A SACK: its value is at `at`, RFC 9260 §3.3.4.
  ///
  /// ```
  /// |                      Cumulative TSN Ack                       |
  /// |          Advertised Receiver Window Credit (a_rwnd)           |
  /// | Number of Gap Ack Blocks = N  |  Number of Duplicate TSNs = M |
  /// |    Gap Ack Block #1 Start     |    Gap Ack Block #1 End       | …
  /// ```
  void sack(byte[] bytes, int at, int length, long now) {
    if (length < 12 || 4 * Chunk.u16(bytes, at + 8) > length - 12) {
      throw Violation.of("a SACK shorter than its blocks");
    }
    int gaps = Chunk.u16(bytes, at + 8);
    acknowledge(Chunk.i32(bytes, at), Chunk.i32(bytes, at + 4), bytes, at + 12, gaps, now);
  }

  /** A SHUTDOWN acknowledges cumulatively, §9.2. */
  void acknowledge(int cumulative, long now) {
    acknowledge(cumulative, (int) peerWindow, NO_BYTES, 0, 0, now);
  }

  private void acknowledge(int wireTsn, int window, byte[] bytes, int gapsAt, int gaps, long now) {
    long first = chunks.first();
    long cumulative = Chunk.unwrap(wireTsn, first - 1);
    // §6.2.1, D i: "If Cumulative TSN Ack is less than the Cumulative TSN Ack Point, then drop the
    // SACK chunk." One beyond all that was ever sent is no mistake of the network.
    if (cumulative < first - 1) {
      return;
    }
    if (cumulative >= chunks.next()) {
      throw Violation.of("a TSN acknowledged that was never sent");
    }
    long before = chunks.flight();
    long had = 0;
    long newest = -1;
    for (long tsn = first; tsn <= cumulative; tsn++) {
      had += acknowledge(tsn, now);
    }
    if (had > 0) {
      newest = cumulative;
    }
    chunks.release(cumulative);
    long highest = cumulative;
    int previousEnd = 0;
    for (int i = 0; i < gaps; i++) {
      int start = Chunk.u16(bytes, gapsAt + 4 * i);
      int end = Chunk.u16(bytes, gapsAt + 4 * i + 2);
      if (start <= previousEnd || end < start) {
        break; // blocks go upwards, and do not overlap
      }
      previousEnd = end;
      long last = Math.min(cumulative + end, chunks.next() - 1);
      for (long tsn = cumulative + start; tsn <= last; tsn++) {
        int cost = acknowledge(tsn, now);
        if (cost > 0) {
          had += cost;
          newest = tsn;
        }
        highest = tsn;
      }
    }
    peerWindow = window & 0xFFFF_FFFFL;
    boolean moved = cumulative >= first;
    settle(had, before, moved, cumulative, newest, highest, now);
  }

  private int acknowledge(long tsn, long now) {
    if (tsn == timedTsn) {
      // §6.3.1, C5, Karn's rule: "RTT measurements MUST NOT be made using chunks that were
      // retransmitted".
      if (chunks.isFlying(tsn) && chunks.sendings(tsn) == 1) {
        timeout.measured(now - timedAt);
      }
      timedTsn = NOT_TIMED;
    }
    int cost = chunks.acknowledge(tsn);
    if (cost > 0) {
      queue.release(chunks.size(tsn));
      OutgoingMessage message = chunks.message(tsn);
      if (message.acknowledged == message.bytes.length) {
        queue.release(SendQueue.OVERHEAD);
      }
    }
    return cost;
  }

  /** What an acknowledgement means for window, losses and timer. */
  private void settle(
      long had, long before, boolean moved, long cumulative, long newest, long highest, long now) {
    if (had > 0 || moved) {
      timeout.progressed();
    } else if (peerWindow < settings.packet()) {
      timeout.heard(); // a closed window is no silence, §6.1
    }
    boolean inRecovery = recovering;
    if (recovering && cumulative >= recovery) {
      recovering = false;
    }
    if (moved && !inRecovery) {
      congestion.acknowledged(had, before);
    }
    // §7.2.4: "the miss indication counter is incremented only for missing TSNs prior to the HTNA"
    // and in fast recovery, when the cumulative TSN moved, "for all TSNs reported missing".
    findLost(inRecovery && moved ? highest : newest, now);
    advance(moved, now);
    if (chunks.isEmpty()) {
      t3 = Timers.NEVER;
      congestion.emptied();
    } else if (moved) {
      t3 = now + timeout.timeout(); // §6.3.2, R3
    }
  }

  private void findLost(long arrived, long now) {
    boolean lost = false;
    for (long tsn = chunks.first(); tsn < arrived; tsn++) {
      if (chunks.isFlying(tsn) && chunks.miss(tsn, arrived)) {
        lost = true;
        abandonIfHopeless(chunks.message(tsn), chunks.sendings(tsn), now);
      }
    }
    if (lost && !recovering) {
      congestion.lost();
      recovering = true;
      recovery = chunks.next() - 1;
      fastRetransmit = true;
    }
  }

  // ---- giving up ------------------------------------------------------------------------------

  private void abandonIfHopeless(OutgoingMessage message, int sendings, long now) {
    if (partial
        && !message.abandoned
        && (sendings > message.maxRetransmits || message.isExpired(now))) {
      abandon(message);
    }
  }

  private void abandon(OutgoingMessage message) {
    boolean begun = message.left() > 0;
    chunks.abandon(message);
    queue.drop(message);
    queue.release(message.bytes.length - message.acknowledged + SendQueue.OVERHEAD);
    tally.abandoned++;
    if (begun) {
      chunks.addGap(message);
    }
  }

  /// RFC 3758 §3.5: C2, the point moves over everything abandoned, and here also over messages that
  /// the far end has whole, or each hole between them would cost a round trip; C3, a FORWARD-TSN is
  /// due when the far end is behind the point; again not before it may have been answered.
  private void advance(boolean moved, long now) {
    long point = Math.max(advanced, chunks.first() - 1);
    for (long tsn = point + 1; tsn < chunks.next() && chunks.isSettled(tsn); tsn++) {
      point = chunks.isAbandoned(tsn) ? tsn : point;
    }
    boolean behind = point >= chunks.first();
    forwardDue =
        behind
            && (forwardDue
                || point > advanced
                || moved
                || now - forwardedAt >= timeout.roundTrip());
    advanced = point;
    if (behind && t3 == Timers.NEVER) {
      t3 = now + timeout.timeout(); // C5
    }
  }

  // ---- time -----------------------------------------------------------------------------------

  /// RFC 9260 §6.3.3: the window falls to one packet, the time-out doubles, and everything under
  /// way counts as lost.
  void tick(long now) {
    if (!Timers.isDue(t3, now)) {
      return;
    }
    tally.timeouts++;
    timeout.expired();
    congestion.expired();
    recovering = false;
    fastRetransmit = false;
    timedTsn = NOT_TIMED;
    long end = chunks.next();
    for (long tsn = chunks.first(); tsn < end; tsn++) {
      if (chunks.isFlying(tsn)) {
        chunks.lose(tsn);
        abandonIfHopeless(chunks.message(tsn), chunks.sendings(tsn), now);
      }
    }
    advance(true, now);
    t3 = now + timeout.timeout();
  }

  // ---- sending --------------------------------------------------------------------------------

  /** Whether [#fill] would put anything into an empty packet. */
  boolean isReady(long now) {
    return isDataReady(now) || forwardDue; // giving up, asked first, may make the second due
  }

  private boolean isDataReady(long now) {
    long lost = nextLost(now);
    if (lost >= 0) {
      return fastRetransmit || mayFly(chunks.size(lost));
    }
    OutgoingMessage message = nextNew(now);
    return message != null && mayFly(Math.min(message.left(), payload));
  }

  /// RFC 9260 §6.1: A, nothing beyond the far end's window, but for one chunk while nothing is
  /// under way; B, nothing beyond the congestion window.
  private boolean mayFly(int size) {
    long flight = chunks.flight();
    return flight == 0
        || (flight < congestion.window() && flight + chunks.cost(size) <= peerWindow);
  }

  /** Puts into the packet what may leave now. */
  void fill(PacketWriter packet, long now) {
    if (forwardDue) {
      forwardDue = false;
      forwardedAt = now;
      advanced = forward.write(packet, chunks, advanced, interleaving);
    }
    boolean urgent = fastRetransmit;
    fastRetransmit = false;
    long lost = nextLost(now);
    while (lost >= 0
        && chunks.cost(chunks.size(lost)) <= packet.room()
        && (urgent || mayFly(chunks.size(lost)))) {
      chunks.resend(lost);
      tally.retransmitted++;
      write(packet, lost);
      // §6.3.2, R4 and §7.2.4, 4: the timer of the earliest chunk begins anew.
      armed(lost == chunks.first(), now);
      lost = nextLost(now);
    }
    if (lost < 0) {
      fillNew(packet, now);
    }
  }

  private void fillNew(PacketWriter packet, long now) {
    if (chunks.flight() == 0 && now - lastSentAt > timeout.timeout()) {
      congestion.idle((now - lastSentAt) / timeout.timeout());
    }
    for (OutgoingMessage message = nextNew(now); message != null; message = nextNew(now)) {
      int space = (packet.room() - chunks.cost(0)) & ~3;
      int size = Math.min(message.left(), space);
      // What fits a packet of its own is not cut to fill this one, and crumbs are not worth a
      // header.
      boolean small = message.cut == 0 && message.left() <= payload;
      if (size <= 0 || (size < message.left() && (small || size < MIN_FRAGMENT)) || !mayFly(size)) {
        return;
      }
      long tsn = chunks.add(message, size);
      queue.cut(message, size);
      write(packet, tsn);
      if (timedTsn == NOT_TIMED) {
        timedTsn = tsn;
        timedAt = now;
      }
      lastSentAt = now;
      armed(false, now);
    }
  }

  private void armed(boolean anew, long now) {
    if (anew || t3 == Timers.NEVER) {
      t3 = now + timeout.timeout();
    }
  }

  /** The lowest lost chunk that is still worth sending, or -1. */
  private long nextLost(long now) {
    long lost = chunks.nextLost();
    while (partial && lost >= 0 && chunks.message(lost).isExpired(now)) {
      abandon(chunks.message(lost));
      advance(true, now);
      lost = chunks.nextLost();
    }
    return lost;
  }

  private @Nullable OutgoingMessage nextNew(long now) {
    OutgoingMessage message = queue.head(now);
    while (message != null && message.cut > 0 && partial && message.isExpired(now)) {
      abandon(message);
      advance(true, now);
      message = queue.head(now);
    }
    return chunks.isFull() ? null : message;
  }

  /// RFC 9260 §3.3.1 and RFC 8260 §2.1.
  ///
  /// ```
  /// |                              TSN                              |
  /// |      Stream Identifier S      |   Stream Sequence Number n    |
  /// |                  Payload Protocol Identifier                  |
  /// ```
  ///
  /// ```
  /// |                              TSN                              |
  /// |        Stream Identifier      |           Reserved            |
  /// |                      Message Identifier                       |
  /// |    Payload Protocol Identifier / Fragment Sequence Number     |
  /// ```
  private void write(PacketWriter packet, long tsn) {
    OutgoingMessage message = chunks.message(tsn);
    int start = chunks.start(tsn);
    int size = chunks.size(tsn);
    boolean begin = start == 0;
    boolean end = start + size == message.bytes.length;
    int flags =
        (begin ? Chunk.BEGIN : 0)
            | (end ? Chunk.END : 0)
            | (message.unordered ? Chunk.UNORDERED : 0);
    int header = chunks.cost(0) - Chunk.HEADER;
    int at = packet.chunk(interleaving ? Chunk.I_DATA : Chunk.DATA, flags, header + size);
    byte[] bytes = packet.bytes();
    Chunk.put32(bytes, at, (int) tsn);
    Chunk.put16(bytes, at + 4, message.stream.id);
    if (interleaving) {
      Chunk.put16(bytes, at + 6, 0);
      Chunk.put32(bytes, at + 8, message.number);
      Chunk.put32(bytes, at + 12, begin ? message.ppid : chunks.fragment(tsn));
    } else {
      Chunk.put16(bytes, at + 6, message.unordered ? 0 : message.number);
      Chunk.put32(bytes, at + 8, message.ppid);
    }
    System.arraycopy(message.bytes, start, bytes, at + header, size);
  }

  private static final long NOT_TIMED = -2;
  private static final int MIN_FRAGMENT = 256;
  private static final byte[] NO_BYTES = {};
}
