package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to an offer of a far end that gets back what it sends: by data channels, and as one
/// sound. Pictures are refused.
///
/// @param answer to be sent
/// @param data what the far end says of its SCTP association, null when it opens none
public record EchoAnswer(
    SessionDescription answer, RemoteTransport remote, @Nullable SctpDescription data) {

  /// @param back the sound as it goes back
  /// @throws ProtocolException with a sentence for whoever offered
  public static EchoAnswer to(
      SessionDescription offer, LocalTransport local, Capabilities capabilities, DownTrack back) {
    AnswerDraft draft = new AnswerDraft(offer, local, capabilities, null);
    RemoteTransport remote = draft.remote();
    SctpDescription data = null;
    boolean sounds = false;
    for (MediaSection section : offer.media()) {
      SctpDescription sctp = section.sctp();
      List<Payload> payloads =
          !sounds && section.kind() == Kind.AUDIO && draft.canTake(section)
              ? back.among(CodecMatch.taken(section, draft.bundle, capabilities))
              : List.of();
      if (sctp != null && data == null && draft.bundle.holds(section)) {
        data = sctp;
        draft.take(draft.data(section, sctp));
      } else if (payloads.isEmpty() || section.direction() != Direction.SENDRECV) {
        draft.refuse(section);
      } else {
        sounds = true;
        SectionDraft sound = draft.media(section, payloads, Direction.SENDRECV);
        back.announce(sound);
        draft.take(sound);
      }
    }
    if (draft.isEmpty()) {
      throw new ProtocolException("nothing in this offer can be sent back");
    }
    return new EchoAnswer(draft.description(1), remote, data);
  }
}
