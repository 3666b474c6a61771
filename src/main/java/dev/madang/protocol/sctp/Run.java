package dev.madang.protocol.sctp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Fragments of one message that follow each other, with nothing missing in between: by TSN, or by
/// fragment number where messages interleave.
final class Run {
  final long start;
  long end;
  private final boolean begins;
  private boolean ends;
  final int ppid;
  private Piece first;
  private Piece last;
  int bytes;
  int cost;

  /** A copy of one fragment's bytes. */
  private static final class Piece {
    final byte[] bytes;
    @Nullable Piece next;

    Piece(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  Run(long position, int flags, int ppid, byte[] bytes, int at, int length) {
    this.start = position;
    this.end = position;
    this.begins = (flags & Chunk.BEGIN) != 0;
    this.ends = (flags & Chunk.END) != 0;
    this.ppid = ppid;
    this.first = new Piece(Arrays.copyOfRange(bytes, at, at + length));
    this.last = first;
    this.bytes = length;
    this.cost = length + OVERHEAD;
  }

  boolean isWhole() {
    return begins && ends;
  }

  /** Whether that run continues this one. */
  boolean takes(Run other) {
    return end + 1 == other.start && !ends && !other.begins;
  }

  void append(Run other) {
    end = other.end;
    ends = other.ends;
    last.next = other.first;
    last = other.last;
    bytes += other.bytes;
    cost += other.cost;
  }

  /** All its bytes in one array. */
  byte[] gather() {
    if (first == last) {
      return first.bytes;
    }
    byte[] whole = new byte[bytes];
    int at = 0;
    for (Piece piece = first; piece != null; piece = piece.next) {
      System.arraycopy(piece.bytes, 0, whole, at, piece.bytes.length);
      at += piece.bytes.length;
    }
    return whole;
  }

  /** What keeping a fragment costs beyond its bytes. */
  static final int OVERHEAD = 96;
}
