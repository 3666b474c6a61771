package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An SDP (RFC 8866) as far as WebRTC needs it. A value: reading keeps what is understood, and
/// writing gives it back.
///
/// @param session and `version`: of the `o=` line
/// @param lite whether the writer is an ICE-lite agent
/// @param bundles each `a=group:BUNDLE`: the mids that share one transport
public record SessionDescription(
    long session,
    long version,
    boolean lite,
    boolean extmapAllowMixed,
    List<List<String>> bundles,
    List<MediaSection> media) {

  /// What is read at most.
  ///
  /// @param length in characters
  /// @param sections media sections
  public record Limits(int length, int sections) {
    public static Limits usual() {
      return new Limits(64 * 1024, 64);
    }
  }

  public SessionDescription {
    bundles.forEach(bundle -> bundle.forEach(mid -> Words.word(mid, 32, "mid")));
    bundles = bundles.stream().map(List::copyOf).toList();
    media = List.copyOf(media);
  }

  /// @throws ProtocolException with a sentence for whoever sent it
  public static SessionDescription read(String text) {
    return read(text, Limits.usual());
  }

  /// @throws ProtocolException with a sentence for whoever sent it
  public static SessionDescription read(String text, Limits limits) {
    return SessionReader.read(text, limits);
  }

  /** With CRLF after every line. */
  public String write() {
    return SessionWriter.write(this);
  }

  /** The section with this mid, or null. */
  public @Nullable MediaSection section(String mid) {
    for (MediaSection section : media) {
      if (section.mid().equals(mid)) {
        return section;
      }
    }
    return null;
  }
}
