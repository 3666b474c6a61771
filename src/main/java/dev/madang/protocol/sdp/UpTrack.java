package dev.madang.protocol.sdp;

import java.util.List;
import java.util.Map;

/// What the far end will send in one media section, as it was agreed.
///
/// @param mid empty when the only section has none
/// @param active false while the section is on hold
/// @param payloads in the order of our liking, `red` among them; `rtx` is inside each
/// @param extensions id to URI of the header extensions agreed on
/// @param encodings one, or one a layer of simulcast in the far end's order
/// @param stream and `track`: the far end's `msid`, empty when it has none
public record UpTrack(
    String mid,
    Kind kind,
    boolean active,
    List<Payload> payloads,
    Map<Integer, String> extensions,
    List<Encoding> encodings,
    String stream,
    String track) {

  /// One encoding of a source.
  ///
  /// @param rid empty when it is told by its SSRC
  /// @param ssrc and `rtxSsrc`: -1 when not told
  public record Encoding(String rid, long ssrc, long rtxSsrc) {}

  public UpTrack {
    payloads = List.copyOf(payloads);
    extensions = Map.copyOf(extensions);
    encodings = List.copyOf(encodings);
  }
}
