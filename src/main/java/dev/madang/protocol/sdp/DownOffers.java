package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Our offers on a connection on which we only send media, and what is answered: the server's to
/// who receives, or those of a client of ours that publishes. One section a track; its mid stays
/// while the track is sent, and afterwards the section serves another track of its kind. Payload
/// types and extension ids are those of the [Capabilities], the same for every far end. Lives on
/// the thread of its connection.
///
/// ```
/// SessionDescription offer = offers.next(local, tracks);   // to the far end
/// DownAnswer agreed = offers.accept(answer);               // from it, before the next offer
/// ```
///
/// Only we offer here, so offers never cross.
public final class DownOffers {
  private final Capabilities capabilities;
  private final boolean data;
  private final List<Slot> slots = new ArrayList<>();
  private @Nullable SessionDescription outstanding;
  private @Nullable Setup established;
  private boolean lite;
  private long version;
  private int mids;

  /// A media section through its lives.
  ///
  /// ```
  /// SENDING ──track gone──▶ ENDING ──answered──▶ FREE ──new track──▶ SENDING
  ///    └──answered with port 0──▶ REFUSED ──track gone──▶ REFUSED, free ──▶ SENDING, new mid
  /// ```
  private static final class Slot {
    final Kind kind;
    String mid;
    @Nullable DownTrack track;
    boolean refused;
    boolean free;

    Slot(Kind kind, String mid) {
      this.kind = kind;
      this.mid = mid;
    }
  }

  /** Without data channels. */
  public DownOffers(Capabilities capabilities) {
    this(capabilities, false);
  }

  /// @param data whether data channels are offered too, in a section before the tracks
  public DownOffers(Capabilities capabilities, boolean data) {
    this.capabilities = capabilities;
    this.data = data;
    if (data) {
      slots.add(new Slot(Kind.DATA, Integer.toString(mids++)));
    }
  }

  /// The next offer. The first one has a silent section if there is nothing to send yet: so the
  /// connection stands when there is.
  ///
  /// @param tracks all that shall be sent from now on
  /// @throws IllegalStateException while the one before is unanswered
  public SessionDescription next(LocalTransport local, List<DownTrack> tracks) {
    if (outstanding != null) {
      throw new IllegalStateException("the last offer is not answered yet");
    }
    assign(tracks);
    if (slots.isEmpty()) {
      slots.add(new Slot(Kind.AUDIO, Integer.toString(mids++)));
    }
    lite = local.lite();
    SessionDescription offer = offer(local);
    outstanding = offer;
    return offer;
  }

  /// The offer that waits for its answer, or null. Whoever lost it is sent it again.
  public @Nullable SessionDescription outstanding() {
    return outstanding;
  }

  // ---- offering -----------------------------------------------------------------------------

  private void assign(List<DownTrack> tracks) {
    Map<String, DownTrack> wanted = new LinkedHashMap<>();
    for (DownTrack track : tracks) {
      if (wanted.putIfAbsent(track.id(), track) != null) {
        throw new IllegalArgumentException("two tracks with the id " + track.id());
      }
    }
    for (Slot slot : slots) {
      if (slot.track != null) {
        slot.track = wanted.remove(slot.track.id());
        slot.free = slot.track == null && slot.refused;
      }
    }
    for (DownTrack track : wanted.values()) {
      freeSlot(track.kind()).track = track;
    }
  }

  /// A section that the far end knows to be silent serves again under its mid. RFC 8829 §5.2.2: one
  /// that was refused serves again as a new section, with a new mid.
  private Slot freeSlot(Kind kind) {
    for (Slot slot : slots) {
      if (slot.free && slot.kind == kind) {
        slot.free = false;
        if (slot.refused) {
          slot.refused = false;
          slot.mid = Integer.toString(mids++);
        }
        return slot;
      }
    }
    Slot slot = new Slot(kind, Integer.toString(mids++));
    slots.add(slot);
    return slot;
  }

  private SessionDescription offer(LocalTransport local) {
    List<MediaSection> sections = new ArrayList<>();
    List<String> bundle = new ArrayList<>();
    for (Slot slot : slots) {
      SectionDraft draft = draft(slot);
      if (!slot.refused) {
        AnswerDraft.transport(draft, local, Setup.ACTPASS, bundle.isEmpty());
        bundle.add(slot.mid);
      }
      sections.add(draft.section());
    }
    return new SessionDescription(
        local.session(), ++version, local.lite(), true, List.of(bundle), sections);
  }

  private SectionDraft draft(Slot slot) {
    SectionDraft draft = slot.kind == Kind.DATA ? data(slot.mid) : media(slot.kind, slot.mid);
    if (slot.refused) {
      draft.port = 0;
    }
    if (slot.kind != Kind.DATA) {
      draft.offer(payloads(slot), capabilities.extensions(slot.kind));
      DownTrack track = slot.refused ? null : slot.track;
      draft.direction = track == null ? Direction.INACTIVE : Direction.SENDONLY;
      if (track != null) {
        track.announce(draft);
      }
    }
    return draft;
  }

  private SectionDraft data(String mid) {
    SectionDraft draft = new SectionDraft();
    draft.media = "application";
    draft.port = AnswerDraft.DISCARD;
    draft.protocol = "UDP/DTLS/SCTP";
    draft.formats = List.of("webrtc-datachannel");
    draft.mid = mid;
    draft.sctpPort = SCTP_PORT;
    draft.maxMessageSize = capabilities.maxMessageSize();
    return draft;
  }

