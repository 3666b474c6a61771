package dev.madang.media;

import dev.madang.wire.BigEndian;
import java.util.List;

/// Makes payloads of access units (RFC 6184, packetization mode 1): neighbours that fit together
/// into one STAP-A, units that do not fit into FU-As, the others as they are. Reused; one thread.
public final class H264Packetizer {
  private final int most;
  private final byte[] scratch;

  /** `most`: how long a payload may be. */
  public H264Packetizer(int most) {
    if (most < 16) {
      throw new IllegalArgumentException("payloads of " + most + " bytes");
    }
    this.most = most;
    scratch = new byte[most];
  }

  public void packetize(Frame.H264 frame, Payloads out) {
    List<byte[]> units = frame.units();
    for (int i = 0; i < units.size(); ) {
      int next = together(units, i);
      boolean last = next == units.size();
      byte[] unit = units.get(i);
      if (next - i > 1) {
        out.payload(scratch, 0, aggregate(units, i, next), last);
      } else if (unit.length <= most) {
        out.payload(unit, 0, unit.length, last);
      } else {
        fragment(unit, last, out);
      }
      i = next;
    }
  }

  /** Where the units that fit into one payload with the i-th end. */
  private int together(List<byte[]> units, int i) {
    int size = 1 + 2 + units.get(i).length;
    int next = i + 1;
    while (next < units.size() && size + 2 + units.get(next).length <= most) {
      size += 2 + units.get(next++).length;
    }
    return next;
  }

  private int aggregate(List<byte[]> units, int from, int to) {
    int reference = 0;
    int at = 1;
    for (byte[] unit : units.subList(from, to)) {
      // RFC 6184 §5.7.1: "The value of NRI MUST be the maximum of all the NAL units carried".
      reference = Math.max(reference, unit[0] & 0x60);
      BigEndian.put16(scratch, at, unit.length);
      System.arraycopy(unit, 0, scratch, at + 2, unit.length);
      at += 2 + unit.length;
    }
    scratch[0] = (byte) (reference | H264Payload.STAP_A);
    return at;
  }

  private void fragment(byte[] unit, boolean last, Payloads out) {
    for (int at = 1; at < unit.length; ) {
      int size = Math.min(most - 2, unit.length - at);
      boolean ends = at + size == unit.length;
      scratch[0] = (byte) (unit[0] & 0xE0 | H264Payload.FU_A);
      scratch[1] = (byte) (unit[0] & 0x1F | (at == 1 ? 0x80 : 0) | (ends ? 0x40 : 0));
      System.arraycopy(unit, at, scratch, 2, size);
      at += size;
      out.payload(scratch, 0, 2 + size, last && ends);
    }
  }
}
