package dev.madang.room.bandwidth;

import java.util.ArrayList;
import java.util.List;

/// Divides what one receiver's path carries among the videos it could get. Lives on the receiver's
/// loop.
///
/// Audio comes off first and is never dropped. Then everybody's lowest layer, in order of
/// importance; who gets none sleeps. Then, class by class, the rest: within a class everybody goes
/// up one step before anybody goes up two. A layer is left at once when it does not fit, and
/// entered when there is room to spare and has been for a while; the while grows for a video that
/// keeps going up and down.
public final class Allocator {
  private final List<Share> shares = new ArrayList<>();
  private int lastN = Integer.MAX_VALUE;
  private long reserved;
  private long room;
  private long roomUp;
  private long allocated;
  private long wanted;
  private long nextStep;
  private long wakeAt = Long.MAX_VALUE;

  /// What one video gets.
  public static final class Share {
    private final Layers layers;
    private Priority priority = Priority.OTHER;
    private int rank;
    private int height = Integer.MAX_VALUE;
    private boolean muted;

    // The ladder: steps of growing quality, each spatial << 8 | temporal, with its cost.
    private final int[] steps = new int[Layers.SPATIAL * Layers.TEMPORAL];
    private final long[] costs = new long[Layers.SPATIAL * Layers.TEMPORAL];
    private int count;

    private int held = NOTHING;
    private Reason reason = Reason.NOT_SENT;
    private int target;
    private boolean possible;
    private long possibleSince;
    private boolean everFell;
    private long fellAt;
    private long roseAt;
    private long hold = FIRST_HOLD;

    private Share(Layers layers) {
      this.layers = layers;
    }

    /// What the receiver wants of it.
    ///
    /// @param rank order within its priority, low first: who spoke last, say
    /// @param height lines of the picture that are of use, by the size of the tile
    public void want(Priority priority, int rank, int height) {
      if (priority.compareTo(this.priority) < 0) {
        // Somebody asked for it just now.
        hold = FIRST_HOLD;
        everFell = false;
      }
      this.priority = priority;
      this.rank = rank;
      this.height = height;
    }

    /** Whether the track sends nothing on purpose, so that it needs no share. */
    public void muted(boolean muted) {
      this.muted = muted;
    }

    /** The spatial layer it gets, [#NOTHING] when it sleeps. */
    public int spatial() {
      return held < 0 ? NOTHING : held >> 8;
    }

    /** The highest temporal layer it gets. */
    public int temporal() {
      return held < 0 ? NOTHING : held & 0xFF;
    }

    public Reason reason() {
      return reason;
    }

    public Priority priority() {
      return priority;
    }
  }

  /** Why a video looks as it does. */
  public enum Reason {
    /** It is as good as its tile can show. */
    FULL,
    /** A better layer does not fit. */
    BANDWIDTH,
    /** It sleeps because not even its lowest layer fits. */
    NO_ROOM,
    /** It sleeps because it is not on the screen. */
    HIDDEN,
    /** It sleeps because more important ones fill the receiver's number of videos. */
    LAST_N,
    /** Its publisher sends nothing. */
    NOT_SENT
  }

  /** A video that the receiver could get; it sleeps until the next [#allocate]. */
  public Share add(Layers layers) {
    Share share = new Share(layers);
    shares.add(share);
    return share;
  }

  public void remove(Share share) {
    shares.remove(share);
  }

  /** What is kept for sound and data, in bits per second. */
  public void reserve(long bitsPerSecond) {
    reserved = bitsPerSecond;
  }

  public long reserved() {
    return reserved;
  }

  /** How many videos are sent at most; pinned ones and screens count but always are. */
  public void lastN(int videos) {
    lastN = videos;
  }

  /// Divides anew: when the estimate changed, when a share wants something else, at [#deadline],
  /// and a few times a second as layers change their rates.
  ///
  /// @param estimate bits per second that the path carries
  /// @param proven bits per second that it is sure to carry, for going up
  /// @return true when any share changed
  public boolean allocate(long estimate, long proven, long now) {
    room = Math.max(0, estimate - reserved);
    roomUp = Math.max(0, Math.min(estimate, proven) - reserved);
    begin(now);
    allocated = 0;
    nextStep = 0;
    wakeAt = Long.MAX_VALUE;
    for (Share share : shares) {
      if (share.count > 0) {
        raise(share);
      }
    }
    for (int from = 0; from < shares.size(); ) {
      int to = from;
      while (to < shares.size() && shares.get(to).priority == shares.get(from).priority) {
        to++;
      }
      raiseTogether(from, to);
      from = to;
    }
    return settle(now);
  }

  /** Sorts, and makes everybody's ladder. */
  private void begin(long now) {
    shares.sort(Allocator::order);
    wanted = 0;
    int videos = 0;
    for (Share share : shares) {
      share.target = -1;
      share.count = 0;
      if (share.muted) {
        share.reason = Reason.NOT_SENT;
      } else if (share.priority == Priority.HIDDEN) {
        share.reason = Reason.HIDDEN;
      } else if (videos >= lastN
          && (share.priority == Priority.OTHER || share.priority == Priority.SPEAKER)) {
        share.reason = Reason.LAST_N;
      } else {
        videos++;
        climb(share, now);
        share.reason = share.count == 0 ? Reason.NOT_SENT : Reason.NO_ROOM;
        wanted += share.count == 0 ? 0 : share.costs[share.count - 1];
      }
    }
  }

