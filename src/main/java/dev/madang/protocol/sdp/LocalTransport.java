package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import java.util.List;

/// What our side of a connection tells about itself.
///
/// @param session names this connection in the `o=` line: 1 to 2⁶³ - 1, the same for its whole life
/// @param candidates all of them: none follow
/// @param lite whether we are an ICE-lite agent, as the server is and its clients are not
public record LocalTransport(
    long session,
    IceCredentials ice,
    Fingerprint fingerprint,
    List<IceCandidate> candidates,
    boolean lite) {
  public LocalTransport {
    candidates = List.copyOf(candidates);
  }

  /** The server's. */
  public LocalTransport(
      long session, IceCredentials ice, Fingerprint fingerprint, List<IceCandidate> candidates) {
    this(session, ice, fingerprint, candidates, true);
  }
}
