package dev.madang.room.forward;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.rtp.RtcpReader;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.protocol.rtp.RtpHeaderWriter;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.rtp.Rtx;
import dev.madang.wire.BigEndian;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A sender of VP8, in as many sizes as it is told, with three temporal layers: its packets go into
/// an [Uplink] in which every payload says which frame and packet it is.
final class Publisher implements RtcpReader.Output {
  static final ExtensionMap EXTENSIONS =
      ExtensionMap.NONE
          .with(HeaderExtension.MID, 1)
          .with(HeaderExtension.RID, 2)
          .with(HeaderExtension.REPAIRED_RID, 3)
          .with(HeaderExtension.TRANSPORT_SEQUENCE, 4)
          .with(HeaderExtension.AUDIO_LEVEL, 5);
  static final int VP8 = 96;
  static final int RTX = 97;
  static final int OPUS = 111;

  /// One size.
  static final class Size {
    final int ssrc;
    final String rid;
    int sequence;
    int timestamp;
    int picture = 77;
    int base = 9;
    int frames;
    boolean keyframe = true;
    int keyframes;

    Size(int ssrc, String rid, int sequence, int timestamp) {
      this.ssrc = ssrc;
      this.rid = rid;
      this.sequence = sequence;
      this.timestamp = timestamp;
    }
  }

  final List<Size> sizes = new ArrayList<>();
  final List<Integer> nacked = new ArrayList<>();
  int feedbacks;
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final byte[] buffer = new byte[2000];
  private int transport;
  private int repeats;

  /// What the uplink answers.
  void hear(byte[] bytes, int offset, int length) {
    if (!RtcpReader.read(bytes, offset, length, this)) {
      throw new AssertionError("a report that does not hold together");
    }
  }

  @Override
  public void pictureLoss(int mediaSsrc) {
    for (Size size : sizes) {
      size.keyframe |= size.ssrc == mediaSsrc;
    }
  }

  @Override
  public void nack(int mediaSsrc, int first, int following) {
    nacked.add(first);
    for (int i = 0; i < 16; i++) {
      if ((following >> i & 1) != 0) {
        nacked.add(first + 1 + i & 0xFFFF);
      }
    }
  }

  @Override
  public void transportFeedback(int mediaSsrc, int count, int packets) {
    feedbacks++;
  }

  /// The packets of the next frame of a size, each an array of its own.
  List<byte[]> frame(Size size, int packets) {
    boolean key = size.keyframe;
    size.keyframe = false;
    size.keyframes += key ? 1 : 0;
    int temporal = key ? 0 : TEMPORAL[size.frames % 4];
    if (key) {
      size.frames = 0;
    }
    size.frames++;
    size.base += temporal == 0 ? 1 : 0;
    size.timestamp += 3000;
    size.picture++;
    List<byte[]> frame = new ArrayList<>();
    for (int i = 0; i < packets; i++) {
      frame.add(packet(size, key, temporal, i, packets));
    }
    return frame;
  }

  private byte[] packet(Size size, boolean key, int temporal, int i, int packets) {
    header.begin(
        buffer, 0, VP8, i == packets - 1, size.sequence & 0xFFFF, size.timestamp, size.ssrc);
    header.bytes(1, "v".getBytes(StandardCharsets.UTF_8));
    if (!size.rid.isEmpty()) {
      header.bytes(2, size.rid.getBytes(StandardCharsets.UTF_8));
    }
    header.transportSequence(4, transport++ & 0xFFFF);
    int at = header.end();
    buffer[at] = (byte) (0x80 | (i == 0 ? 0x10 : 0));
    buffer[at + 1] = (byte) 0xE0;
    BigEndian.put16(buffer, at + 2, 0x8000 | size.picture & 0x7FFF);
    buffer[at + 4] = (byte) size.base;
    buffer[at + 5] = (byte) (temporal << 6 | (temporal > 0 ? 0x20 : 0));
    buffer[at + 6] = (byte) (key ? 0 : 1);
    // What the receiving side of a test knows it by.
    BigEndian.put32(buffer, at + 7, size.ssrc);
    BigEndian.put32(buffer, at + 11, size.picture);
    buffer[at + 15] = (byte) i;
    buffer[at + 16] = (byte) packets;
    buffer[at + 17] = (byte) temporal;
    size.sequence++;
    // A sender splits evenly: the last ones are longer by a byte.
    return java.util.Arrays.copyOf(buffer, at + 603 + (i >= packets / 2 ? 1 : 0));
  }

  /// The same packet in the stream of retransmissions.
  byte[] again(byte[] packet, int ssrc) {
    RtpPacket view = new RtpPacket();
    if (!view.read(packet, 0, packet.length)) {
      throw new AssertionError("no packet");
    }
    byte[] wrapped = new byte[packet.length + Rtx.OVERHEAD];
    Rtx.wrap(view, ssrc, RTX, repeats++ & 0xFFFF, wrapped, 0);
    return wrapped;
  }

  /// A sender report of one size: the timestamp it has now is `ntpNanos` of its clock.
  byte[] report(Size size, long ntpNanos) {
    RtcpWriter writer = new RtcpWriter();
    writer.begin(buffer, 0, 200);
    long ntp = ntpNanos / 1_000_000_000L << 32 | (ntpNanos % 1_000_000_000L << 32) / 1_000_000_000L;
    writer.senderReport(size.ssrc, ntp, size.timestamp, 0, 0);
    return java.util.Arrays.copyOf(buffer, writer.length());
  }

  private static final int[] TEMPORAL = {0, 2, 1, 2};
}
