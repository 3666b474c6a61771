package dev.madang.protocol.sdp;

import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/// The offer of a client of ours that wants to receive what others send (WHEP), and its answer. Of
/// each codec the form that our offers have is asked for.
///
/// @param offer to be sent
public record WhepOffer(SessionDescription offer) {

  /// What was answered.
  ///
  /// @param tracks one a section that the far end sends in
  public record Agreed(RemoteTransport remote, List<UpTrack> tracks) {
    public Agreed {
      tracks = List.copyOf(tracks);
    }
  }

  /// @param kinds of the sections: sound or pictures, in order
  public static WhepOffer of(LocalTransport local, Capabilities capabilities, List<Kind> kinds) {
    List<MediaSection> sections = new ArrayList<>();
    List<String> mids = new ArrayList<>();
    for (Kind kind : kinds) {
      SectionDraft draft = DownOffers.media(kind, Integer.toString(sections.size()));
      draft.offer(capabilities.formsOffered(kind), capabilities.extensions(kind));
      draft.direction = Direction.RECVONLY;
      AnswerDraft.transport(draft, local, Setup.ACTPASS, sections.isEmpty());
      mids.add(draft.mid);
      sections.add(draft.section());
    }
    return new WhepOffer(
        new SessionDescription(local.session(), 1, local.lite(), true, List.of(mids), sections));
  }

  /// @throws ProtocolException when this is no answer to it
  public Agreed accept(SessionDescription answer) {
    DownOffers.check(offer, answer);
    Bundle bundle = new Bundle(answer);
    RemoteTransport remote = bundle.transport(bundle.ourOffer(null), offer.lite());
    List<UpTrack> tracks = new ArrayList<>();
    for (int i = 0; i < offer.media().size(); i++) {
      MediaSection answered = answer.media().get(i);
      if (bundle.holds(answered) && answered.direction().sends()) {
        tracks.add(track(offer.media().get(i), answered));
      }
    }
    return new Agreed(remote, tracks);
  }

  private static UpTrack track(MediaSection offered, MediaSection answered) {
    Msid msid = answered.msids().isEmpty() ? new Msid("", "") : answered.msids().getFirst();
    return new UpTrack(
        offered.mid(),
        offered.kind(),
        true,
        DownOffers.agreed(offered, answered),
        DownOffers.extensions(offered, answered),
        Encodings.of(answered, List.of()),
        msid.stream(),
        msid.track());
  }
}
