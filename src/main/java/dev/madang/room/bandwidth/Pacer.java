package dev.madang.room.bandwidth;

/// Spreads what may wait over time: retransmissions and replayed keyframes, in groups 5 ms apart.
/// Media is never in here: it is forwarded at once. Lives on the receiver's loop.
///
/// What waits is a `long` that means something to the caller; the pacer knows only its size.
///
/// ```
/// while (pacer.ready(now)) send(pacer.take(now));
/// ```
public final class Pacer {
  private final long[] items = new long[CAPACITY];
  private final int[] sizes = new int[CAPACITY];
  private final long[] added = new long[CAPACITY];
  private int head;
  private int count;
  private int queued;
  private long rate;
  private double debt;
  private long debtAt;
  private long groupAt;
  private long dropped;

  public Pacer(long bitsPerSecond, long now) {
    rate = Math.max(bitsPerSecond, SLOWEST);
    debtAt = now;
    groupAt = now;
  }

  /** How fast things may leave. */
  public void rate(long bitsPerSecond, long now) {
    pay(now);
    rate = Math.max(bitsPerSecond, SLOWEST);
  }

  /// Puts something into the queue.
  ///
  /// @return false when the queue is full: forget it, the receiver will ask again
  public boolean add(long item, int bytes, long now) {
    if (count == CAPACITY || queued + bytes > bound()) {
      dropped++;
      return false;
    }
    int tail = (head + count++) % CAPACITY;
    items[tail] = item;
    sizes[tail] = bytes;
    added[tail] = now;
    queued += bytes;
    return true;
  }

  /** Half a second's worth, and at least a keyframe's. */
  private long bound() {
    return Math.max(rate / 16, LEAST_BOUND);
  }

  /** Whether [#take] has something that may leave in this group. */
  public boolean ready(long now) {
    while (count > 0 && now - added[head] > OLDEST) {
      dropped++;
      remove();
    }
    pay(now);
    return count > 0 && now - groupAt >= 0 && debt <= 0;
  }

  /** The next in the queue. */
  public long take(long now) {
    debt += sizes[head];
    long item = items[head];
    remove();
    // Debt is paid in whole groups: what is due within this one leaves now, as one burst.
    if (debt > 0) {
      groupAt = now + GROUP;
    }
    return item;
  }

  private void remove() {
    queued -= sizes[head];
    head = (head + 1) % CAPACITY;
    count--;
  }

  private void pay(long now) {
    debt = Math.max(debt - rate / 8e9 * (now - debtAt), -(rate / 8e9 * GROUP));
    debtAt = now;
  }

  /** When [#ready] may say yes; `Long.MAX_VALUE` when nothing waits. */
  public long deadline() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    long paid = debtAt + (debt > 0 ? (long) (debt * 8e9 / rate) + 1 : 0);
    return groupAt - paid > 0 ? groupAt : paid;
  }

  /** Bytes that wait. */
  public int queued() {
    return queued;
  }

  /** Items that did not fit or grew too old. */
  public long dropped() {
    return dropped;
  }

  public void clear() {
    count = 0;
    queued = 0;
  }

  private static final int CAPACITY = 512;
  private static final int LEAST_BOUND = 128 * 1024;
  private static final long SLOWEST = 100_000;
  private static final long GROUP = 5_000_000L;
  private static final long OLDEST = 1_000_000_000L;
}
