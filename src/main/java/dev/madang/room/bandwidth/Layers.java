package dev.madang.room.bandwidth;

import java.util.Arrays;

/// The layers of one video track as they arrive at one loop: what each costs, how large its picture
/// is, whether it flows. One for each relay of the track, on the relay's loop.
///
/// A spatial layer counts up from the smallest picture; with simulcast each is a stream of its own,
/// with SVC it needs all below it. A temporal layer always needs those below it.
///
/// ```
/// unknown --declare / arrived--> available <--- arrived
///                                   | asked for, and yet silent while others flow
///                                   v
///                                 missing
/// ```
public final class Layers {
  public static final int SPATIAL = 4;
  public static final int TEMPORAL = 4;

  private final boolean svc;
  private final int[] buckets = new int[BUCKETS * SPATIAL * TEMPORAL];
  private final long[] rates = new long[SPATIAL * TEMPORAL];
  private final long[] declared = new long[SPATIAL];
  private final int[] heights = new int[SPATIAL];
  private final long[] arrivals = new long[SPATIAL];
  private final long[] flowsSince = new long[SPATIAL];
  private final boolean[] seen = new boolean[SPATIAL];
  private final boolean[] silent = new boolean[SPATIAL];
  private final int[] temporals = new int[SPATIAL];
  private long bucketBegan;
  private boolean begun;
  private int bucket;
  private int offered;
  private int asked = SPATIAL - 1;
  private long askedAt;

  /**
   * @param svc whether a spatial layer needs those below it
   */
  public Layers(boolean svc) {
    this.svc = svc;
    Arrays.fill(silent, true);
  }

  /// What the publisher says about a layer, before or instead of a measurement.
  ///
  /// @param height lines of the picture, 0 = not known
  /// @param bitsPerSecond at most, 0 = not known
  public void declare(int spatial, int height, long bitsPerSecond) {
    heights[spatial] = height;
    declared[spatial] = bitsPerSecond;
  }

  /// So many sizes of simulcast were announced. A browser that begins on a small line, and is soon
  /// asked for less, has sent none of the larger ones yet: they come when they are asked for.
  public void offer(int sizes) {
    offered = sizes;
  }

  /** A picture of so many lines arrived. */
  public void height(int spatial, int height) {
    if (spatial < SPATIAL) {
      heights[spatial] = height;
    }
  }

  /// Whether what is counted as `lower` is larger than what is counted as `upper`: by its lines
  /// where both are known, else by rates that are far apart after both had time to rise.
  public boolean larger(int lower, int upper) {
    if (heights[lower] > 0 && heights[upper] > 0) {
      return heights[lower] > heights[upper];
    }
    return settled(lower)
        && settled(upper)
        && measured(lower, TEMPORAL - 1) > 2 * measured(upper, TEMPORAL - 1);
  }

  private boolean settled(int spatial) {
    return flows(spatial)
        && bucketBegan - flowsSince[spatial] > SETTLING
        && measured(spatial, TEMPORAL - 1) > 0;
  }

  /** Two layers of simulcast change places. */
  public void swap(int a, int b) {
    for (int temporal = 0; temporal < TEMPORAL; temporal++) {
      swap(rates, slot(a, temporal), slot(b, temporal));
      for (int i = 0; i < BUCKETS; i++) {
        swap(buckets, slot(a, temporal) * BUCKETS + i, slot(b, temporal) * BUCKETS + i);
      }
    }
    swap(declared, a, b);
    swap(heights, a, b);
    swap(arrivals, a, b);
    swap(flowsSince, a, b);
    swap(seen, a, b);
    swap(silent, a, b);
    swap(temporals, a, b);
  }

  private static void swap(long[] of, int a, int b) {
    long kept = of[a];
    of[a] = of[b];
    of[b] = kept;
  }

  private static void swap(int[] of, int a, int b) {
    int kept = of[a];
    of[a] = of[b];
    of[b] = kept;
  }

  private static void swap(boolean[] of, int a, int b) {
    boolean kept = of[a];
    of[a] = of[b];
    of[b] = kept;
  }

  /** A packet arrived. */
  public void arrived(int spatial, int temporal, int bytes, long now) {
    if (spatial >= SPATIAL || temporal >= TEMPORAL) {
      return;
    }
    roll(now);
    if (silent[spatial]) {
      silent[spatial] = false;
      seen[spatial] = true;
      flowsSince[spatial] = now;
      forget(spatial);
    }
    temporals[spatial] = Math.max(temporals[spatial], temporal);
    arrivals[spatial] = now;
    buckets[slot(spatial, temporal) * BUCKETS + bucket] += bytes;
  }

