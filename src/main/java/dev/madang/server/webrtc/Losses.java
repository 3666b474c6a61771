package dev.madang.server.webrtc;

import java.util.SplittableRandom;

/// A line that loses: each packet is lost by itself, with the same chance. Lives on one loop.
final class Losses {
  private final double share;
  private final SplittableRandom random;

  /// @param share the chance of each packet, 0 to 1
  Losses(double share, long seed) {
    this.share = share;
    random = new SplittableRandom(seed);
  }

  boolean next() {
    return random.nextDouble() < share;
  }
}
