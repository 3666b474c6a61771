package dev.madang.protocol.sdp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to an offer of a far end that wants to receive what we send (WHEP). Codecs and
/// extensions go by the far end's numbers.
///
/// @param answer to be sent
@SuppressWarnings("DoNotCallSuggester")
public record WhepAnswer(
    SessionDescription answer, RemoteTransport remote, List<DownSection> sections) {
  public WhepAnswer {
    sections = List.copyOf(sections);
  }

  /// @param tracks given to the sections of their kind, in order; a section that gets none is held
  /// @param version of the `o=` line, greater with each answer on one connection
  /// @param established our part in the DTLS handshake when there was one, else null
  /// @throws dev.madang.wire.ProtocolException with a sentence for whoever offered
  public static WhepAnswer to(
      SessionDescription offer,
      LocalTransport local,
      Capabilities capabilities,
      List<DownTrack> tracks,
      long version,
      @Nullable Setup established) {
    throw new UnsupportedOperationException();
  }
}