  /// What dynacast asked of the publisher: higher layers may be silent and are not missing.
  public void asked(int spatial, long now) {
    if (spatial > asked) {
      askedAt = now;
    }
    asked = spatial;
  }

  /** Time goes by; a few times a second is enough. */
  public void tick(long now) {
    roll(now);
  }

  private void roll(long now) {
    if (!begun) {
      begun = true;
      bucketBegan = now;
      askedAt = now;
    }
    if (now - bucketBegan >= 2 * BUCKETS * BUCKET) {
      // Nothing came for long: the last figures stand.
      bucketBegan = now;
      Arrays.fill(buckets, 0);
      Arrays.fill(flowsSince, now);
    }
    while (now - bucketBegan >= BUCKET) {
      measure(bucketBegan + BUCKET);
      bucketBegan += BUCKET;
      bucket = (bucket + 1) % BUCKETS;
      for (int slot = 0; slot < SPATIAL * TEMPORAL; slot++) {
        buckets[slot * BUCKETS + bucket] = 0;
      }
    }
  }

  private void measure(long end) {
    for (int spatial = 0; spatial < SPATIAL; spatial++) {
      if (!silent[spatial] && fellSilent(spatial)) {
        silent[spatial] = true;
      }
      // A layer that falls silent keeps its last figure: that is what it will cost again.
      long span = Math.min(end - flowsSince[spatial], BUCKETS * BUCKET);
      if (silent[spatial] || span < ENOUGH || end - arrivals[spatial] > BUCKET) {
        continue;
      }
      for (int temporal = 0; temporal < TEMPORAL; temporal++) {
        int slot = slot(spatial, temporal);
        long bytes = 0;
        for (int i = 0; i < BUCKETS; i++) {
          bytes += buckets[slot * BUCKETS + i];
        }
        rates[slot] = bytes * 8_000_000_000L / span;
      }
    }
  }

  /// Silent is who is silent while another layer of the track flows: a still screen is not.
  private boolean fellSilent(int spatial) {
    for (int other = 0; other < SPATIAL; other++) {
      if (seen[other] && arrivals[other] - arrivals[spatial] > SILENCE) {
        return true;
      }
    }
    return false;
  }

  private void forget(int spatial) {
    for (int temporal = 0; temporal < TEMPORAL; temporal++) {
      int slot = slot(spatial, temporal);
      Arrays.fill(buckets, slot * BUCKETS, (slot + 1) * BUCKETS, 0);
    }
  }

  /** Whether packets of it arrive. */
  public boolean flows(int spatial) {
    return spatial < SPATIAL && !silent[spatial];
  }

  /// Whether it flows, or would if it were asked for.
  public boolean available(int spatial, long now) {
    if (!silent[spatial]) {
      return true;
    }
    boolean known = seen[spatial] || declared[spatial] > 0 || spatial < offered;
    return begun && known && (spatial > asked || now - askedAt < PATIENCE);
  }

  /** Lines of a picture, 0 = not known. */
  public int height(int spatial) {
    return heights[spatial];
  }

  /** The highest temporal layer seen in a spatial one. */
  public int temporals(int spatial) {
    return temporals[spatial];
  }

  /// Bits per second of sending these layers: with all those that they need. Before it is measured
  /// it is what the publisher declared, or what such a picture usually takes.
  public long cost(int spatial, int temporal) {
    long cost = 0;
    for (int below = svc ? 0 : spatial; below <= spatial; below++) {
      cost += encoding(below, temporal);
    }
    return cost;
  }

  private long measured(int spatial, int temporal) {
    long measured = 0;
    for (int below = 0; below <= temporal; below++) {
      measured += rates[slot(spatial, below)];
    }
    return measured;
  }

  private long encoding(int spatial, int temporal) {
    long measured = measured(spatial, temporal);
    if (measured > 0) {
      return measured;
    }
    return declared[spatial] > 0 ? declared[spatial] : usual(spatial);
  }

  private long usual(int spatial) {
    int lines = heights[spatial] > 0 ? heights[spatial] : 180 << spatial;
    return (long) (150_000 * Math.pow(lines / 180.0, 1.75));
  }

  private static int slot(int spatial, int temporal) {
    return spatial * TEMPORAL + temporal;
  }

  private static final int BUCKETS = 8;
  private static final long BUCKET = 250_000_000L;
  private static final long ENOUGH = 500_000_000L;
  private static final long SILENCE = 600_000_000L;
  private static final long SETTLING = 3_000_000_000L;
  private static final long PATIENCE = 3_000_000_000L;
}
