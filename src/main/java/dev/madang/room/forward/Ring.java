package dev.madang.room.forward;

import java.util.Arrays;

/// The last packets of one [Layer], the only copy that its receivers share: a receiver keeps
/// numbers, and a retransmission reads here again. Lives with its [Relay].
///
/// Packets lie one behind the other in a slab of bytes, each with room before its payload for the
/// header that is written anew for every receiver. The slab grows until it holds [#WANTED_NANOS] of
/// the stream, within a bound. A layer that never comes takes no memory: a far end may name many.
final class Ring {
  private final int firstBytes;
  private final int mostBytes;
  private byte[] slab = {};

  /// What is known of each packet, [#FIELDS] longs a slot.
  private long[] meta = {};

  private int slots;
  private int[] slotOf = {};

  /// Bytes ever taken: modulo the slab's length it is the place of the next packet.
  private long written;

  /// Packets ever put: modulo the slots it is the slot of the next one.
  private long count;

  /// The number of the oldest that is still here.
  private long oldest;

  private long keyframe = Numbers.NONE;

  /// The highest number so far.
  private long newest = -1;

  /// Both powers of two.
  Ring(int firstBytes, int mostBytes) {
    this.firstBytes = firstBytes;
    this.mostBytes = mostBytes;
  }

  private void begin() {
    slab = new byte[firstBytes];
    slots = slotsFor(firstBytes);
    meta = new long[slots * FIELDS];
    slotOf = new int[slotsFor(mostBytes)];
    Arrays.fill(slotOf, -1);
  }

  /// Keeps a copy and answers its slot, which is good until the next `put`.
  int put(Arrival packet, long now) {
    if (count == 0) {
      begin();
    }
    int before = HEAD + 2 * packet.descriptorLength;
    int needed = before + packet.payloadLength + TAIL;
    makeRoom(needed, now);
    long at = placeFor(needed);
    int place = (int) (at % slab.length);
    System.arraycopy(packet.bytes, packet.descriptor, slab, place, packet.descriptorLength);
    System.arraycopy(packet.bytes, packet.payload, slab, place + before, packet.payloadLength);
    int slot = (int) count & slots - 1;
    int base = slot * FIELDS;
    meta[base + START] = at;
    meta[base + NUMBER] = count;
    meta[base + ARRIVED] = now;
    meta[base + SEQUENCE] = packet.sequence;
    meta[base + PAYLOAD] = (long) packet.payloadLength << 32 | place + before;
    meta[base + TIMESTAMP] = (long) packet.timestamp << 32 | packet.flags;
    meta[base + PICTURE] = packet.picture;
    meta[base + ABOUT] =
        packet.spatial
            | (long) packet.temporal << 8
            | (packet.baseLayer & 0xFFFFL) << 16
            | (packet.audioLevel & 0xFFFFL) << 32
            | (long) packet.orientation << 48;
    meta[base + CODING] = (long) packet.descriptorLength << 32 | packet.coding;
    written = at + needed;
    slotOf[(int) packet.sequence & slotOf.length - 1] = slot;
    newest = Math.max(newest, packet.sequence);
    count++;
    if (packet.is(Arrival.KEYFRAME)) {
      keyframe = packet.sequence;
    }
    return slot;
  }

  /// The slot of a packet that is still here, or -1.
  int find(long sequence) {
    if (count == 0) {
      return -1;
    }
    int slot = slotOf[(int) sequence & slotOf.length - 1];
    boolean here =
        slot >= 0
            && slot < slots
            && meta[slot * FIELDS + SEQUENCE] == sequence
            && meta[slot * FIELDS + NUMBER] >= oldest;
    return here ? slot : -1;
  }

  /// Where the last keyframe begins, if it and what follows it are here; else [Numbers#NONE].
  long keyframe() {
    return keyframe != Numbers.NONE && find(keyframe) >= 0 ? keyframe : Numbers.NONE;
  }

  /// The number of the oldest packet of those that came since then; of the next one when none did.
  long since(long then) {
    long first = next();
    for (long n = count - 1; n >= oldest; n--) {
      int base = ((int) n & slots - 1) * FIELDS;
      if (meta[base + ARRIVED] - then < 0) {
        break;
      }
      first = Math.min(first, meta[base + SEQUENCE]);
    }
    return first;
  }

  /// The number after the newest; 0 when nothing came yet.
  long next() {
    return newest + 1;
  }

