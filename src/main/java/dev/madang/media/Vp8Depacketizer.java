package dev.madang.media;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Sequence;
import java.util.function.Consumer;

/// Makes frames of the packets of a VP8 stream, which come in order. A frame of which a packet is
/// missing, or does not hold together, is left out whole and counted. One thread.
public final class Vp8Depacketizer {
  /** More than any encoder makes of one picture, in bytes. */
  public static final int MAX_FRAME = 8 << 20;

  private final Consumer<Frame.Vp8> out;
  private final PacketOrder order = new PacketOrder();
  private final Vp8Descriptor descriptor = new Vp8Descriptor();
  private final Sequence.Unwrapper timestamps = new Sequence.Unwrapper(32);
  private ByteWriter picture = new ByteWriter();
  private long timestamp;
  private boolean open;
  private boolean damaged;
  private long broken;

  public Vp8Depacketizer(Consumer<Frame.Vp8> out) {
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
    damaged |= open && order.gap();
    if (packet.payloadLength() == 0) {
      return;
    }
    boolean first = !open;
    if (first) {
      open = true;
      timestamp = timestamps.unwrap(packet.timestamp() & 0xFFFF_FFFFL);
    }
    damaged |= !damaged && !take(packet, first);
    if (packet.marker()) {
      finish();
    }
  }

  /** How many frames were left out. */
  public long broken() {
    return broken;
  }

  /**
   * Takes a piece of the picture; false when it does not fit. The descriptor tells the first one.
   */
  private boolean take(RtpPacket packet, boolean first) {
    if (!descriptor.read(packet.bytes(), packet.payloadOffset(), packet.payloadLength())
        || descriptor.startsFrame() != first) {
      return false;
    }
    int head = descriptor.descriptorLength();
    picture.bytes(packet.bytes(), packet.payloadOffset() + head, packet.payloadLength() - head);
    return picture.position() <= MAX_FRAME;
  }

  private void finish() {
    if (damaged) {
      broken++;
    } else {
      out.accept(new Frame.Vp8(timestamp, picture.toArray()));
    }
    picture = new ByteWriter();
    open = false;
    damaged = false;
  }
}
