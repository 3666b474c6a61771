package dev.madang.room.forward;

/// How many bits a second each layer of a track takes, measured over half a second at a time and
/// smoothed. A layer from which nothing came for two windows is not live.
public final class LayerRates {
  private final int layers;
  private final long[] bytes;
  private final long[] bitrates;
  private final int[] silent;
  private long windowEnds;
  private boolean begun;

  LayerRates(int layers) {
    this.layers = layers;
    bytes = new long[layers * SLOTS];
    bitrates = new long[layers * SLOTS];
    silent = new int[layers * SPATIAL];
  }

  void add(int layer, int spatial, int temporal, int length, long now) {
    if (!begun || now - windowEnds >= 0) {
      turn(now);
    }
    bytes[slot(layer, spatial, temporal)] += length + OVERHEAD;
  }

  /// What it takes to receive this layer: the temporal layers up to `temporal`, and for layered
  /// coding the spatial ones up to `spatial`. Bits a second; 0 when it is not live.
  ///
  /// @param layer of simulcast
  public long bitrate(int layer, int spatial, int temporal) {
    long sum = 0;
    for (int s = 0; s <= Math.min(spatial, SPATIAL - 1); s++) {
      for (int t = 0; t <= Math.min(temporal, TEMPORAL - 1); t++) {
        sum += bitrates[slot(layer, s, t)];
      }
    }
    return live(layer, spatial) ? sum : 0;
  }

  /// Whether packets of it come.
  public boolean live(int layer, int spatial) {
    return spatial < SPATIAL && silent[layer * SPATIAL + spatial] < 3 && total(layer, spatial) > 0;
  }

  public int layers() {
    return layers;
  }

  private long total(int layer, int spatial) {
    long sum = 0;
    for (int t = 0; t < TEMPORAL; t++) {
      sum += bitrates[slot(layer, spatial, t)];
    }
    return sum;
  }

  private void turn(long now) {
    long window = begun ? now - windowEnds + WINDOW_NANOS : WINDOW_NANOS;
    begun = true;
    windowEnds = now + WINDOW_NANOS;
    for (int i = 0; i < silent.length; i++) {
      boolean heard = false;
      for (int t = 0; t < TEMPORAL; t++) {
        int slot = i * TEMPORAL + t;
        long bitrate = bytes[slot] * 8_000_000L / (window / 1000);
        heard |= bytes[slot] > 0;
        bitrates[slot] = bitrates[slot] == 0 ? bitrate : (bitrates[slot] + bitrate) / 2;
        bytes[slot] = 0;
      }
      silent[i] = heard ? 0 : silent[i] + 1;
    }
  }

  private static int slot(int layer, int spatial, int temporal) {
    return (layer * SPATIAL + Math.min(spatial, SPATIAL - 1)) * TEMPORAL
        + Math.min(temporal, TEMPORAL - 1);
  }

  static final int SPATIAL = 4;
  static final int TEMPORAL = 4;
  private static final int SLOTS = SPATIAL * TEMPORAL;
  private static final int OVERHEAD = 40;
  private static final long WINDOW_NANOS = 500_000_000L;
}
