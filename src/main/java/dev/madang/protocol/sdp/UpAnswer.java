package dev.madang.protocol.sdp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to an offer of a far end that sends and whose media we receive, with its data
/// channels.
///
/// @param answer to be sent
/// @param data what the far end says of its SCTP association, null when it opens none
@SuppressWarnings("DoNotCallSuggester")
public record UpAnswer(
    SessionDescription answer,
    RemoteTransport remote,
    List<UpTrack> tracks,
    @Nullable SctpDescription data) {
  public UpAnswer {
    tracks = List.copyOf(tracks);
  }

  /// @param version of the `o=` line, greater with each answer on one connection
  /// @param established our part in the DTLS handshake when there was one, else null
  /// @throws dev.madang.wire.ProtocolException with a sentence for whoever offered
  public static UpAnswer to(
      SessionDescription offer,
      LocalTransport local,
      Capabilities capabilities,
      long version,
      @Nullable Setup established) {
    throw new UnsupportedOperationException();
  }
}
