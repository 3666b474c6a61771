package dev.madang.media;

import org.jspecify.annotations.Nullable;

/** The RTP payload formats we know, with the names and clock rates that SDP gives them. */
public enum Codec {
  OPUS("opus", 48_000, 2, Kind.AUDIO),
  PCMU("PCMU", 8_000, 1, Kind.AUDIO),
  PCMA("PCMA", 8_000, 1, Kind.AUDIO),
  G722("G722", 8_000, 1, Kind.AUDIO),
  /** RFC 2198, around [#OPUS]. */
  RED("red", 48_000, 2, Kind.AUDIO),
  VP8("VP8", 90_000, 1, Kind.VIDEO),
  VP9("VP9", 90_000, 1, Kind.VIDEO),
  AV1("AV1", 90_000, 1, Kind.VIDEO),
  H264("H264", 90_000, 1, Kind.VIDEO),
  H265("H265", 90_000, 1, Kind.VIDEO),
  /** RFC 4588, around a video codec. */
  RTX("rtx", 90_000, 1, Kind.REPAIR);

  /** What a codec carries. */
  public enum Kind {
    AUDIO,
    VIDEO,
    /** Packets of another stream, again. */
    REPAIR
  }

  private final String encodingName;
  private final int clockRate;
  private final int channels;
  private final Kind kind;

  Codec(String encodingName, int clockRate, int channels, Kind kind) {
    this.encodingName = encodingName;
    this.clockRate = clockRate;
    this.channels = channels;
    this.kind = kind;
  }

  /** As `a=rtpmap` writes it. */
  public String encodingName() {
    return encodingName;
  }

  /** Of the timestamps, in Hz. */
  public int clockRate() {
    return clockRate;
  }

  /** As `a=rtpmap` writes it; 1 for what is no sound. */
  public int channels() {
    return channels;
  }

  public Kind kind() {
    return kind;
  }

  public boolean isAudio() {
    return kind == Kind.AUDIO;
  }

  public boolean isVideo() {
    return kind == Kind.VIDEO;
  }

  /// The codec of an encoding name, in whatever case, and clock rate; null when we do not know it.
  public static @Nullable Codec of(String encodingName, int clockRate) {
    for (Codec codec : values()) {
      if (codec.clockRate == clockRate && codec.encodingName.equalsIgnoreCase(encodingName)) {
        return codec;
      }
    }
    return null;
  }
}
