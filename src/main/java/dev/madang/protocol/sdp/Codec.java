package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A payload type of a media section: its `rtpmap`, `fmtp` and `rtcp-fb` lines together.
/// Retransmission (`rtx`) and redundancy (`red`) are codecs too.
///
/// @param payloadType 0 to 127
/// @param name compared without regard to case
/// @param clockRate in Hz
/// @param channels 1 where none are written
/// @param parameters of `fmtp`, in order; what is no pair, as `111/111` of `red`, has an empty name
/// @param feedback of `rtcp-fb`, such as `nack pli`
public record Codec(
    int payloadType,
    String name,
    int clockRate,
    int channels,
    Map<String, String> parameters,
    List<String> feedback) {
  public Codec {
    if (payloadType < 0 || payloadType > 127) {
      throw new ProtocolException("payload type " + payloadType);
    }
    Words.word(name, 64, "codec");
    if (clockRate < 1 || channels < 1 || channels > 255) {
      throw new ProtocolException("a codec of " + clockRate + " Hz, " + channels + " channels");
    }
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    parameters.forEach((key, value) -> {
      Words.words(key, 64, "codec parameter");
      Words.words(value, 2048, "codec parameter");
    });
    feedback = List.copyOf(feedback);
    feedback.forEach(one -> Words.words(one, 64, "feedback"));
  }

  public boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }

  /** A parameter, or `otherwise` when it is not there. */
  public String parameter(String key, String otherwise) {
    return parameters.getOrDefault(key, otherwise);
  }

  /** Of `rtx`: the payload type that it repeats, or -1. */
  int repeats() {
    return is("rtx") ? (int) Words.numberOr(parameter("apt", ""), -1) : -1;
  }
}
