package dev.madang.room.forward;

import java.util.Arrays;

/// Packets of one track on their way to a [Relay] that lives elsewhere: filled on the track's loop,
/// emptied on the relay's, then brought back to be filled again.
public final class Parcel {
  private byte[] bytes = new byte[16_384];
  private long[] facts = new long[16 * FIELDS];
  private int used;
  private int count;
  private final Arrival arrival = new Arrival();

  /// Copies a packet; false when the parcel is full.
  public boolean add(Arrival packet, int layer) {
    int size = packet.descriptorLength + packet.payloadLength;
    if (count == MOST_PACKETS || used + size > MOST_BYTES) {
      return false;
    }
    if (used + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + size));
    }
    if ((count + 1) * FIELDS > facts.length) {
      facts = Arrays.copyOf(facts, facts.length * 2);
    }
    System.arraycopy(packet.bytes, packet.descriptor, bytes, used, packet.descriptorLength);
    System.arraycopy(
        packet.bytes, packet.payload, bytes, used + packet.descriptorLength, packet.payloadLength);
    int at = count++ * FIELDS;
    facts[at] = (long) used << 32 | layer;
    facts[at + 1] = (long) packet.descriptorLength << 32 | packet.payloadLength;
    facts[at + 2] = packet.sequence;
    facts[at + 3] = (long) packet.timestamp << 32 | packet.flags;
    facts[at + 4] = packet.picture;
    facts[at + 5] = (long) packet.spatial << 32 | packet.temporal;
    facts[at + 6] = (long) packet.baseLayer << 32 | packet.audioLevel & 0xFFFF_FFFFL;
    facts[at + 7] = (long) packet.orientation << 32 | (long) packet.height << 8 | packet.coding;
    used += size;
    return true;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /// Gives everything to the relay, in order, and is empty.
  public void deliver(Relay to, long now) {
    for (int i = 0; i < count; i++) {
      int at = i * FIELDS;
      arrival.bytes = bytes;
      arrival.descriptor = (int) (facts[at] >> 32);
      arrival.descriptorLength = (int) (facts[at + 1] >> 32);
      arrival.payload = arrival.descriptor + arrival.descriptorLength;
      arrival.payloadLength = (int) facts[at + 1];
      arrival.sequence = facts[at + 2];
      arrival.timestamp = (int) (facts[at + 3] >> 32);
      arrival.flags = (int) facts[at + 3];
      arrival.picture = facts[at + 4];
      arrival.spatial = (int) (facts[at + 5] >> 32);
      arrival.temporal = (int) facts[at + 5];
      arrival.baseLayer = (int) (facts[at + 6] >> 32);
      arrival.audioLevel = (int) facts[at + 6];
      arrival.orientation = (int) (facts[at + 7] >> 32);
      arrival.height = (int) facts[at + 7] >> 8;
      arrival.coding = (int) facts[at + 7] & 0xFF;
      to.receive(arrival, (int) facts[at], now);
    }
    used = 0;
    count = 0;
  }

  private static final int FIELDS = 8;
  private static final int MOST_PACKETS = 512;
  private static final int MOST_BYTES = 1 << 19;
}
