package dev.madang.protocol.sdp;

import java.util.List;
import java.util.Map;

/// How a track of ours travels in one media section, as it was agreed.
///
/// @param mid empty when there is no section for it
/// @param accepted false when the far end refused it, holds it, or has no codec for it
/// @param payloads best first; none when not accepted
/// @param extensions id to URI of the header extensions agreed on
/// @param rids those layers of the track's simulcast that the far end takes
public record DownSection(
    String mid,
    DownTrack track,
    boolean accepted,
    List<Payload> payloads,
    Map<Integer, String> extensions,
    List<String> rids) {
  public DownSection {
    payloads = List.copyOf(payloads);
    extensions = Map.copyOf(extensions);
    rids = List.copyOf(rids);
  }
}
