package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import java.util.List;

/// What a transport must know of its far end.
///
/// @param fingerprints at least one; the far end's certificate must fit one of them
/// @param ours our part in the DTLS handshake: ACTIVE (we are the client) or PASSIVE
/// @param lite whether the far end is an ICE-lite agent, which sends no checks
/// @param trickle whether more candidates may follow
public record RemoteTransport(
    IceCredentials ice,
    List<Fingerprint> fingerprints,
    Setup ours,
    boolean lite,
    boolean trickle,
    List<IceCandidate> candidates) {
  public RemoteTransport {
    fingerprints = List.copyOf(fingerprints);
    candidates = List.copyOf(candidates);
  }
}
