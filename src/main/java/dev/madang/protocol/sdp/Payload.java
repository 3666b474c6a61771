package dev.madang.protocol.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A codec that both sides agreed on.
///
/// @param codec under the payload type that goes on the wire
/// @param rtx the payload type of its retransmissions, or -1
public record Payload(Codec codec, int rtx) {

  /** The lines of this codec and of its retransmissions. */
  List<Codec> lines() {
    List<Codec> lines = new ArrayList<>(List.of(codec));
    if (rtx >= 0) {
      lines.add(
          new Codec(
              rtx,
              "rtx",
              codec.clockRate(),
              1,
              Map.of("apt", Integer.toString(codec.payloadType())),
              List.of()));
    }
    return lines;
  }
}
