package dev.madang.media;

import java.util.List;

/// One picture, or one packet of sound, whole and in time. The arrays are whoever reads the frame's
/// to look at and nobody's to change.
public sealed interface Frame {
  /** In the clock of the codec, not wrapping. */
  long timestamp();

  Codec codec();

  /** Whether a receiver can begin here; always so for sound. */
  boolean keyframe();

  /** An Opus packet of at least one byte. */
  record Opus(long timestamp, byte[] packet) implements Frame {
    public Opus {
      if (packet.length == 0) {
        throw new IllegalArgumentException("an empty packet");
      }
    }

    @Override
    public Codec codec() {
      return Codec.OPUS;
    }

    @Override
    public boolean keyframe() {
      return true;
    }
  }

  /** A VP8 frame of at least one byte. */
  record Vp8(long timestamp, byte[] picture) implements Frame {
    public Vp8 {
      if (picture.length == 0) {
        throw new IllegalArgumentException("an empty picture");
      }
    }

    @Override
    public Codec codec() {
      return Codec.VP8;
    }

    /** RFC 6386 §9.1: the lowest bit of the frame tag is 0 in a keyframe. */
    @Override
    public boolean keyframe() {
      return (picture[0] & 0x01) == 0;
    }
  }

  /**
   * An H.264 access unit: at least one NAL unit, each of at least one byte, without start codes.
   */
  record H264(long timestamp, List<byte[]> units) implements Frame {
    public H264 {
      units = List.copyOf(units);
      if (units.isEmpty() || units.stream().anyMatch(unit -> unit.length == 0)) {
        throw new IllegalArgumentException("an empty access unit");
      }
    }

    @Override
    public Codec codec() {
      return Codec.H264;
    }

    @Override
    public boolean keyframe() {
      return units.stream().anyMatch(unit -> (unit[0] & 0x1F) == H264Payload.IDR);
    }
  }
}
