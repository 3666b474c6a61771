package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lines about ICE and DTLS that apply to one media section, whether they stood in it or above
/// all sections.
///
/// @param fingerprints those of algorithms that are strong enough
/// @param setup null when none was written
/// @param candidates those that could be read
public record TransportDescription(
    @Nullable IceCredentials ice,
    List<String> iceOptions,
    List<Fingerprint> fingerprints,
    @Nullable Setup setup,
    List<IceCandidate> candidates,
    boolean endOfCandidates) {
  public TransportDescription {
    iceOptions = List.copyOf(iceOptions);
    iceOptions.forEach(option -> Words.word(option, 64, "ICE option"));
    fingerprints = List.copyOf(fingerprints);
    candidates = List.copyOf(candidates);
  }
}
