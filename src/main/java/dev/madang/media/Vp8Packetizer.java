package dev.madang.media;

import dev.madang.wire.BigEndian;

/// Makes payloads of VP8 frames (RFC 7741), each with a descriptor that has a 15-bit picture id, a
/// TL0PICIDX and a temporal layer, as browsers write it. Reused for one stream; one thread.
public final class Vp8Packetizer {
  private static final int DESCRIPTOR = 6;

  private final int most;
  private final byte[] scratch;
  private int pictureId;
  private int tl0PicIdx;

  /// @param most how long a payload may be
  /// @param pictureId of the first frame
  public Vp8Packetizer(int most, int pictureId) {
    if (most < 16) {
      throw new IllegalArgumentException("payloads of " + most + " bytes");
    }
    this.most = most;
    this.pictureId = pictureId;
    scratch = new byte[most];
  }

  /** A frame of a stream without temporal layers. */
  public void packetize(Frame.Vp8 frame, Payloads out) {
    packetize(frame, 0, frame.keyframe(), out);
  }

  /// @param temporalId the frame's layer, 0 to 3
  /// @param layerSync whether it refers only to the lowest layer
  public void packetize(Frame.Vp8 frame, int temporalId, boolean layerSync, Payloads out) {
    byte[] picture = frame.picture();
    if (temporalId == 0) {
      tl0PicIdx = tl0PicIdx + 1 & 0xFF;
    }
    // Equal pieces: a short last one would cost a packet all the same.
    int pieces = (picture.length + most - DESCRIPTOR - 1) / (most - DESCRIPTOR);
    for (int i = 0; i < pieces; i++) {
      int from = (int) ((long) picture.length * i / pieces);
      int to = (int) ((long) picture.length * (i + 1) / pieces);
      scratch[0] = (byte) (i == 0 ? 0x90 : 0x80);
      scratch[1] = (byte) 0xE0;
      BigEndian.put16(scratch, 2, 0x8000 | pictureId);
      scratch[4] = (byte) tl0PicIdx;
      scratch[5] = (byte) (temporalId << 6 | (layerSync ? 0x20 : 0));
      System.arraycopy(picture, from, scratch, DESCRIPTOR, to - from);
      out.payload(scratch, 0, DESCRIPTOR + to - from, i == pieces - 1);
    }
    pictureId = pictureId + 1 & 0x7FFF;
  }
}
