package dev.madang.server.webrtc;

import dev.madang.media.Codec;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.DownAnswer;
import dev.madang.protocol.sdp.DownOffers;
import dev.madang.protocol.sdp.DownSection;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.LocalTransport;
import dev.madang.protocol.sdp.MediaSection;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.WhepAnswer;
import dev.madang.room.bandwidth.Priority;
import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A far end that receives: we offer, it answers; or, of WHEP, the other way round. Lives at home,
/// the thread of who made it.
public final class DownSession {
  /// What happens to it; told at home.
  public interface Output {
    /// Both sides are proven and have keys.
    void connected();

    /// Once, and nothing after it.
    void ended(Ending why, String detail);
  }

  private final MediaDoor door;
  private final Transport transport;
  private final DownMedia media;
  private final String host;
  private final DownOffers offers;
  private final Map<Source, DownTrack> tracks = new LinkedHashMap<>();
  private final Set<Source> attached = new HashSet<>();
  private LocalTransport local;
  private @Nullable RemoteTransport remote;

  DownSession(
      MediaDoor door, Transport transport, DownMedia media, String host, LocalTransport local) {
    this.door = door;
    this.transport = transport;
    this.media = media;
    this.host = host;
    this.local = local;
    offers = new DownOffers(door.capabilities());
  }

  // ---- we offer ---------------------------------------------------------------------------------

  /// The SDP that offers these sources and no others; null while the offer before is unanswered.
  public @Nullable String offer(List<Source> wanted) {
    if (offers.outstanding() != null) {
      return null;
    }
    tracks.keySet().removeIf(source -> !wanted.contains(source));
    for (Source source : wanted) {
      tracks.computeIfAbsent(source, door::track);
    }
    return offers.next(local, List.copyOf(tracks.values())).write();
  }

  /// What the far end answers: from now on it gets what it took.
  ///
  /// @throws dev.madang.wire.ProtocolException with a sentence for whoever answered; the offer
  ///   stays unanswered
  public void accept(String answer) {
    DownAnswer agreed = offers.accept(SessionDescription.read(answer));
    RemoteTransport described = agreed.remote();
    if (described != null) {
      meet(described);
    }
    settle(agreed.sections());
  }

  /// In which section each source of the last offer travels.
  public Map<Source, String> mids() {
    Map<String, String> byTrack = new HashMap<>();
    SessionDescription offer = offers.outstanding();
    if (offer != null) {
      for (MediaSection section : offer.media()) {
        section.msids().forEach(msid -> byTrack.put(msid.track(), section.mid()));
      }
    }
    Map<Source, String> mids = new HashMap<>();
    tracks.forEach((source, track) -> {
      String mid = byTrack.get(track.id());
      if (mid != null) {
        mids.put(source, mid);
      }
    });
    return mids;
  }

  /// What the far end makes of a video.
  ///
  /// @param rank order within its priority, low first
  /// @param height lines of the picture that are of use
  public void want(Source source, Priority priority, int rank, int height) {
    transport.tell(() -> media.want(source, priority, rank, height));
  }

  /// Leaves a source of sound out for a while, or not any more.
  public void hear(Source source, boolean on) {
    transport.tell(() -> media.hear(source, on));
  }

  // ---- the far end offers (WHEP) ----------------------------------------------------------------

  /// Called once, in place of [#offer] and [#accept].
  void agreed(WhepAnswer agreed, Map<Source, DownTrack> offered) {
    tracks.putAll(offered);
    meet(agreed.remote());
    settle(agreed.sections());
  }

  // ---- what was agreed --------------------------------------------------------------------------

  private void meet(RemoteTransport described) {
    remote = described;
    transport.setRemote(described);
  }

  private void settle(List<DownSection> sections) {
    Map<String, Source> byTrack = new HashMap<>();
    tracks.forEach((source, track) -> byTrack.put(track.id(), source));
    Set<Source> gone = new HashSet<>(attached);
    for (DownSection section : sections) {
      Source source = byTrack.get(section.track().id());
      DownMedia.Terms terms = source == null || !section.accepted() ? null : terms(source, section);
      if (source != null && terms != null) {
        gone.remove(source);
        if (attached.add(source)) {
          transport.tell(() -> media.attach(source, terms));
        }
      }
    }
    for (Source source : gone) {
      attached.remove(source);
      transport.tell(() -> media.detach(source));
      // An SSRC is never used again: its numbers would begin anew under the same key.
      tracks.computeIfPresent(source, (_, _) -> door.track(source));
    }
  }

  /// Under which numbers the far end takes what the source is coded with; null when it does not.
  private static DownMedia.@Nullable Terms terms(Source source, DownSection section) {
    int red = -1;
    List<Coding> codings = UpSession.codings(section.payloads());
    for (Coding coding : codings) {
      red = coding.codec() == Codec.RED ? coding.payloadType() : red;
    }
    for (Coding coding : codings) {
      if (coding.codec() == source.codings().getFirst().codec()) {
        DownTrack track = section.track();
        int rtx = coding.retransmission() < 0 ? 0 : (int) Math.max(0, track.rtxSsrc());
        return new DownMedia.Terms(section.mid(), (int) track.ssrc(), rtx, coding, red);
      }
    }
    return null;
  }

  /// A source that was offered can be received now.
  public void live(Source source) {
    if (attached.contains(source)) {
      transport.tell(() -> media.live(source));
    }
  }

  /// In the place of a source that was offered another, of the same kind and coding, that it does
  /// not get: the far end gets it where it got the first, and hears nothing of it.
  ///
  /// @return false when it cannot take that place
  public boolean replace(Source before, Source source) {
    DownTrack track = tracks.get(before);
    if (track == null || attached.contains(source) || !isCodedAs(before, source)) {
      return false;
    }
    tracks.remove(before);
    tracks.put(source, track);
    if (attached.remove(before)) {
      attached.add(source);
      transport.tell(() -> media.replace(before, source));
    }
    return true;
  }

  private static boolean isCodedAs(Source one, Source other) {
    return one.kind() == other.kind()
        && one.codings().getFirst().codec() == other.codings().getFirst().codec();
  }

  /// Whether anything is left that it receives or waits for.
  boolean isEmpty() {
    return attached.isEmpty();
  }

  boolean receives(Kind kind) {
    return attached.stream().anyMatch(source -> source.kind() == kind);
  }

  /// Restarts ICE (WHEP): the fragment names new credentials of the far end; answers with ours.
  public String restart(IceFragment fragment) {
    IceCredentials theirs = fragment.ice();
    RemoteTransport known = remote;
    if (theirs == null || known == null) {
      throw new IllegalArgumentException("a restart without credentials");
    }
    local = door.describe(local.session(), door.credentials(), host);
    remote =
        new RemoteTransport(
            theirs,
            known.fingerprints(),
            known.ours(),
            known.lite(),
            known.trickle(),
            fragment.candidates());
    transport.restart(local.ice(), remote);
    return IceFragment.answer(fragment, local);
  }

  /// What the far end calls itself now; null before its answer.
  public @Nullable IceCredentials remoteIce() {
    return remote == null ? null : remote.ice();
  }

  /// Those that are forwarded or will be, once they are live.
  public List<Source> sources() {
    return new ArrayList<>(attached);
  }

  /// How it goes, as of the last time that somebody asked; the question has it looked at again.
  public @Nullable Vitals vitals() {
    if (transport.home() != null) {
      transport.tell(media::look);
    }
    return media.vitals();
  }

  /// Ends it; [Output#ended] follows.
  public void close() {
    transport.close(Ending.CLOSED);
  }
}
