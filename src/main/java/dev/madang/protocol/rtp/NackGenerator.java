package dev.madang.protocol.rtp;

import dev.madang.wire.Sequence;

/// Finds the gaps in one stream and says which packets to ask for again, and when. Lives where the
/// stream's packets are received; tell it of every packet, retransmissions under their original
/// number.
///
/// ```
/// missing ── wait ──▶ asked ── a round trip, longer each time ──▶ asked … ──▶ given up: keyframe
///        arrives: forgotten
/// ```
public final class NackGenerator {
  /** What is wished for. */
  public interface Output {
    /// Ask for these again: the first `count` of `sequences`, in order. Called in [#tick]; the
    /// array is used again.
    void nack(int[] sequences, int count);

    /// Something is lost for good. Called once, in [#received] or [#tick], until [#decodableFrom]
    /// says that a keyframe came.
    void keyframe();
  }

  private final Output out;
  private final int mostTries;
  private final Sequence.Unwrapper unwrapper = new Sequence.Unwrapper(16);

  /// What is missing, oldest first, with how often it was asked for and when it is next.
  private final long[] missing;

  private final int[] tries;
  private final long[] due;
  private final int[] asking;
  private int count;

  private long interval = DEFAULT_ROUND_TRIP;
  private boolean keyframeWanted;

  public NackGenerator(Output out) {
    this(out, 200, 10);
  }

  /** At most `most` packets are missed at a time, each asked for at most `mostTries` times. */
  public NackGenerator(Output out, int most, int mostTries) {
    this.out = out;
    this.mostTries = mostTries;
    missing = new long[most];
    tries = new int[most];
    due = new long[most];
    asking = new int[most];
  }

  /** What a round trip takes, in nanoseconds; waits are between 20 and 400 ms. */
  public void roundTrip(long nanoseconds) {
    interval = Math.clamp(nanoseconds, SHORTEST_WAIT, LONGEST_WAIT);
  }

  /** A packet came. True when it had been missed. */
  public boolean received(int sequence, long now) {
    if (!unwrapper.started()) {
      unwrapper.unwrap(sequence);
      return false;
    }
    long newest = unwrapper.newest();
    long number = unwrapper.unwrap(sequence);
    if (number <= newest) {
      return forget(number);
    }
    miss(newest + 1, number, now);
    return false;
  }

  private void miss(long from, long to, long now) {
    if (to - from > missing.length) {
      // Nobody repeats that many: begin anew here.
      count = 0;
      giveUp();
      return;
    }
    int room = missing.length - count;
    if (to - from > room) {
      drop(0, (int) (to - from) - room);
      giveUp();
    }
    for (long number = from; number < to; number++) {
      missing[count] = number;
      tries[count] = 0;
      due[count] = now + REORDERING;
      count++;
    }
  }

  private boolean forget(long number) {
    for (int i = count - 1; i >= 0 && missing[i] >= number; i--) {
      if (missing[i] == number) {
        drop(i, 1);
        return true;
      }
    }
    return false;
  }

  /// A keyframe begins at this number and is being received: what came before is not needed.
  public void decodableFrom(int sequence) {
    long number = unwrapper.peek(sequence);
    int older = 0;
    while (older < count && missing[older] < number) {
      older++;
    }
    drop(0, older);
    keyframeWanted = false;
  }

  /** Asks for what is due. */
  public void tick(long now) {
    int asked = 0;
    int kept = 0;
    boolean lost = false;
    for (int i = 0; i < count; i++) {
      if (due[i] - now <= 0) {
        if (tries[i] == mostTries) {
          lost = true;
          continue;
        }
        asking[asked++] = (int) missing[i] & 0xFFFF;
        due[i] = now + wait(tries[i]++);
      }
      missing[kept] = missing[i];
      tries[kept] = tries[i];
      due[kept] = due[i];
      kept++;
    }
    count = kept;
    if (asked > 0) {
      out.nack(asking, asked);
    }
    if (lost) {
      giveUp();
    }
  }

  /** A quarter longer after each try. */
  private long wait(int tries) {
    long wait = interval;
    for (int i = 0; i < tries && wait < LONGEST_WAIT; i++) {
      wait += wait / 4;
    }
    return Math.min(wait, LONGEST_WAIT);
  }

  /** When [#tick] has something to do; `Long.MAX_VALUE` when nothing is missing. */
  public long deadline() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    long first = due[0];
    for (int i = 1; i < count; i++) {
      if (due[i] - first < 0) {
        first = due[i];
      }
    }
    return first;
  }

  /** How many packets are missing. */
  public int outstanding() {
    return count;
  }

  private void drop(int from, int size) {
    if (size > 0) {
      int rest = count - from - size;
      System.arraycopy(missing, from + size, missing, from, rest);
      System.arraycopy(tries, from + size, tries, from, rest);
      System.arraycopy(due, from + size, due, from, rest);
      count -= size;
    }
  }

  private void giveUp() {
    if (!keyframeWanted) {
      keyframeWanted = true;
      out.keyframe();
    }
  }

  private static final long MILLISECOND = 1_000_000L;

  /** Packets that overtake each other do so within this time. */
  private static final long REORDERING = 5 * MILLISECOND;

  private static final long SHORTEST_WAIT = 20 * MILLISECOND;
  private static final long LONGEST_WAIT = 400 * MILLISECOND;
  private static final long DEFAULT_ROUND_TRIP = 100 * MILLISECOND;
}
