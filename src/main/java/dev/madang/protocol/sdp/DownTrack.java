package dev.madang.protocol.sdp;

import java.util.List;

/// A track that we want to send.
///
/// @param stream and `id`: the `msid` by which the far end knows it; `id` is unique in a connection
/// @param cname the same for tracks that play in time with each other
/// @param rtxSsrc of its retransmissions, -1 for none
/// @param codecs names of those it may be sent in, best first
public record DownTrack(
    String id,
    Kind kind,
    String stream,
    String cname,
    long ssrc,
    long rtxSsrc,
    List<String> codecs) {
  public DownTrack {
    codecs = List.copyOf(codecs);
  }
}
