package dev.madang.net;

import org.jspecify.annotations.Nullable;

/// Datagrams of equal length to one far end, which make one trip through the kernel's stack (GSO);
/// the last may be shorter. Pooled by its [Outbox].
final class Run {
  @Nullable Path path;
  @Nullable Run next;
  int segment;
  int count;
  int bytes;
  int firstPiece;
  int lastPiece;

  void start(Path path, int piece, int length) {
    this.path = path;
    next = null;
    segment = length;
    count = 1;
    bytes = length;
    firstPiece = piece;
    lastPiece = piece;
  }

  /// "the last may be shorter": after a shorter one nothing may follow.
  boolean takes(int length) {
    return length <= segment
        && length > 0
        && bytes == segment * count
        && count < MOST_SEGMENTS
        && bytes + length <= MOST_BYTES;
  }

  // UDP_MAX_SEGMENTS of older kernels.
  private static final int MOST_SEGMENTS = 64;
  private static final int MOST_BYTES = 64_000;
}