  static SectionDraft media(Kind kind, String mid) {
    SectionDraft draft = new SectionDraft();
    draft.media = kind == Kind.AUDIO ? "audio" : "video";
    draft.port = AnswerDraft.DISCARD;
    draft.protocol = "UDP/TLS/RTP/SAVPF";
    draft.mid = mid;
    draft.rtcpMux = true;
    draft.rtcpRsize = true;
    return draft;
  }

  /** A silent section needs a codec to stand for it. */
  private List<Payload> payloads(Slot slot) {
    List<Payload> payloads = new ArrayList<>();
    if (slot.track != null) {
      for (String name : slot.track.codecs()) {
        Payload payload = capabilities.named(slot.kind, name);
        if (payload != null) {
          payloads.add(payload);
        }
      }
    }
    return payloads.isEmpty() ? List.of(capabilities.of(slot.kind).getFirst()) : payloads;
  }

  // ---- the answer ---------------------------------------------------------------------------

  /// The answer to the offer that is outstanding.
  ///
  /// @throws ProtocolException when none is, or when this is no answer to it; the offer stays
  ///   outstanding
  public DownAnswer accept(SessionDescription answer) {
    SessionDescription offer = outstanding;
    if (offer == null) {
      throw new ProtocolException("an answer to no offer");
    }
    check(offer, answer);
    Bundle bundle = new Bundle(answer);
    RemoteTransport remote =
        bundle.isEmpty() ? null : bundle.transport(bundle.ourOffer(established), lite);
    List<DownSection> sections = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      settle(slots.get(i), offer.media().get(i), answer.media().get(i), bundle, sections);
    }
    established = remote == null ? established : remote.ours();
    outstanding = null;
    MediaSection first = data ? answer.media().getFirst() : null;
    return new DownAnswer(
        remote, sections, first != null && bundle.holds(first) ? first.sctp() : null);
  }

  /// RFC 3264 §6: an answer has as many media sections as its offer, in the same order.
  static void check(SessionDescription offer, SessionDescription answer) {
    boolean fits = offer.media().size() == answer.media().size();
    for (int i = 0; fits && i < offer.media().size(); i++) {
      MediaSection offered = offer.media().get(i);
      MediaSection answered = answer.media().get(i);
      fits =
          offered.media().equals(answered.media())
              && (offered.mid().equals(answered.mid())
                  || answered.mid().isEmpty() && answered.refused());
    }
    if (!fits) {
      throw new ProtocolException("an answer to another offer");
    }
  }

  private void settle(
      Slot slot,
      MediaSection offered,
      MediaSection answered,
      Bundle bundle,
      List<DownSection> sections) {
    slot.refused = !bundle.holds(answered);
    slot.free = slot.track == null;
    if (slot.track == null) {
      return;
    }
    List<Payload> payloads =
        slot.refused || !answered.direction().receives() ? List.of() : agreed(offered, answered);
    sections.add(
        new DownSection(
            slot.mid,
            slot.track,
            !payloads.isEmpty(),
            payloads,
            payloads.isEmpty() ? Map.of() : extensions(offered, answered),
            slot.track.rids().stream()
                .filter(rid -> !payloads.isEmpty() && takes(answered, rid))
                .toList()));
  }

  /// RFC 8853 §5.3.2: a layer is taken when the answer has its rid among those it receives.
  private static boolean takes(MediaSection answered, String rid) {
    return answered.simulcast() == null
        ? answered.rids().contains(new MediaSection.Rid(rid, false))
        : answered.simulcast().receive().contains(rid);
  }

  /// The codecs that were offered and not struck out, in the answer's order. RFC 3264 §6.1: the
  /// answer may call them by other numbers, which are then the ones to send by.
  static List<Payload> agreed(MediaSection offered, MediaSection answered) {
    List<Payload> agreed = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Codec theirs : answered.codecs()) {
      for (Codec ours : offered.codecs()) {
        if (!ours.is("rtx") && CodecMatch.fits(ours, theirs) && seen.add(ours.name())) {
          Codec rtx = answered.rtxOf(theirs.payloadType());
          boolean offeredRtx = offered.rtxOf(ours.payloadType()) != null;
          agreed.add(
              new Payload(
                  new Codec(
                      theirs.payloadType(),
                      ours.name(),
                      ours.clockRate(),
                      ours.channels(),
                      theirs.parameters(),
                      theirs.feedback().stream().filter(ours.feedback()::contains).toList()),
                  rtx == null || !offeredRtx ? -1 : rtx.payloadType()));
        }
      }
    }
    return agreed;
  }

  static Map<Integer, String> extensions(MediaSection offered, MediaSection answered) {
    Map<Integer, String> extensions = new HashMap<>();
    for (Extension theirs : answered.extensions()) {
      for (Extension ours : offered.extensions()) {
        if (ours.id() == theirs.id() && ours.uri().equals(theirs.uri())) {
          extensions.put(ours.id(), ours.uri());
        }
      }
    }
    return extensions;
  }

  /** The port that browsers use; below DTLS it means nothing. */
  private static final int SCTP_PORT = 5000;
}
