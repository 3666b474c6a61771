package dev.madang.protocol.sctp;

import java.util.Arrays;

/// Which TSNs have come: all up to one, and beyond it a ring of bits, a word of 64 at a time.
final class ReceivedTsns {
  private long cumulative;
  private long highest;
  private int early;
  private long[] words = new long[4];
  private final int[] duplicates = new int[16];
  private int duplicateCount;

  ReceivedTsns(long firstTsn) {
    cumulative = firstTsn - 1;
    highest = cumulative;
  }

  long cumulative() {
    return cumulative;
  }

  boolean hasGap() {
    return highest > cumulative;
  }

  /** Whether it lies before one that has come. */
  boolean isBehind(long tsn) {
    return tsn < highest;
  }

  /** How many have not come of those before one that has. */
  long missing() {
    return highest - cumulative - early;
  }

  boolean hasDuplicate() {
    return duplicateCount > 0;
  }

  boolean has(long tsn) {
    return tsn <= cumulative || (tsn <= highest && isSet(tsn));
  }

  void duplicate(long tsn) {
    if (duplicateCount < duplicates.length) {
      duplicates[duplicateCount++] = (int) tsn;
    }
  }

  /// A TSN comes that has not come before, not more than [#REACH] beyond the cumulative one.
  void add(long tsn) {
    if (tsn == cumulative + 1) {
      highest = Math.max(highest, tsn);
      cumulative = tsn;
      follow();
      return;
    }
    grow(tsn);
    words[word(tsn)] |= 1L << tsn;
    early++;
    highest = Math.max(highest, tsn);
  }

  /** Everything up to this TSN counts as received. */
  void forward(long tsn) {
    if (tsn >= highest) {
      Arrays.fill(words, 0);
      early = 0;
      cumulative = tsn;
      highest = tsn;
      return;
    }
    while (cumulative < tsn) {
      unset(++cumulative);
    }
    follow();
  }

  private void follow() {
    while (cumulative < highest && isSet(cumulative + 1)) {
      unset(++cumulative);
    }
  }

  /// Writes a SACK, RFC 9260 §3.3.4, with as many gap blocks as the packet has room for.
  ///
  /// ```
  /// |                      Cumulative TSN Ack                       |
  /// |          Advertised Receiver Window Credit (a_rwnd)           |
  /// | Number of Gap Ack Blocks = N  |  Number of Duplicate TSNs = M |
  /// |    Gap Ack Block #1 Start     |    Gap Ack Block #1 End       | …
  /// |                       Duplicate TSN 1                         | …
  /// ```
  void write(PacketWriter packet, int window) {
    int room = packet.room() < MIN_ROOM ? packet.capacity() : packet.room();
    int spare = (room - Chunk.HEADER - 12) / 4 - duplicateCount;
    int blocks = countBlocks(Math.min(spare, MAX_BLOCKS));
    int at = packet.chunk(Chunk.SACK, 0, 12 + 4 * (blocks + duplicateCount));
    byte[] bytes = packet.bytes();
    Chunk.put32(bytes, at, (int) cumulative);
    Chunk.put32(bytes, at + 4, window);
    Chunk.put16(bytes, at + 8, blocks);
    Chunk.put16(bytes, at + 10, duplicateCount);
    at += 12;
    long from = cumulative + 1;
    for (int i = 0; i < blocks; i++, at += 4) {
      long start = next(from, true);
      from = next(start, false);
      Chunk.put16(bytes, at, (int) (start - cumulative));
      Chunk.put16(bytes, at + 2, (int) (from - 1 - cumulative));
    }
    for (int i = 0; i < duplicateCount; i++, at += 4) {
      Chunk.put32(bytes, at, duplicates[i]);
    }
    duplicateCount = 0;
  }

  private int countBlocks(int limit) {
    int blocks = 0;
    for (long at = cumulative + 1; blocks < limit && at <= highest; blocks++) {
      at = next(next(at, true), false);
    }
    return blocks;
  }

  /** The first TSN from here on that has come, or has not; one past the highest has not. */
  private long next(long from, boolean come) {
    for (long at = from; at <= highest; at = (at | 63) + 1) {
      long word = words[word(at)];
      long rest = (come ? word : ~word) >>> at;
      if (rest != 0) {
        return Math.min(at + Long.numberOfTrailingZeros(rest), highest + 1);
      }
    }
    return highest + 1;
  }

  private boolean isSet(long tsn) {
    return (words[word(tsn)] >>> tsn & 1) != 0;
  }

  private void unset(long tsn) {
    early -= isSet(tsn) ? 1 : 0;
    words[word(tsn)] &= ~(1L << tsn);
  }

  private int word(long tsn) {
    return (int) (tsn >> 6) & (words.length - 1);
  }

  /** Makes the ring long enough for everything from the cumulative TSN to this one. */
  private void grow(long tsn) {
    int length = words.length;
    while (tsn - cumulative >= 64L * (length - 1)) {
      length *= 2;
    }
    if (length == words.length) {
      return;
    }
    long[] longer = new long[length];
    for (long at = cumulative; at <= (highest | 63); at += 64) {
      longer[(int) (at >> 6) & (length - 1)] = words[word(at)];
    }
    words = longer;
  }

  /** What the 16 bits of a gap block reach. */
  static final int REACH = 0xFFFF;

  private static final int MIN_ROOM = 128;
  private static final int MAX_BLOCKS = 256;
}
