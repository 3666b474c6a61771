package dev.madang.media;

import dev.madang.wire.ProtocolException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the pictures of an IVF file, as encoders of VP8 write them: a head of 32 bytes, then each
/// frame behind its length and its time. All numbers are little-endian. Holds one frame at a time;
/// one thread.
///
/// ```
/// "DKIF" | version 16 | length of the head 16 | codec "VP80", "H264" | width 16 | height 16
///        | ticks a second 32 | as a fraction of 32 | frames 32 | unused 32
/// length 32 | time 64 | the frame
/// ```
public final class Ivf {
  private final InputStream in;
  private final Codec codec;
  private final int width;
  private final int height;
  private final long rate;
  private final long scale;

  /// Reads the head.
  ///
  /// @throws ProtocolException when it is no IVF, or of a codec that we have no frames of
  public Ivf(InputStream in) throws IOException {
    this.in = in;
    byte[] head = whole(HEAD);
    if (text(head, 0) != DKIF || u16(head, 4) != 0) {
      throw new ProtocolException("it is no IVF file");
    }
    int more = u16(head, 6) - HEAD;
    if (more < 0 || more > MOST_HEAD) {
      throw new ProtocolException("a head of " + (more + HEAD) + " bytes");
    }
    codec =
        switch (text(head, 8)) {
          case VP80 -> Codec.VP8;
          case H264 -> Codec.H264;
          default -> throw new ProtocolException("its codec is neither VP8 nor H.264");
        };
    width = u16(head, 12);
    height = u16(head, 14);
    rate = u32(head, 16);
    scale = u32(head, 20);
    if (rate == 0 || scale == 0 || rate > MOST_TICKS || scale > MOST_TICKS) {
      throw new ProtocolException("a clock of " + rate + "/" + scale + " ticks a second");
    }
    whole(more);
  }

  public Codec codec() {
    return codec;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /// The next picture; null at the end of the file, also of one that breaks off within a frame.
  ///
  /// @throws ProtocolException when there is none where one should be
  public @Nullable Frame next() throws IOException {
    byte[] head = in.readNBytes(FRAME_HEAD);
    if (head.length < FRAME_HEAD) {
      return null;
    }
    long length = u32(head, 0);
    long time = u32(head, 4) | u32(head, 8) << 32;
    if (length == 0 || length > Vp8Depacketizer.MAX_FRAME) {
      throw new ProtocolException("a frame of " + length + " bytes");
    } else if (time < 0 || time > LATEST || time * scale / rate > LATEST_SECOND) {
      throw new ProtocolException("a frame at " + time);
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      return null;
    }
    long timestamp = ticks(time);
    return codec == Codec.VP8 ? new Frame.Vp8(timestamp, bytes) : accessUnit(timestamp, bytes);
  }

  /// Time in the clock of the codec. Its unit is `scale / rate` of a second.
  private long ticks(long time) {
    long units = time * scale;
    return units / rate * codec.clockRate() + units % rate * codec.clockRate() / rate;
  }

  private static Frame accessUnit(long timestamp, byte[] bytes) {
    List<byte[]> units = AnnexB.split(bytes);
    if (units.isEmpty()) {
      throw new ProtocolException("an access unit without a start code");
    }
    return new Frame.H264(timestamp, units);
  }

  private byte[] whole(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new ProtocolException("it breaks off in its head");
    }
    return bytes;
  }

  private static int u16(byte[] bytes, int at) {
    return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
  }

  private static long u32(byte[] bytes, int at) {
    return (u16(bytes, at) | (long) u16(bytes, at + 2) << 16) & 0xFFFF_FFFFL;
  }

  private static int text(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | bytes[at + 3] & 0xFF;
  }

  private static final int HEAD = 32;
  private static final int MOST_HEAD = 1024;
  private static final int FRAME_HEAD = 12;
  private static final int DKIF = 0x444B4946;
  private static final int VP80 = 0x56503830;
  private static final int H264 = 0x48323634;

  // No file gets there, and it can be counted with.
  private static final long MOST_TICKS = 1_000_000_000L;
  private static final long LATEST = 1L << 32;
  private static final long LATEST_SECOND = 1L << 32;
}
