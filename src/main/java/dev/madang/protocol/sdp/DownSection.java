package dev.madang.protocol.sdp;

import java.util.List;
import java.util.Map;

/// How a track of ours travels in one media section, as it was agreed.
///
/// @param accepted false when the far end refused it or put it on hold
/// @param payloads in the far end's order of liking; none when refused
/// @param extensions id to URI of the header extensions agreed on
public record DownSection(
    String mid,
    DownTrack track,
    boolean accepted,
    List<Payload> payloads,
    Map<Integer, String> extensions) {
  public DownSection {
    payloads = List.copyOf(payloads);
    extensions = Map.copyOf(extensions);
  }
}
