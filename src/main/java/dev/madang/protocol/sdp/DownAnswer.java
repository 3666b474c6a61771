package dev.madang.protocol.sdp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a far end answered to our offer of tracks.
///
/// @param remote null when it refused everything
/// @param sections one a track that was offered, in the order of the sections
/// @param data what it says of its SCTP association; null when we offered none, or it refused
public record DownAnswer(
    @Nullable RemoteTransport remote, List<DownSection> sections, @Nullable SctpDescription data) {
  public DownAnswer {
    sections = List.copyOf(sections);
  }
}
