package dev.madang.protocol.sdp;

import java.util.List;

/// A track that we want to send.
///
/// @param id unique in a connection; with `stream` the `msid` by which the far end knows it
/// @param cname the same for tracks that play in time with each other
/// @param rtxSsrc of its retransmissions, -1 for none
/// @param codecs names of those it may be sent in, best first; `red` among them where it may be
///   wrapped
/// @param rids of its simulcast layers, which then tell themselves by rid and not by SSRC; none for
///   one layer
public record DownTrack(
    String id,
    Kind kind,
    String stream,
    String cname,
    long ssrc,
    long rtxSsrc,
    List<String> codecs,
    List<String> rids) {
  public DownTrack {
    if (kind != Kind.AUDIO && kind != Kind.VIDEO) {
      throw new IllegalArgumentException("a track of " + kind);
    }
    codecs = List.copyOf(codecs);
    rids = List.copyOf(rids);
  }

  /** A track of one layer. */
  public DownTrack(
      String id,
      Kind kind,
      String stream,
      String cname,
      long ssrc,
      long rtxSsrc,
      List<String> codecs) {
    this(id, kind, stream, cname, ssrc, rtxSsrc, codecs, List.of());
  }

  /** Writes the lines that say who sends. */
  void announce(SectionDraft draft) {
    draft.msids.add(new MediaSection.Msid(stream, id));
    if (!rids.isEmpty()) {
      rids.forEach(rid -> draft.rids.add(new MediaSection.Rid(rid, true)));
      draft.simulcast = new MediaSection.Simulcast(rids, List.of());
      return;
    }
    draft.sources.put(ssrc, new MediaSection.Source(ssrc, cname));
    if (rtxSsrc >= 0) {
      draft.groups.add(new MediaSection.SourceGroup("FID", List.of(ssrc, rtxSsrc)));
      draft.sources.put(rtxSsrc, new MediaSection.Source(rtxSsrc, cname));
    }
  }

  /** Those of the payloads that it may be sent in, in its own order. */
  List<Payload> among(List<Payload> payloads) {
    return codecs.stream()
        .flatMap(name -> payloads.stream().filter(payload -> payload.codec().is(name)))
        .toList();
  }
}
