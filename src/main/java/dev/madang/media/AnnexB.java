package dev.madang.media;

import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The byte stream form of H.264 and H.265 (ITU-T H.264, annex B): NAL units behind start codes. */
public final class AnnexB {
  private AnnexB() {}

  /// The NAL units of a byte stream, in order, without start codes and trailing zeros. Empty ones
  /// and what comes before the first start code are left out.
  public static List<byte[]> split(byte[] bytes) {
    List<byte[]> units = new ArrayList<>();
    int unit = -1;
    int at = 0;
    while (at + 2 < bytes.length) {
      if (bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1) {
        add(units, bytes, unit, at);
        unit = at + 3;
        at += 3;
      } else {
        at++;
      }
    }
    add(units, bytes, unit, bytes.length);
    return units;
  }

  private static void add(List<byte[]> units, byte[] bytes, int from, int to) {
    if (from < 0) {
      return;
    }
    int end = to;
    // A NAL unit never ends in a zero; those belong to the start code, or fill up the stream.
    while (end > from && bytes[end - 1] == 0) {
      end--;
    }
    if (end > from) {
      units.add(Arrays.copyOfRange(bytes, from, end));
    }
  }

  /** A byte stream of these NAL units. */
  public static byte[] join(List<byte[]> units) {
    ByteWriter stream = new ByteWriter(4096);
    for (byte[] unit : units) {
      stream.i32(1).bytes(unit);
    }
    return stream.toArray();
  }
}
