package dev.madang.protocol.sdp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a far end answered to our offer of tracks.
///
/// @param remote null when it refused everything
/// @param sections one a track that was offered, in the order of the sections
public record DownAnswer(@Nullable RemoteTransport remote, List<DownSection> sections) {
  public DownAnswer {
    sections = List.copyOf(sections);
  }
}
