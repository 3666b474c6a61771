package dev.madang.protocol.sdp;

import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.protocol.sdp.MediaSection.Rid;
import dev.madang.protocol.sdp.MediaSection.Simulcast;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The answer to an offer of a far end that sends and whose media we receive, with its data
/// channels.
///
/// @param answer to be sent
/// @param tracks one a section of sound or pictures that was taken
/// @param data what the far end says of its SCTP association, null when it opens none
public record UpAnswer(
    SessionDescription answer,
    RemoteTransport remote,
    List<UpTrack> tracks,
    @Nullable SctpDescription data) {
  public UpAnswer {
    tracks = List.copyOf(tracks);
  }

  /// @param version of the `o=` line, greater with each answer on one connection
  /// @param established our part in the DTLS handshake when there was one, else null
  /// @throws ProtocolException with a sentence for whoever offered
  public static UpAnswer to(
      SessionDescription offer,
      LocalTransport local,
      Capabilities capabilities,
      long version,
      @Nullable Setup established) {
    AnswerDraft draft = new AnswerDraft(offer, local, capabilities, established);
    RemoteTransport remote = draft.remote();
    List<UpTrack> tracks = new ArrayList<>();
    SctpDescription data = null;
    for (MediaSection section : offer.media()) {
      SctpDescription sctp = section.sctp();
      List<Payload> payloads =
          tracks.size() < MOST_TRACKS
                  && draft.canTake(section)
                  && rids(section).size() <= MOST_LAYERS
              ? CodecMatch.taken(section, draft.bundle, capabilities)
              : List.of();
      if (sctp != null && data == null && draft.bundle.holds(section)) {
        data = sctp;
        draft.take(draft.data(section, sctp));
      } else if (payloads.isEmpty()) {
        draft.refuse(section);
      } else {
        tracks.add(receive(section, payloads, draft));
      }
    }
    if (draft.isEmpty()) {
      throw new ProtocolException("nothing in this offer can be received");
    }
    return new UpAnswer(draft.description(version), remote, tracks, data);
  }

  private static UpTrack receive(MediaSection offered, List<Payload> taken, AnswerDraft answer) {
    boolean sends = offered.direction().sends();
    List<Payload> payloads =
        isLibwebrtc(offered) ? taken.stream().map(UpAnswer::eager).toList() : taken;
    SectionDraft draft =
        answer.media(offered, payloads, sends ? Direction.RECVONLY : Direction.INACTIVE);
    List<String> rids = rids(offered);
    for (String rid : rids) {
      draft.rids.add(new Rid(rid, false));
    }
    // RFC 8853 §5.3.2: each layer that is offered for sending is answered for receiving. Some
    // senders
    // give up unless all are.
    if (offered.simulcast() != null && !rids.isEmpty()) {
      draft.simulcast = new Simulcast(List.of(), rids);
    }
    answer.take(draft);
    Msid msid = offered.msids().isEmpty() ? new Msid("", "") : offered.msids().getFirst();
    return new UpTrack(
        offered.mid(),
        offered.kind(),
        sends,
        payloads,
        AnswerDraft.extensions(draft),
        Encodings.of(offered, rids),
        msid.stream(),
        msid.track());
  }

  /// libwebrtc believes at first that a path carries 300 kb/s, and asks it at once for three and
  /// six times that. When these two bursts tell nothing, as on a busy machine, it takes half a
  /// minute to send its largest picture. What it begins with can be said.
  private static Payload eager(Payload payload) {
    Codec codec = payload.codec();
    Map<String, String> parameters = new LinkedHashMap<>(codec.parameters());
    parameters.put("x-google-start-bitrate", FIRST_KILOBITS);
    return new Payload(
        new Codec(
            codec.payloadType(),
            codec.name(),
            codec.clockRate(),
            codec.channels(),
            parameters,
            codec.feedback()),
        payload.rtx());
  }

  /** An extension for video that nobody else has. */
  private static boolean isLibwebrtc(MediaSection offered) {
    return offered.extensions().stream().anyMatch(each -> each.uri().equals(VIDEO_TIMING));
  }

  /** The layers that the offer sends, in its order. */
  private static List<String> rids(MediaSection offered) {
    List<String> sent = offered.rids().stream().filter(Rid::sends).map(Rid::id).toList();
    Simulcast simulcast = offered.simulcast();
    return simulcast == null
        ? sent
        : simulcast.send().stream().filter(sent::contains).distinct().toList();
  }

  /// What is beyond these is refused: each takes memory, and no far end sends so many.
  static final int MOST_TRACKS = 32;

  static final int MOST_LAYERS = 4;
  private static final String FIRST_KILOBITS = "1000";
  private static final String VIDEO_TIMING =
      "http://www.webrtc.org/experiments/rtp-hdrext/video-timing";
}
