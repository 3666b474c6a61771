package dev.madang.load;

import dev.madang.wire.BigEndian;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The payloads of pictures that nobody can look at, of the sizes of real ones, with the heads by
/// which a server knows frames and keyframes: H.264 in fragments (RFC 6184 §5.8) or VP8 (RFC 7741
/// §4.2). One a stream; one thread.
final class Pictures {
  private final boolean vp8;
  private final int mean;
  private final SplittableRandom random;
  private final byte[] payload = new byte[MOST];
  private int size;
  private int pieces;
  private boolean key;
  private int pictureId;

  /// @param mean bytes of a picture
  Pictures(boolean vp8, int mean, SplittableRandom random) {
    this.vp8 = vp8;
    this.mean = mean;
    this.random = random;
    random.nextBytes(payload);
    pictureId = random.nextInt(1 << 15);
  }

  /// Begins the next picture and answers in how many pieces it is sent. Sizes differ by up to a
  /// fifth; a keyframe has four times as much.
  int next(boolean key) {
    this.key = key;
    pictureId = pictureId + 1 & 0x7FFF;
    double share = (0.8 + 0.4 * random.nextDouble()) * (key ? KEY : 1);
    size = Math.max((int) (mean * share), LEAST);
    pieces = (size + MOST - 1) / MOST;
    return pieces;
  }

  /// Writes piece `index` and answers its length. As libwebrtc splits a frame: into pieces that
  /// differ by a byte at most.
  int piece(int index) {
    int length = (int) ((long) size * (index + 1) / pieces - (long) size * index / pieces);
    Arrays.fill(payload, 0, Math.min(HEAD, length), (byte) index);
    if (vp8) {
      vp8(index);
    } else {
      h264(index);
    }
    return length;
  }

  byte[] payload() {
    return payload;
  }

  private void h264(int index) {
    // A single piece is a whole unit: it begins like the unit itself.
    int type = key ? IDR : SLICE;
    payload[0] = (byte) (0x60 | (pieces == 1 ? type : FRAGMENT));
    if (pieces > 1) {
      payload[1] = (byte) ((index == 0 ? 0x80 : 0) | (index == pieces - 1 ? 0x40 : 0) | type);
    }
  }

  private void vp8(int index) {
    payload[0] = (byte) (index == 0 ? 0x90 : 0x80);
    payload[1] = (byte) 0xE0;
    BigEndian.put16(payload, 2, 0x8000 | pictureId);
    payload[4] = (byte) pictureId;
    payload[5] = 0;
    if (index == 0) {
      // RFC 6386 §9.1: the lowest bit is 0 for a keyframe, which says how large it is.
      payload[6] = (byte) (key ? 0x10 : 0x11);
      if (key) {
        System.arraycopy(KEYFRAME, 0, payload, 9, KEYFRAME.length);
      }
    }
  }

  /// The start code, 1280 × 720.
  private static final byte[] KEYFRAME = {(byte) 0x9D, 0x01, 0x2A, 0x00, 0x05, (byte) 0xD0, 0x02};

  private static final int SLICE = 1;
  private static final int IDR = 5;
  private static final int FRAGMENT = 28;
  private static final int HEAD = 16;
  private static final int LEAST = 200;
  private static final int KEY = 4;

  /// What libwebrtc puts into one packet, less what headers take.
  private static final int MOST = 1160;
}
