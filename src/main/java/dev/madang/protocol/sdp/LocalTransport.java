package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import java.util.List;

/// What our side of a connection tells about itself.
///
/// @param session names this connection in the `o=` line: 1 to 2⁶³ - 1, the same for its whole life
/// @param candidates all of them: none follow
public record LocalTransport(
    long session, IceCredentials ice, Fingerprint fingerprint, List<IceCandidate> candidates) {
  public LocalTransport {
    candidates = List.copyOf(candidates);
  }
}
