package dev.madang.room.forward;

/// One media packet of a publisher as its [Layer] read it: where its payload lies and what it says
/// of itself. One object a loop, filled anew for each packet.
public final class Arrival {
  /// The first packet of a frame that needs no other frame.
  static final int KEYFRAME = 1;

  static final int FRAME_START = 2;
  static final int FRAME_END = 4;

  /// From here a receiver may begin to decode this temporal layer.
  static final int TEMPORAL_SWITCH = 8;

  /// From here a receiver may begin to decode this spatial layer.
  static final int SPATIAL_SWITCH = 16;

  static final int MARKER = 32;

  /// It only fills a number: no payload.
  static final int EMPTY = 64;

  byte[] bytes = new byte[0];
  int payload;
  int payloadLength;

  /// Where the dependency descriptor lies; length 0: it has none.
  int descriptor;

  int descriptorLength;

  /// Of the extended sequence, which never wraps.
  long sequence;

  int timestamp;
  int flags;

  /// 0 is the smallest picture.
  int spatial;

  int temporal;

  /// Extended picture id, or [Numbers#NONE].
  long picture;

  /// The running number of pictures of the base layer (8 bits), or -1.
  int baseLayer;

  /// RFC 6464: -127..0 dBov as 0..127 in the low bits, 0x80 voice; -1: not said.
  int audioLevel;

  /// 3GPP TS 26.114 section 7.4.5, or -1.
  int orientation;

  /// Lines of the picture, where the packet tells; else 0.
  int height;

  /// Which coding of the track, by place.
  int coding;

  boolean is(int flag) {
    return (flags & flag) != 0;
  }

  void clear() {
    descriptorLength = 0;
    flags = 0;
    spatial = 0;
    temporal = 0;
    picture = Numbers.NONE;
    baseLayer = -1;
    audioLevel = -1;
    orientation = -1;
    coding = 0;
    height = 0;
  }
}
