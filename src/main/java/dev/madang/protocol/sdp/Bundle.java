package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.wire.ProtocolException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The media sections of a description that share one transport: the only ones that are taken. Also
/// what must mean the same in all of them, the numbers of header extensions and payload types.
final class Bundle {
  private final SessionDescription description;
  private final @Nullable MediaSection tagged;
  private final Set<String> mids;
  private final Map<Integer, String> extensions = new HashMap<>();
  private final Map<Integer, Codec> codecs = new HashMap<>();

  /// RFC 9143 §7.2: the transport is that of the first section of the group; without a group every
  /// section would have its own, so the first one is taken alone.
  Bundle(SessionDescription description) {
    this.description = description;
    Set<String> group = Set.of();
    MediaSection first = null;
    for (List<String> bundle : description.bundles()) {
      first = first == null ? firstOf(bundle) : first;
      group = group.isEmpty() && first != null ? new HashSet<>(bundle) : group;
    }
    if (first == null) {
      first = firstTaken();
    }
    tagged = first;
    mids = group;
  }

  private @Nullable MediaSection firstOf(List<String> bundle) {
    for (String mid : bundle) {
      MediaSection section = description.section(mid);
      if (section != null && !section.refused()) {
        return section;
      }
    }
    return null;
  }

  private @Nullable MediaSection firstTaken() {
    for (MediaSection section : description.media()) {
      if (!section.refused()) {
        return section;
      }
    }
    return null;
  }

  /** Whether every section is refused. */
  boolean isEmpty() {
    return tagged == null;
  }

  @SuppressWarnings("ReferenceEquality") // A section is in one place.
  boolean holds(MediaSection section) {
    return !section.refused() && (section == tagged || mids.contains(section.mid()));
  }

  /// Whether an extension's id means this URI everywhere: RFC 9143 §9.2 wants it, some stacks
  /// number each section by itself, and then the first meaning stands.
  boolean agrees(Extension extension) {
    return extension.uri().equals(extensions.computeIfAbsent(extension.id(), _ -> extension.uri()));
  }

  /** The same of a payload type. */
  boolean agrees(Codec codec) {
    Codec known = codecs.computeIfAbsent(codec.payloadType(), _ -> codec);
    return known.is(codec.name())
        && known.clockRate() == codec.clockRate()
        && known.parameters().equals(codec.parameters());
  }

  /// What the far end tells of its transport.
  ///
  /// @param lite whether we are an ICE-lite agent
  RemoteTransport transport(Setup ours, boolean lite) {
    if (tagged == null) {
      throw new ProtocolException("every media section is refused");
    }
    TransportDescription transport = tagged.transport();
    IceCredentials ice = transport.ice();
    if (ice == null) {
      throw new ProtocolException("no ice-ufrag and ice-pwd");
    }
    if (transport.fingerprints().isEmpty()) {
      throw new ProtocolException("no fingerprint by sha-256 or better");
    }
    if (lite && description.lite()) {
      throw new ProtocolException("two ICE-lite agents never find each other");
    }
    return new RemoteTransport(
        ice,
        transport.fingerprints(),
        ours,
        description.lite(),
        transport.iceOptions().contains("trickle") && !transport.endOfCandidates(),
        transport.candidates());
  }

  /// Our part in the DTLS handshake when we answer. RFC 8842 §5.3: an offer of `actpass` leaves the
  /// choice to us, and once there is an association the parts stay.
  Setup ourAnswer(@Nullable Setup established) {
    Setup theirs = theirSetup();
    Setup ours =
        switch (theirs == null ? Setup.ACTPASS : theirs) {
          case ACTIVE -> Setup.PASSIVE;
          case PASSIVE -> Setup.ACTIVE;
          case ACTPASS -> established == null ? Setup.PASSIVE : established;
          case HOLDCONN -> throw new ProtocolException("setup:holdconn makes no connection");
        };
    return unchanged(ours, established);
  }

  /// Our part when they answered our `actpass`. RFC 4145 §4: without a word they are active.
  Setup ourOffer(@Nullable Setup established) {
    Setup theirs = theirSetup();
    Setup ours =
        switch (theirs == null ? Setup.ACTIVE : theirs) {
          case ACTIVE -> Setup.PASSIVE;
          case PASSIVE -> Setup.ACTIVE;
          case ACTPASS, HOLDCONN -> throw new ProtocolException("an answer of setup:" + theirs);
        };
    return unchanged(ours, established);
  }

  private static Setup unchanged(Setup ours, @Nullable Setup established) {
    if (established != null && ours != established) {
      throw new ProtocolException("the parts in the DTLS handshake cannot change");
    }
    return ours;
  }

  private @Nullable Setup theirSetup() {
    return tagged == null ? null : tagged.transport().setup();
  }
}
