package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// The inside of transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1):
/// first [#fit] finds how many packets one feedback can tell of, then [#write] writes it.
final class TransportFeedbackWriter {
  /** The status of each packet, which is also how many bytes its delta has. */
  private final byte[] statuses = new byte[MOST];

  private int count;
  private int length;
  private long reference;

  /// How many of `most` packets fit into `room` bytes. A feedback ends before a packet whose delta
  /// needs more than 16 bits.
  int fit(long[] arrivals, int from, int most, int room) {
    count = 0;
    int deltas = 0;
    long time = 0;
    boolean started = false;
    for (int i = 0; i < Math.min(most, MOST); i++) {
      long arrival = arrivals[from + i];
      int size = 0;
      if (arrival != RtcpWriter.NOT_RECEIVED) {
        if (!started) {
          reference = arrival >> 8;
          time = reference << 8;
          started = true;
        }
        long delta = arrival - time;
        if (delta != (short) delta) {
          break;
        }
        size = delta >= 0 && delta <= 255 ? 1 : 2;
        time = arrival;
      }
      // At worst each chunk holds seven statuses.
      if (padded(FIXED + 2 * (i / 7 + 1) + deltas + size) > room) {
        break;
      }
      statuses[i] = (byte) size;
      deltas += size;
      count++;
    }
    if (!started) {
      reference = 0;
    }
    length = padded(FIXED + writeChunks(NOTHING, 0, false) + deltas);
    return count;
  }

  /** Of what fitted, padded to a multiple of 4. */
  int length() {
    return length;
  }

  void write(byte[] out, int start, int sequence, int feedbackCount, long[] arrivals, int from) {
    BigEndian.put16(out, start, sequence);
    BigEndian.put16(out, start + 2, count);
    BigEndian.put24(out, start + 4, (int) reference);
    out[start + 7] = (byte) feedbackCount;
    int at = start + FIXED;
    at += writeChunks(out, at, true);
    long time = reference << 8;
    for (int i = 0; i < count; i++) {
      int size = statuses[i];
      if (size == 0) {
        continue;
      }
      long delta = arrivals[from + i] - time;
      time = arrivals[from + i];
      if (size == 1) {
        out[at] = (byte) delta;
      } else {
        BigEndian.put16(out, at, (int) delta);
      }
      at += size;
    }
    while (at < start + length) {
      out[at++] = 0;
    }
  }

  /// A run where one status repeats longer than a vector is, else a vector of fourteen single bits
  /// where no delta is large, else one of seven pairs. Gives the bytes of all chunks.
  private int writeChunks(byte[] out, int start, boolean write) {
    int at = start;
    for (int i = 0; i < count; at += 2) {
      int run = run(i);
      int single = single(i);
      int word;
      if (run >= 14 || run == count - i || (run >= 7 && single < 14)) {
        word = statuses[i] << 13 | run;
        i += run;
      } else if (single == 14 || single == count - i) {
        word = 0x8000 | vector(i, 14, 1);
        i += single;
      } else {
        word = 0xC000 | vector(i, 7, 2);
        i += Math.min(7, count - i);
      }
      if (write) {
        BigEndian.put16(out, at, word);
      }
    }
    return at - start;
  }

  private int run(int from) {
    int i = from + 1;
    while (i < count && statuses[i] == statuses[from] && i - from < 0x1FFF) {
      i++;
    }
    return i - from;
  }

  /** How many of the next fourteen statuses are one bit wide before the first that is not. */
  private int single(int from) {
    int i = from;
    while (i < count && statuses[i] < 2 && i - from < 14) {
      i++;
    }
    return i - from;
  }

  private int vector(int from, int symbols, int bits) {
    int word = 0;
    for (int i = 0; i < symbols; i++) {
      word = word << bits | (from + i < count ? statuses[from + i] : 0);
    }
    return word;
  }

  private static int padded(int length) {
    return length + 3 & ~3;
  }

  private static final int FIXED = 8;
  private static final int MOST = 4096;
  private static final byte[] NOTHING = {};
}
