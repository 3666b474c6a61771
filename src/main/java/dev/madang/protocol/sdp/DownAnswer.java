package dev.madang.protocol.sdp;

import java.util.List;

/** What a far end answered to our offer of tracks. */
public record DownAnswer(RemoteTransport remote, List<DownSection> sections) {
  public DownAnswer {
    sections = List.copyOf(sections);
  }
}
