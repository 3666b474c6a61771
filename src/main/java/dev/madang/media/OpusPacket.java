package dev.madang.media;

/// What the first bytes of an Opus packet say (RFC 6716 §3): how many frames of what length. A view
/// that is read again for each packet; one thread.
public final class OpusPacket {
  private int frames;
  private int frameSamples;
  private int toc;
  private int length;

  /// Reads the packet; false when it is empty or breaks one of the rules R1 to R7 of RFC 6716 §3.4
  /// as far as they concern its length in time.
  public boolean read(byte[] bytes, int offset, int length) {
    this.length = length;
    if (length < 1) {
      return false;
    }
    toc = bytes[offset] & 0xFF;
    frameSamples = FRAME_SAMPLES[toc >> 3];
    switch (toc & 0x03) {
      case 0 -> frames = 1;
      case 1 -> {
        frames = 2;
        // R3: two frames of one size.
        if ((length & 1) == 0) {
          return false;
        }
      }
      case 2 -> {
        frames = 2;
        if (length < 2) {
          return false;
        }
      }
      default -> {
        if (length < 2) {
          return false;
        }
        frames = bytes[offset + 1] & 0x3F;
      }
    }
    // R5: "at least one frame, but no more than 120 ms of audio total".
    return frames > 0 && frames * frameSamples <= 5760;
  }

  /** How many frames there are, 1 to 48. */
  public int frames() {
    return frames;
  }

  /** How long the packet is, in samples of 48 kHz: 120 to 5760. */
  public int samples() {
    return frames * frameSamples;
  }

  public boolean stereo() {
    return (toc & 0x04) != 0;
  }

  /// Whether the packet holds no sound at all: discontinuous transmission, at most a byte of a
  /// frame behind the head (RFC 6716 §3.1; libopus calls a packet of up to two bytes DTX).
  public boolean silence() {
    return length <= 2;
  }

  /** RFC 6716 §3.1, table 2, in samples of 48 kHz. */
  private static final int[] FRAME_SAMPLES = {
    480,
    960,
    1920,
    2880,
    480,
    960,
    1920,
    2880,
    480,
    960,
    1920,
    2880, // SILK
    480,
    960,
    480,
    960, // hybrid
    120,
    240,
    480,
    960,
    120,
    240,
    480,
    960,
    120,
    240,
    480,
    960,
    120,
    240,
    480,
    960 // CELT
  };
}
