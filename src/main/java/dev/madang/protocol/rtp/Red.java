package dev.madang.protocol.rtp;

import dev.madang.wire.BigEndian;

/// A payload of redundant audio (RFC 2198): older blocks before the newest, each with its payload
/// type and how much older it is. A view that is read again for each packet; one thread.
///
/// ```
/// |1| block PT=7  |  timestamp offset 14 |  block length 10 |   for each older block
/// |0| block PT=7  |                                             for the newest, then the data
/// ```
public final class Red {
  /** More blocks than anybody sends. */
  public static final int MAX_BLOCKS = 8;

  private final int[] types = new int[MAX_BLOCKS];
  private final int[] ages = new int[MAX_BLOCKS];
  private final int[] offsets = new int[MAX_BLOCKS];
  private final int[] lengths = new int[MAX_BLOCKS];
  private int blocks;

  /// Reads the payload at `offset`. False when the lengths lie, when there are more than
  /// [#MAX_BLOCKS] blocks, or when a block is RED itself.
  ///
  /// @param redType the payload type of RED, which no block may have
  public boolean read(byte[] bytes, int offset, int length, int redType) {
    blocks = 0;
    int end = offset + length;
    int at = offset;
    int older = 0;
    int count = 0;
    while (true) {
      if (at >= end || count == MAX_BLOCKS) {
        return false;
      }
      boolean more = bytes[at] < 0;
      types[count] = bytes[at] & 0x7F;
      if (types[count] == redType) {
        return false;
      }
      if (!more) {
        ages[count++] = 0;
        at++;
        break;
      }
      if (end - at < BLOCK_HEAD) {
        return false;
      }
      int ageAndLength = BigEndian.u24(bytes, at + 1);
      ages[count] = ageAndLength >>> 10;
      lengths[count] = ageAndLength & 0x3FF;
      older += lengths[count++];
      at += BLOCK_HEAD;
    }
    if (older > end - at) {
      return false;
    }
    lengths[count - 1] = end - at - older;
    for (int i = 0; i < count; i++) {
      offsets[i] = at;
      at += lengths[i];
    }
    blocks = count;
    return true;
  }

  /** How many blocks there are, the newest last; 0 when the payload was none. */
  public int blocks() {
    return blocks;
  }

  public int payloadType(int block) {
    return types[block];
  }

  /** How much older than the packet's timestamp the block is, in units of the clock rate. */
  public int age(int block) {
    return ages[block];
  }

  public int offset(int block) {
    return offsets[block];
  }

  /** May be 0: a block that a sender had to leave out. */
  public int length(int block) {
    return lengths[block];
  }

  /// The head of an older block, to be written in order before the newest one's; gives where the
  /// next goes.
  ///
  /// @param age below 2^14 units of the clock rate
  /// @param length below 1024 bytes
  public static int writeOlder(byte[] out, int at, int payloadType, int age, int length) {
    if (!fits(age, length)) {
      throw new IllegalArgumentException("a block " + age + " old of " + length + " bytes");
    }
    out[at] = (byte) (0x80 | payloadType);
    BigEndian.put24(out, at + 1, age << 10 | length);
    return at + BLOCK_HEAD;
  }

  /** The head of the newest block, after those of the older ones; then all data in that order. */
  public static int writeNewest(byte[] out, int at, int payloadType) {
    out[at] = (byte) (payloadType & 0x7F);
    return at + 1;
  }

  /** Whether a block can be sent along: neither too old nor too long. */
  public static boolean fits(int age, int length) {
    return age >= 0 && age < 1 << 14 && length >= 0 && length < 1 << 10;
  }

  private static final int BLOCK_HEAD = 4;
}
