package dev.madang.protocol.sdp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer while it is made: one section for each that was offered, in order.
final class AnswerDraft {
  private final SessionDescription offer;
  private final LocalTransport local;
  private final Capabilities capabilities;
  final Bundle bundle;
  private final Setup ours;
  private final List<MediaSection> sections = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();
  private boolean anyTaken;

  AnswerDraft(
      SessionDescription offer,
      LocalTransport local,
      Capabilities capabilities,
      @Nullable Setup established) {
    this.offer = offer;
    this.local = local;
    this.capabilities = capabilities;
    bundle = new Bundle(offer);
    ours = bundle.ourAnswer(established);
  }

  /** The far end's transport. */
  RemoteTransport remote() {
    return bundle.transport(ours, local.lite());
  }

  /// Whether a section of sound or pictures is one that can be taken at all.
  ///
  /// RFC 8834 §4.1: SAVPF over DTLS; §4.5: RTP and RTCP on one port.
  boolean canTake(MediaSection section) {
    return bundle.holds(section)
        && (section.kind() == Kind.AUDIO || section.kind() == Kind.VIDEO)
        && (section.protocol().endsWith("RTP/SAVPF") || section.protocol().endsWith("RTP/SAVP"))
        && section.rtcpMux();
  }

  /// RFC 3264 §6: a refused stream has port zero, and its formats are of no account.
  void refuse(MediaSection offered) {
    SectionDraft draft = begin(offered);
    draft.port = 0;
    draft.formats = offered.formats();
    draft.direction = Direction.INACTIVE;
    sections.add(draft.section());
  }

  /** A section of sound or pictures with the codecs agreed on. */
  SectionDraft media(MediaSection offered, List<Payload> payloads, Direction direction) {
    SectionDraft draft = begin(offered);
    draft.offer(payloads, List.of());
    draft.direction = direction;
    draft.rtcpMux = true;
    draft.rtcpRsize = offered.rtcpRsize();
    extensions(offered, draft);
    return draft;
  }

  /** The association of data channels. */
  SectionDraft data(MediaSection offered, SctpDescription sctp) {
    SectionDraft draft = begin(offered);
    draft.formats = offered.formats();
    draft.sctpPort = sctp.port();
    draft.maxMessageSize = capabilities.maxMessageSize();
    return draft;
  }

  private static SectionDraft begin(MediaSection offered) {
    SectionDraft draft = new SectionDraft();
    draft.media = offered.media();
    draft.port = DISCARD;
    draft.protocol = offered.protocol();
    draft.mid = offered.mid();
    return draft;
  }

  /// RFC 8285 §6: those that both know, by the offer's ids, with the direction turned around. Ids
  /// above 14 need the two-byte form.
  private void extensions(MediaSection offered, SectionDraft draft) {
    for (Extension extension : offered.extensions()) {
      boolean fits = extension.id() < 15 || extension.id() > 15 && offer.extmapAllowMixed();
      boolean known =
          capabilities.extensions(offered.kind()).stream()
              .anyMatch(ours -> ours.uri().equals(extension.uri()));
      if (fits
          && known
          && isUsed(extension.direction(), draft.direction)
          && bundle.agrees(extension)) {
        draft.extensions.add(
            new Extension(extension.id(), extension.direction().turned(), extension.uri()));
      }
    }
  }

  /** Whether the side that offers an extension for one direction meets us in it. */
  private static boolean isUsed(Direction theirs, @Nullable Direction ours) {
    return switch (ours) {
      case RECVONLY -> theirs.sends();
      case SENDONLY -> theirs.receives();
      case SENDRECV, INACTIVE -> theirs != Direction.INACTIVE;
      case null -> false;
    };
  }

  static Map<Integer, String> extensions(SectionDraft draft) {
    Map<Integer, String> extensions = new LinkedHashMap<>();
    draft.extensions.forEach(extension -> extensions.put(extension.id(), extension.uri()));
    return extensions;
  }

  /// Adds a section that is taken. All of them name the transport, for not every far end looks for
  /// it in the first; the candidates stand once.
  void take(SectionDraft draft) {
    transport(draft, local, ours, !anyTaken);
    anyTaken = true;
    if (!draft.mid.isEmpty()) {
      taken.add(draft.mid);
    }
    sections.add(draft.section());
  }

  /** UDP candidates come first: ffmpeg looks at no other than the first. */
  static void transport(SectionDraft draft, LocalTransport local, Setup setup, boolean first) {
    draft.ufrag = local.ice().ufrag();
    draft.password = local.ice().password();
    draft.iceOptions = ICE_OPTIONS;
    draft.fingerprints.add(local.fingerprint());
    draft.setup = setup;
    if (first) {
      draft.candidates.addAll(local.candidates());
      draft.candidates.sort(Comparator.comparing(candidate -> candidate.transport().isTcp()));
      draft.endOfCandidates = true;
    }
  }

  boolean isEmpty() {
    return !anyTaken;
  }

  SessionDescription description(long version) {
    return new SessionDescription(
        local.session(),
        version,
        local.lite(),
        offer.extmapAllowMixed(),
        offer.bundles().isEmpty() ? List.of() : List.of(taken),
        sections);
  }

  /** Where the media goes is said by the candidates alone. */
  static final int DISCARD = 9;

  /** RFC 8445 §10, RFC 8838 §4.1.1. */
  private static final List<String> ICE_OPTIONS = List.of("ice2", "trickle");
}