  byte[] bytes() {
    return slab;
  }

  /// Where the payload begins; before it, [#HEAD] bytes and the descriptor's length are free.
  int payload(int slot) {
    return (int) meta[slot * FIELDS + PAYLOAD];
  }

  int length(int slot) {
    return (int) (meta[slot * FIELDS + PAYLOAD] >> 32);
  }

  int descriptor(int slot) {
    return payload(slot) - HEAD - 2 * descriptorLength(slot);
  }

  int descriptorLength(int slot) {
    return (int) (meta[slot * FIELDS + CODING] >> 32);
  }

  int coding(int slot) {
    return (int) meta[slot * FIELDS + CODING];
  }

  long sequence(int slot) {
    return meta[slot * FIELDS + SEQUENCE];
  }

  long arrived(int slot) {
    return meta[slot * FIELDS + ARRIVED];
  }

  int timestamp(int slot) {
    return (int) (meta[slot * FIELDS + TIMESTAMP] >> 32);
  }

  boolean is(int slot, int flag) {
    return ((int) meta[slot * FIELDS + TIMESTAMP] & flag) != 0;
  }

  long picture(int slot) {
    return meta[slot * FIELDS + PICTURE];
  }

  int spatial(int slot) {
    return (int) meta[slot * FIELDS + ABOUT] & 0xFF;
  }

  int temporal(int slot) {
    return (int) meta[slot * FIELDS + ABOUT] >> 8 & 0xFF;
  }

  int baseLayer(int slot) {
    return (short) (meta[slot * FIELDS + ABOUT] >> 16);
  }

  int audioLevel(int slot) {
    return (short) (meta[slot * FIELDS + ABOUT] >> 32);
  }

  int orientation(int slot) {
    return (short) (meta[slot * FIELDS + ABOUT] >> 48);
  }

  /// Forgets the oldest until `needed` bytes are free, or grows when they are too young for that.
  private void makeRoom(int needed, long now) {
    while (oldest < count && !fits(needed)) {
      long arrived = meta[((int) oldest & slots - 1) * FIELDS + ARRIVED];
      if (now - arrived < WANTED_NANOS && slab.length < mostBytes) {
        grow();
      } else {
        oldest++;
      }
    }
  }

  private boolean fits(int needed) {
    long first = meta[((int) oldest & slots - 1) * FIELDS + START];
    return count - oldest < slots && placeFor(needed) + needed - first <= slab.length;
  }

  /// A packet does not lie over the end of the slab.
  private long placeFor(int needed) {
    int place = (int) (written % slab.length);
    return place + needed <= slab.length ? written : written + slab.length - place;
  }

  private void grow() {
    byte[] narrow = slab;
    long[] known = meta;
    int mask = slots - 1;
    slab = new byte[narrow.length * 2];
    slots = slotsFor(slab.length);
    meta = new long[slots * FIELDS];
    written = 0;
    for (long n = oldest; n < count; n++) {
      int from = ((int) n & mask) * FIELDS;
      int slot = (int) n & slots - 1;
      System.arraycopy(known, from, meta, slot * FIELDS, FIELDS);
      int place = (int) (known[from + START] % narrow.length);
      int payload = (int) known[from + PAYLOAD];
      int length = (int) (known[from + PAYLOAD] >> 32);
      int size = payload - place + length + TAIL;
      System.arraycopy(narrow, place, slab, (int) written, size);
      meta[slot * FIELDS + START] = written;
      meta[slot * FIELDS + PAYLOAD] = (long) length << 32 | written + payload - place;
      slotOf[(int) known[from + SEQUENCE] & slotOf.length - 1] = slot;
      written += size;
    }
  }

  private static int slotsFor(int bytes) {
    return Math.max(16, bytes / MEAN_PACKET);
  }

  /// For a header with extensions, and what a retransmission puts between it and the payload.
  static final int HEAD = 96;

  /// For padding.
  static final int TAIL = 16;

  static final long WANTED_NANOS = 1_500_000_000L;
  private static final int MEAN_PACKET = 256;

  private static final int START = 0;
  private static final int NUMBER = 1;
  private static final int ARRIVED = 2;
  private static final int SEQUENCE = 3;
  private static final int PAYLOAD = 4;
  private static final int TIMESTAMP = 5;
  private static final int PICTURE = 6;
  private static final int ABOUT = 7;
  private static final int CODING = 8;
  private static final int FIELDS = 9;
}
