package dev.madang.load;

/// When the packets of a picture leave.
enum Pattern {
  /// All at once, as a camera with an encoder for its own sends them.
  FRAMES,
  /// Three every 5 ms, which is what libwebrtc's pacer makes of 2.5 Mb/s.
  GROUPS,
  /// One after the other, spread evenly until the next picture.
  SINGLES;

  /// Nanoseconds after the first that packet `index` of `count` leaves.
  long offset(int index, int count, long picture) {
    return switch (this) {
      case FRAMES -> 0;
      case GROUPS -> Math.min(index / GROUP * PACE, picture * index / count);
      case SINGLES -> picture * index / count;
    };
  }

  private static final int GROUP = 3;
  private static final long PACE = 5_000_000L;
}
