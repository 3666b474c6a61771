package dev.madang.protocol.sdp;

import java.util.List;
import java.util.Map;

/// A payload type of a media section: its `rtpmap`, `fmtp` and `rtcp-fb` lines together. Names are
/// compared without regard to case. Retransmission (`rtx`) and redundancy (`red`) are codecs too.
///
/// @param payloadType 0 to 127
/// @param clockRate in Hz
/// @param channels 1 where none are written
/// @param parameters of `fmtp`; a parameter without `=`, as `111/111` of `red`, has an empty name
/// @param feedback of `rtcp-fb`, such as `nack pli`
public record Codec(
    int payloadType,
    String name,
    int clockRate,
    int channels,
    Map<String, String> parameters,
    List<String> feedback) {}
