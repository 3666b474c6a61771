package dev.madang.server.webrtc;

import dev.madang.media.Codec;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.rtp.HeaderExtension;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.LocalTransport;
import dev.madang.protocol.sdp.Payload;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.SctpDescription;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.UpAnswer;
import dev.madang.protocol.sdp.UpTrack;
import dev.madang.room.forward.Coding;
import dev.madang.room.forward.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A far end that sends: it offers, we answer. Lives at home, the thread of who made it.
public final class UpSession {
  /// What happens to it; told at home.
  public interface Output {
    /// Both sides are proven and have keys.
    void connected();

    /// The source can be received from now on.
    void live(Source source);

    /// The highest layer that anybody wants of a source, -1 for none: what is above need not be
    /// sent.
    void wanted(Source source, int layer);

    /// How loud a source of sound is, as [Loudness] tells.
    ///
    /// @param now of the loop's clock, which is the process's
    default void heard(Source source, boolean speaking, double activity, double volume, long now) {}

    /// A data channel works, by its number on this connection.
    void opened(int channel, String label);

    /// A message came on a data channel.
    void message(int channel, boolean text, byte[] bytes);

    /// A data channel is over.
    void closed(int channel);

    /// Once, and nothing after it. The sources are over.
    void ended(Ending why, String detail);
  }

  private final MediaDoor door;
  private final Transport transport;
  private final UpMedia media;
  private final String host;
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private LocalTransport local;
  private RemoteTransport remote;
  private String answer;
  private long version = 1;

  UpSession(
      MediaDoor door,
      Transport transport,
      UpMedia media,
      String host,
      LocalTransport local,
      UpAnswer agreed) {
    this.door = door;
    this.transport = transport;
    this.media = media;
    this.host = host;
    this.local = local;
    this.remote = agreed.remote();
    this.answer = agreed.answer().write();
    transport.setRemote(agreed.remote());
    settle(agreed);
  }

  /// The SDP that answers the last offer.
  public String answer() {
    return answer;
  }

  /// What the far end sends, in the order of its sections.
  public List<Source> sources() {
    return List.copyOf(sources.values());
  }

  /// The source of a media section, or null.
  public @Nullable Source source(String mid) {
    return sources.get(mid);
  }

  /// The section of a source, or null.
  public @Nullable String mid(Source source) {
    for (Map.Entry<String, Source> each : sources.entrySet()) {
      if (each.getValue() == source) {
        return each.getKey();
      }
    }
    return null;
  }

  /// Another offer: sections that came are new sources, those that went are over. An offer with new
  /// ICE credentials restarts ICE.
  ///
  /// @throws dev.madang.wire.ProtocolException with a sentence for whoever offered; nothing changed
  public String answer(String offer) {
    SessionDescription description = SessionDescription.read(offer);
    UpAnswer agreed = door.answer(description, local, version + 1, remote.ours());
    if (!agreed.remote().ice().equals(remote.ice())) {
      LocalTransport fresh = door.describe(local.session(), door.credentials(), host);
      agreed = door.answer(description, fresh, version + 1, remote.ours());
      transport.restart(fresh.ice(), agreed.remote());
      local = fresh;
    }
    version++;
    remote = agreed.remote();
    answer = agreed.answer().write();
    settle(agreed);
    return answer;
  }

  private void settle(UpAnswer agreed) {
    SctpDescription data = agreed.data();
    if (data != null) {
      transport.tell(() -> transport.carry(data, media));
    }
    Map<String, Source> gone = new LinkedHashMap<>(sources);
    for (UpTrack track : agreed.tracks()) {
      if (track.active() && !track.payloads().isEmpty()) {
        gone.remove(track.mid());
        if (!sources.containsKey(track.mid())) {
          Source source = source(track);
          sources.put(track.mid(), source);
          transport.tell(() -> media.publish(source, track));
        }
      }
    }
    gone.forEach((mid, source) -> {
      sources.remove(mid);
      transport.tell(() -> media.withdraw(source));
    });
  }

  private Source source(UpTrack track) {
    List<String> rids = new ArrayList<>();
    for (UpTrack.Encoding encoding : track.encodings()) {
      if (!encoding.rid().isEmpty()) {
        rids.add(encoding.rid());
      }
    }
    return new Source(
        door.id(), kind(track.kind()), track.stream(), codings(track.payloads()), rids);
  }

  /// Restarts ICE (RFC 9725 §4.3.3): the fragment names new credentials of the far end; answers
  /// with ours.
  public String restart(IceFragment fragment) {
    IceCredentials theirs = fragment.ice();
    if (theirs == null) {
      throw new IllegalArgumentException("a restart without credentials");
    }
    local = door.describe(local.session(), door.credentials(), host);
    remote =
        new RemoteTransport(
            theirs,
            remote.fingerprints(),
            remote.ours(),
            remote.lite(),
            remote.trickle(),
            fragment.candidates());
    transport.restart(local.ice(), remote);
    return IceFragment.answer(fragment, local);
  }

  /// What the far end calls itself now.
  public IceCredentials remoteIce() {
    return remote.ice();
  }

  /// A muted source is not forwarded, whatever the far end sends.
  public void mute(Source source, boolean muted) {
    transport.tell(() -> media.mute(source, muted));
  }

  /// Opens a data channel; [Output#opened] follows when the far end took it.
  public void open(String label, Delivery delivery) {
    transport.tell(() -> media.open(label, delivery));
  }

  /// Sends a message on a data channel. What does not fit, because the far end reads too slowly, is
  /// dropped; on a reliable channel that closes the channel, once what was sent before has arrived.
  public void send(int channel, boolean text, byte[] bytes) {
    transport.tell(() -> media.send(channel, text, bytes));
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

  // ---- between SDP and RTP ----------------------------------------------------------------------

  static Kind kind(dev.madang.protocol.sdp.Kind kind) {
    return kind == dev.madang.protocol.sdp.Kind.AUDIO ? Kind.AUDIO : Kind.VIDEO;
  }

  static List<Coding> codings(List<Payload> payloads) {
    List<Coding> codings = new ArrayList<>();
    for (Payload payload : payloads) {
      Codec codec = Codec.of(payload.codec().name(), payload.codec().clockRate());
      if (codec != null) {
        codings.add(new Coding(payload.codec().payloadType(), codec, payload.rtx()));
      }
    }
    // Redundancy wraps what something is coded with.
    codings.sort(Comparator.comparing(coding -> coding.codec() == Codec.RED));
    return codings;
  }

  /// Ids are of the whole transport: what one section says of an id, all say.
  static ExtensionMap extensions(Iterable<Map<Integer, String>> sections) {
    ExtensionMap all = ExtensionMap.NONE;
    for (Map<Integer, String> section : sections) {
      for (Map.Entry<Integer, String> each : section.entrySet()) {
        HeaderExtension known = HeaderExtension.of(each.getValue());
        if (known != null && ExtensionMap.isId(each.getKey())) {
          all = all.with(known, each.getKey());
        }
      }
    }
    return all;
  }
}
