package dev.madang.room.forward;

import dev.madang.media.Vp8Descriptor;
import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.BigEndian;
import dev.madang.wire.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Receives what a [Downlink] sends and keeps what a decoder would go by.
final class Viewer implements Downlink.Output {
  record Packet(
      int payloadType,
      long sequence,
      int timestamp,
      boolean marker,
      int length,
      int payloadLength,
      int pictureId,
      int baseLayer,
      int source,
      int picture,
      int part,
      int parts,
      int temporal,
      boolean keyframe) {}

  final List<Packet> arrived = new ArrayList<>();

  /// By number, retransmissions under their original one.
  final Map<Long, Packet> byNumber = new TreeMap<>();

  final List<byte[]> reports = new ArrayList<>();
  int padding;

  /// Packets to lose, counted from the next one.
  int lose;

  private final RtpPacket view = new RtpPacket();
  private final Sequence.Unwrapper numbers = new Sequence.Unwrapper(16);

  @Override
  public void sendRtp(byte[] bytes, int offset, int headerLength, int length) {
    if (!view.read(bytes, offset, length) || view.headerLength() != headerLength) {
      throw new AssertionError("a packet that does not hold together");
    }
    if (lose > 0) {
      lose--;
      return;
    }
    int payload = view.payloadOffset();
    int size = view.payloadLength();
    if (size == 0) {
      padding++;
      byNumber.put(numbers.unwrap(view.sequence()), packet(numbers.peek(view.sequence()), 0, 0));
      return;
    }
    long number;
    if (view.payloadType() == Publisher.RTX) {
      number = numbers.peek(BigEndian.u16(bytes, payload));
      payload += 2;
      size -= 2;
    } else {
      number = numbers.unwrap(view.sequence());
    }
    Packet packet = packet(number, payload, size);
    arrived.add(packet);
    byNumber.put(number, packet);
  }

  private Packet packet(long number, int payload, int size) {
    return packet(view, number, payload, size);
  }

  /// What a publisher wrote into a packet.
  ///
  /// @param ahead bytes that stand before the payload
  static Packet read(RtpPacket view, long number, int ahead) {
    int payload = view.payloadOffset() + ahead;
    return packet(view, number, payload, Math.max(0, view.payloadLength() - ahead));
  }

  private static Packet packet(RtpPacket view, long number, int payload, int size) {
    byte[] bytes = view.bytes();
    Vp8Descriptor vp8 = new Vp8Descriptor();
    boolean video = view.payloadType() != Publisher.OPUS && size > 20;
    if (video && !vp8.read(bytes, payload, size)) {
      throw new AssertionError("no VP8");
    }
    return new Packet(
        view.payloadType(),
        number,
        view.timestamp(),
        view.marker(),
        view.length(),
        size,
        video ? vp8.pictureId() : -1,
        video ? vp8.tl0PicIdx() : -1,
        video ? BigEndian.i32(bytes, payload + 7) : 0,
        video ? BigEndian.i32(bytes, payload + 11) : 0,
        video ? bytes[payload + 15] : 0,
        video ? bytes[payload + 16] : 0,
        video ? bytes[payload + 17] : 0,
        video && vp8.keyframe());
  }

  @Override
  public void sendRtcp(byte[] bytes, int offset, int length) {
    reports.add(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
  }

  long[] missing() {
    if (byNumber.isEmpty()) {
      return new long[0];
    }
    List<Long> known = new ArrayList<>(byNumber.keySet());
    return java.util.stream.LongStream.rangeClosed(known.getFirst(), known.getLast())
        .filter(number -> !byNumber.containsKey(number))
        .toArray();
  }
}
