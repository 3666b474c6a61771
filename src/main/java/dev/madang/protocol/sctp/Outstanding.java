package dev.madang.protocol.sctp;

import org.jspecify.annotations.Nullable;

/// Chunks that were sent and that the far end does not have for certain, in a ring indexed by TSN:
/// where their bytes are, how often they were sent, and what is known of them.
///
/// ```
///   add ──► FLYING ── SACK ──► HAD
///             │  ▲               ▲
///    missed 3×, │ resend         │ SACK
///    T3 expired ▼ │              │
///            LOST ───────────────┘
/// ```
///
/// A chunk whose message was given up counts for nothing in any state. TSNs are unbounded numbers
/// here ([Chunk#unwrap]).
final class Outstanding {
  private static final byte FLYING = 1;
  private static final byte LOST = 2;
  private static final byte HAD = 3;

  private final int header;
  private @Nullable OutgoingMessage[] messages = new OutgoingMessage[16];
  private int[] starts = new int[16];
  private int[] sizes = new int[16];
  private int[] fragments = new int[16];
  private int[] sendings = new int[16];
  private long[] sentBefore = new long[16];
  private byte[] states = new byte[16];
  private byte[] misses = new byte[16];
  private int mask = 15;

  private long first;
  private long next;
  private long lostFrom;
  private int flight;

  /// @param header bytes of a chunk's header
  Outstanding(long firstTsn, int header) {
    this.header = header;
    first = firstTsn;
    next = firstTsn;
    lostFrom = firstTsn;
  }

  /** The lowest TSN that is not acknowledged cumulatively. */
  long first() {
    return first;
  }

  /** The TSN of the next chunk. */
  long next() {
    return next;
  }

  boolean isEmpty() {
    return first == next;
  }

  boolean isFull() {
    return next - first == MAX;
  }

  /** Bytes under way, headers included. */
  int flight() {
    return flight;
  }

  int cost(int size) {
    return header + Chunk.padded(size);
  }

  // ---- a chunk's fields -----------------------------------------------------------------------

  OutgoingMessage message(long tsn) {
    OutgoingMessage message = messages[index(tsn)];
    if (message == null) {
      throw new IllegalStateException("TSN " + tsn + " is not outstanding");
    }
    return message;
  }

  int start(long tsn) {
    return starts[index(tsn)];
  }

  int size(long tsn) {
    return sizes[index(tsn)];
  }

  /** Which of its message's chunks it is, from 0 on. */
  int fragment(long tsn) {
    return fragments[index(tsn)];
  }

  int sendings(long tsn) {
    return sendings[index(tsn)];
  }

  boolean isAbandoned(long tsn) {
    return message(tsn).abandoned;
  }

  /** Whether nothing of its message will be sent again: it was given up, or the far end has it. */
  boolean isSettled(long tsn) {
    OutgoingMessage message = message(tsn);
    return message.abandoned || message.acknowledged == message.bytes.length;
  }

  boolean isFlying(long tsn) {
    return states[index(tsn)] == FLYING && !isAbandoned(tsn);
  }

  // ---- what happens to chunks -----------------------------------------------------------------

  /// The next `size` bytes of the message leave.
  ///
  /// @return the TSN
  long add(OutgoingMessage message, int size) {
    if (next - first > mask) {
      grow();
    }
    long tsn = next++;
    int i = index(tsn);
    messages[i] = message;
    starts[i] = message.cut;
    sizes[i] = size;
    fragments[i] = message.fragments;
    sendings[i] = 1;
    sentBefore[i] = tsn;
    misses[i] = 0;
    states[i] = FLYING;
    take(message, cost(size));
    return tsn;
  }

  /// A TSN that is never sent, after the last sent chunk of a message given up half way: whoever
  /// reassembles does not then take the next message for the rest of this one.
  void addGap(OutgoingMessage abandoned) {
    if (next - first > mask) {
      grow();
    }
    int i = index(next++);
    messages[i] = abandoned;
    sizes[i] = 0;
    fragments[i] = abandoned.fragments;
    sendings[i] = 0;
    states[i] = HAD;
  }

  /// The far end has this chunk.
  ///
  /// @return what it cost, when that is news; 0 otherwise
  int acknowledge(long tsn) {
    int i = index(tsn);
    byte state = states[i];
    if (state == HAD) {
      return 0;
    }
    states[i] = HAD;
    OutgoingMessage message = message(tsn);
    if (message.abandoned) {
      return 0;
    }
    int cost = cost(sizes[i]);
    if (state == FLYING) {
      take(message, -cost);
    }
    message.acknowledged += sizes[i];
    return cost;
  }

  /** Forgets everything up to this TSN, which was acknowledged. */
  void release(long through) {
    while (first <= through) {
      messages[index(first++)] = null;
    }
    lostFrom = Math.max(lostFrom, first);
  }

  /// A SACK showed this flying chunk missing although one sent later arrived.
  ///
  /// @return whether that makes it lost
  boolean miss(long tsn, long arrived) {
    int i = index(tsn);
    // A chunk that was sent again is missing only when something sent after that arrived.
    if (sentBefore[i] > arrived || ++misses[i] < 3) {
      return false;
    }
    lose(tsn);
    return true;
  }

  /** This flying chunk has to be sent again. */
  void lose(long tsn) {
    int i = index(tsn);
    states[i] = LOST;
    take(message(tsn), -cost(sizes[i]));
    lostFrom = Math.min(lostFrom, tsn);
  }

  /** The lowest lost TSN, or -1. */
  long nextLost() {
    while (lostFrom < next && (states[index(lostFrom)] != LOST || isAbandoned(lostFrom))) {
      lostFrom++;
    }
    return lostFrom < next ? lostFrom : -1;
  }

  /** This lost chunk leaves again. */
  void resend(long tsn) {
    int i = index(tsn);
    states[i] = FLYING;
    sendings[i]++;
    misses[i] = 0;
    sentBefore[i] = next;
    take(message(tsn), cost(sizes[i]));
  }

  /** Nothing of this message matters any more. */
  void abandon(OutgoingMessage message) {
    message.abandoned = true;
    flight -= message.flight;
    message.flight = 0;
  }

  private void take(OutgoingMessage message, int cost) {
    flight += cost;
    message.flight += cost;
  }

  private int index(long tsn) {
    return (int) tsn & mask;
  }

  private void grow() {
    int length = (mask + 1) * 2;
    int split = index(first);
    messages = unroll(messages, new @Nullable OutgoingMessage[length], split);
    starts = unroll(starts, new int[length], split);
    sizes = unroll(sizes, new int[length], split);
    fragments = unroll(fragments, new int[length], split);
    sendings = unroll(sendings, new int[length], split);
    sentBefore = unroll(sentBefore, new long[length], split);
    states = unroll(states, new byte[length], split);
    misses = unroll(misses, new byte[length], split);
    mask = length - 1;
  }

  /// Moves a full ring, whose oldest entry is at `split`, into one of twice its length: what
  /// wrapped around now follows the rest.
  @SuppressWarnings("SuspiciousSystemArraycopy")
  private <A> A unroll(A from, A into, int split) {
    int length = mask + 1;
    int to = (int) first & (2 * length - 1);
    int tail = length - split;
    System.arraycopy(from, split, into, to, tail);
    System.arraycopy(from, 0, into, (to + tail) & (2 * length - 1), split);
    return into;
  }

  /** Chunks at most, however small: what a SACK's gap blocks can reach is four times as far. */
  static final int MAX = 16_384;
}
