package dev.madang.media;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.BigEndian;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Makes access units of the packets of an H.264 stream, which come in order. An access unit of
/// which a packet is missing, or does not hold together, is left out whole and counted. One thread.
public final class H264Depacketizer {
  /** More than any encoder makes of one picture, in bytes. */
  public static final int MAX_FRAME = 8 << 20;

  /** More than any encoder cuts a picture into: each is an array of its own. */
  static final int MAX_UNITS = 1024;

  private final Consumer<Frame.H264> out;
  private final PacketOrder order = new PacketOrder();
  private final H264Payload payload = new H264Payload();
  private final Sequence.Unwrapper timestamps = new Sequence.Unwrapper(32);
  private ByteWriter unit = new ByteWriter();
  private List<byte[]> units = new ArrayList<>();
  private long timestamp;
  private int size;
  private boolean open;
  private boolean inFragments;
  private boolean damaged;
  private long broken;

  public H264Depacketizer(Consumer<Frame.H264> out) {
    this.out = out;
  }

  public void receive(RtpPacket packet) {
    if (!order.accept(packet)) {
      return;
    }
    if (order.begins() && open) {
      damaged |= order.gap();
      finish();
    }
    damaged |= order.gap();
    if (packet.payloadLength() == 0) {
      return;
    }
    if (!open) {
      open = true;
      timestamp = timestamps.unwrap(packet.timestamp() & 0xFFFF_FFFFL);
    }
    damaged |= !damaged && !take(packet);
    if (packet.marker()) {
      finish();
    }
  }

  /** How many access units were left out. */
  public long broken() {
    return broken;
  }

  private void finish() {
    if (damaged || inFragments || units.isEmpty()) {
      broken++;
    } else {
      out.accept(new Frame.H264(timestamp, units));
    }
    units = new ArrayList<>();
    size = 0;
    open = false;
    inFragments = false;
    damaged = false;
  }

  /** Takes the units, or the piece of one, out of a payload; false when it does not fit. */
  private boolean take(RtpPacket packet) {
    byte[] bytes = packet.bytes();
    int offset = packet.payloadOffset();
    int length = packet.payloadLength();
    size += length;
    if (size > MAX_FRAME || !payload.read(bytes, offset, length)) {
      return false;
    }
    if (payload.type() == H264Payload.FU_A) {
      return takeFragment(bytes, offset, length);
    }
    if (inFragments || units.size() >= MAX_UNITS) {
      return false;
    }
    if (payload.type() != H264Payload.STAP_A) {
      units.add(Arrays.copyOfRange(bytes, offset, offset + length));
      return true;
    }
    for (int at = offset + 1; at < offset + length; ) {
      int next = BigEndian.u16(bytes, at);
      units.add(Arrays.copyOfRange(bytes, at + 2, at + 2 + next));
      at += 2 + next;
    }
    return true;
  }

  /// RFC 6184 §5.8: the header of the NAL unit is the first three bits of the FU indicator and the
  /// last five of the FU header.
  private boolean takeFragment(byte[] bytes, int offset, int length) {
    if (payload.startsUnit() == inFragments || units.size() >= MAX_UNITS) {
      return false;
    }
    if (payload.startsUnit()) {
      unit = new ByteWriter(2048);
      unit.u8(bytes[offset] & 0xE0 | bytes[offset + 1] & 0x1F);
    }
    unit.bytes(bytes, offset + 2, length - 2);
    inFragments = !payload.endsUnit();
    if (payload.endsUnit()) {
      units.add(unit.toArray());
    }
    return true;
  }
}
