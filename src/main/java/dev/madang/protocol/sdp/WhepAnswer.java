package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The answer to an offer of a far end that wants to receive what we send (WHEP). Codecs and
/// extensions go by the far end's numbers.
///
/// @param answer to be sent
/// @param sections one a track, in the order of the tracks
public record WhepAnswer(
    SessionDescription answer, RemoteTransport remote, List<DownSection> sections) {
  public WhepAnswer {
    sections = List.copyOf(sections);
  }

  /// @param tracks each given to the first free section of its kind in which it may be sent; a
  ///   section that gets none is on hold
  /// @param version of the `o=` line, greater with each answer on one connection
  /// @param established our part in the DTLS handshake when there was one, else null
  /// @throws ProtocolException with a sentence for whoever offered
  public static WhepAnswer to(
      SessionDescription offer,
      LocalTransport local,
      Capabilities capabilities,
      List<DownTrack> tracks,
      long version,
      @Nullable Setup established) {
    AnswerDraft draft = new AnswerDraft(offer, local, capabilities, established);
    RemoteTransport remote = draft.remote();
    List<DownTrack> waiting = new ArrayList<>(tracks);
    List<DownSection> sections = new ArrayList<>();
    for (MediaSection section : offer.media()) {
      List<Payload> payloads =
          draft.canTake(section)
              ? CodecMatch.taken(section, draft.bundle, capabilities)
              : List.of();
      if (payloads.isEmpty()) {
        draft.refuse(section);
      } else {
        DownTrack track = next(waiting, section, payloads);
        if (track == null) {
          draft.take(draft.media(section, payloads, Direction.INACTIVE));
        } else {
          sections.add(send(section, track, track.among(payloads), draft));
        }
      }
    }
    if (draft.isEmpty()) {
      throw new ProtocolException("nothing in this offer can be sent");
    }
    for (DownTrack track : waiting) {
      sections.add(new DownSection("", track, false, List.of(), Map.of(), List.of()));
    }
    return new WhepAnswer(draft.description(version), remote, inOrder(sections, tracks));
  }

  private static @Nullable DownTrack next(
      List<DownTrack> waiting, MediaSection section, List<Payload> payloads) {
    if (!section.direction().receives()) {
      return null;
    }
    for (DownTrack track : waiting) {
      if (track.kind() == section.kind() && !track.among(payloads).isEmpty()) {
        waiting.remove(track);
        return track;
      }
    }
    return null;
  }

  private static DownSection send(
      MediaSection section, DownTrack track, List<Payload> payloads, AnswerDraft answer) {
    SectionDraft draft = answer.media(section, payloads, Direction.SENDONLY);
    track.announce(draft);
    answer.take(draft);
    return new DownSection(
        section.mid(), track, true, payloads, AnswerDraft.extensions(draft), List.of());
  }

  private static List<DownSection> inOrder(List<DownSection> sections, List<DownTrack> tracks) {
    return tracks.stream()
        .flatMap(track -> sections.stream().filter(section -> section.track().equals(track)))
        .toList();
  }
}