  private static int order(Share a, Share b) {
    int byPriority = a.priority.compareTo(b.priority);
    return byPriority != 0 ? byPriority : Integer.compare(a.rank, b.rank);
  }

  /// The steps that make sense, each dearer than the one before. Of a larger picture only the upper
  /// half of frame rates: a person in motion is better small than jerky; a screen is better sharp.
  private static void climb(Share share, long now) {
    Layers layers = share.layers;
    boolean screen = share.priority == Priority.SCREEN;
    for (int spatial = 0; spatial < Layers.SPATIAL; spatial++) {
      if (!layers.available(spatial, now)) {
        continue;
      }
      int top = layers.temporals(spatial);
      int bottom = share.count == 0 || screen ? 0 : Math.max(0, top - 1);
      for (int temporal = bottom; temporal <= top; temporal++) {
        long cost = layers.cost(spatial, temporal);
        if (cost > 0 && (share.count == 0 || cost > share.costs[share.count - 1])) {
          share.steps[share.count] = spatial << 8 | temporal;
          share.costs[share.count++] = cost;
        }
      }
      if (layers.height(spatial) >= share.height) {
        return;
      }
    }
  }

  private void raiseTogether(int from, int to) {
    boolean raised = true;
    while (raised) {
      raised = false;
      for (int i = from; i < to; i++) {
        Share share = shares.get(i);
        raised |= share.target >= 0 && raise(share);
      }
    }
  }

  /// One step up, if it fits: with room to spare when it is more than what the share holds. Room
  /// for a step that has to wait is kept for it.
  private boolean raise(Share share) {
    int step = share.target + 1;
    if (step >= share.count) {
      return false;
    }
    long more = share.costs[step] - (step > 0 ? share.costs[step - 1] : 0);
    boolean held = share.held >= 0 && share.steps[step] <= share.held;
    // The most important is the last to sleep and the first to wake: a little too much is better
    // than nothing at all.
    boolean last = allocated == 0 && step == 0;
    double spare = held ? (last ? 0.6 : 1) : last ? 1 : HEADROOM;
    if ((allocated + more) * spare > (held ? room : roomUp)) {
      if (nextStep == 0) {
        nextStep = (long) ((allocated + more) * HEADROOM) + reserved;
      }
      return false;
    }
    allocated += more;
    share.target = step;
    return true;
  }

  /** Turns targets into what is held: down at once, up after the hold. */
  private boolean settle(long now) {
    boolean changed = false;
    for (Share share : shares) {
      int target = share.target < 0 ? NOTHING : share.steps[share.target];
      if (target <= share.held) {
        share.possible = false;
      } else if (!share.possible) {
        share.possible = true;
        share.possibleSince = now;
      }
      if (target < share.held) {
        fall(share, now);
      } else if (target > share.held && !rise(share, now)) {
        target = share.held;
      }
      changed |= target != share.held;
      share.held = target;
      explain(share);
    }
    return changed;
  }

  /// To fall because less is wanted, or nothing sent, is no reason to mistrust the path.
  private static void fall(Share share, long now) {
    if (share.target == share.count - 1) {
      return;
    }
    boolean flapping =
        share.everFell && share.roseAt - share.fellAt > 0 && now - share.roseAt < FLAP;
    share.hold = flapping ? Math.min(share.hold * 2, LONGEST_HOLD) : HOLD;
    share.everFell = true;
    share.fellAt = now;
  }

  private boolean rise(Share share, long now) {
    long due = share.possibleSince + hold(share);
    if (now - due < 0) {
      wakeAt = wakeAt == Long.MAX_VALUE || due - wakeAt < 0 ? due : wakeAt;
      return false;
    }
    share.possible = false;
    share.roseAt = now;
    return true;
  }

  /** To wake needs less patience than to become better. */
  private static long hold(Share share) {
    if (share.held >= 0) {
      return share.hold;
    }
    return share.everFell ? Math.min(share.hold / 4, LONGEST_SLEEP) : 0;
  }

  private static void explain(Share share) {
    if (share.held >= 0 && share.count > 0) {
      share.reason = share.held == share.steps[share.count - 1] ? Reason.FULL : Reason.BANDWIDTH;
    }
  }

  /** When a share may go up; `Long.MAX_VALUE` when none waits. */
  public long deadline() {
    return wakeAt;
  }

  /** Bits per second of what all get, without the reserve. */
  public long allocated() {
    return allocated;
  }

  /** Bits per second if everybody got all that is of use, with the reserve. */
  public long wanted() {
    return wanted + reserved;
  }

  /// The estimate at which the first share that wants more would get it: what to probe for. 0 when
  /// nobody waits for room.
  public long nextStep() {
    return nextStep;
  }

  public static final int NOTHING = -1;
  private static final double HEADROOM = 1.15;
  private static final long FIRST_HOLD = 200_000_000L;
  private static final long HOLD = 1_500_000_000L;
  private static final long LONGEST_HOLD = 12_000_000_000L;
  private static final long LONGEST_SLEEP = 1_000_000_000L;
  private static final long FLAP = 10_000_000_000L;
}
