package dev.madang.server.webrtc;

import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.protocol.sctp.SendResult;
import dev.madang.protocol.sdp.UpTrack;
import dev.madang.room.forward.Loudness;
import dev.madang.room.forward.Settings;
import dev.madang.room.forward.Track;
import dev.madang.room.forward.Uplink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a far end sends, on its transport's loop; tells its [UpSession] at home.
final class UpMedia implements Cargo, Messages, Uplink.Output, Track.Output {
  private final Settings settings;
  private final int ssrc;
  private final Executor home;
  private final UpSession.Output output;
  private final Map<Track, Source> sources = new HashMap<>();
  private final Map<Track, Flow[]> flows = new HashMap<>();
  private final Flow all = new Flow();
  private long lookedAt;
  private volatile @Nullable Vitals vitals;
  private final Intake intake;
  private @Nullable Transport transport;
  private @Nullable Uplink uplink;
  private final ExtensionMap extensions;
  // Of the uplink's counters, what the station's have.
  private long lossesAsked;
  private long keyframesAsked;

  /// @param ssrc of our reports
  UpMedia(
      Settings settings,
      ExtensionMap extensions,
      int ssrc,
      Executor home,
      UpSession.Output output) {
    this.settings = settings;
    this.extensions = extensions;
    this.ssrc = ssrc;
    this.home = home;
    this.output = output;
    intake = new Intake(home, output);
  }

  /// A source that the far end may send from now on; after [#begin].
  void publish(Source source, UpTrack agreed) {
    Uplink link = Objects.requireNonNull(uplink);
    Transport there = Objects.requireNonNull(transport);
    Track track = link.publish(agreed.mid(), source.kind(), source.codings(), source.rids(), this);
    if (source.rids().isEmpty()) {
      for (UpTrack.Encoding encoding : agreed.encodings()) {
        if (encoding.ssrc() >= 0) {
          int repairs = encoding.rtxSsrc() < 0 ? 0 : (int) encoding.rtxSsrc();
          link.announce(track, (int) encoding.ssrc(), repairs, there.now());
        }
      }
    }
    sources.put(track, source);
    source.place(new Source.Place(there.station(), track));
    home.execute(() -> output.live(source));
  }

  void withdraw(Source source) {
    Source.Place place = source.place();
    if (place != null && uplink != null) {
      source.place(null);
      sources.remove(place.track());
      flows.remove(place.track());
      uplink.withdraw(place.track());
    }
  }

  /// A muted source is not forwarded, whatever the far end sends.
  void mute(Source source, boolean muted) {
    Source.Place place = source.place();
    if (place != null) {
      place.track().mute(muted, Objects.requireNonNull(transport).now());
    }
  }

  // ---- data channels ----------------------------------------------------------------------------

  void open(String label, Delivery delivery) {
    DataChannels channels = channels();
    if (channels != null) {
      channels.open(label, "", delivery, Objects.requireNonNull(transport).now());
    }
  }

  void send(int number, boolean text, byte[] bytes) {
    DataChannels channels = channels();
    DataChannel channel = channels == null ? null : channels.channel(number);
    if (channels == null || channel == null || transport == null) {
      return;
    }
    boolean reliable = channel.delivery().isReliable();
    if (!reliable && channels.bufferedAmount(channel) > MOST_LATE) {
      return;
    }
    SendResult result = channels.send(channel, text, bytes, 0, bytes.length, transport.now());
    if (result == SendResult.FULL && reliable) {
      channels.close(channel, transport.now());
    }
  }

  private @Nullable DataChannels channels() {
    return transport == null ? null : transport.channels();
  }

  @Override
  public void opened(DataChannel channel) {
    home.execute(() -> output.opened(channel.id(), channel.label()));
  }

  @Override
  public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
    if (transport != null) {
      intake.message(transport, channel, text, bytes, offset, length);
    }
  }

  @Override
  public void writable(DataChannel channel) {}

  @Override
  public void closed(DataChannel channel) {
    home.execute(() -> output.closed(channel.id()));
  }

  // ---- how it goes ------------------------------------------------------------------------------

  /// From any thread: as of the last look; null before the first, and when it is over.
  @Nullable Vitals vitals() {
    return vitals;
  }

  /// Looks, unless somebody did a moment ago.
  void look() {
    Transport there = transport;
    Uplink link = uplink;
    if (there == null || link == null || lookedAt != 0 && there.now() - lookedAt < A_MOMENT) {
      return;
    }
    long nanos = lookedAt == 0 ? 0 : there.now() - lookedAt;
    lookedAt = there.now();
    long expected = 0;
    long received = 0;
    Map<Source, List<Long>> layers = new HashMap<>();
    for (Map.Entry<Track, Source> each : sources.entrySet()) {
      Track track = each.getKey();
      expected += track.expected();
      received += track.received();
      layers.put(each.getValue(), bits(track, nanos));
    }
    vitals =
        new Vitals(
            there.overTcp(),
            all.bits(link.counters().bytes(), nanos),
            all.loss(expected, received),
            -1,
            layers);
  }

  private List<Long> bits(Track track, long nanos) {
    boolean known = flows.containsKey(track);
    Flow[] counted =
        flows.computeIfAbsent(
            track, _ -> Stream.generate(Flow::new).limit(track.layers()).toArray(Flow[]::new));
    List<Long> bits = new ArrayList<>();
    for (int i = 0; i < counted.length; i++) {
      bits.add(counted[i].bits(track.bytes(i), known ? nanos : 0));
    }
    return bits;
  }

  // ---- from the transport -----------------------------------------------------------------------

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
    uplink = new Uplink(settings, extensions, ssrc, this, now);
    intake.begin(now);
  }

  @Override
  public void connected(long now) {
    home.execute(output::connected);
  }

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    if (uplink != null) {
      uplink.receiveRtp(bytes, offset, length, now);
    }
  }

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    if (uplink != null) {
      uplink.receiveRtcp(bytes, offset, length, now);
    }
  }

  @Override
  public void tick(long now) {
    if (uplink != null && transport != null) {
      uplink.tick(now);
      count(uplink.counters(), transport.station().counters);
      intake.tick(transport, now);
    }
  }

  private void count(Uplink.Counters counted, Counters all) {
    all.lossesAsked.add(counted.lossesAsked() - lossesAsked);
    all.keyframesAsked.add(counted.keyframesAsked() - keyframesAsked);
    lossesAsked = counted.lossesAsked();
    keyframesAsked = counted.keyframesAsked();
  }

  @Override
  public long deadline() {
    return uplink == null ? Long.MAX_VALUE : intake.sooner(uplink.deadline());
  }

  @Override
  public void ended(Ending why, String detail, long now) {
    sources.values().forEach(source -> source.place(null));
    sources.clear();
    flows.clear();
    vitals = null;
    home.execute(() -> output.ended(why, detail));
  }

  // ---- from the uplink and its tracks -----------------------------------------------------------

  @Override
  public void sendRtcp(byte[] bytes, int offset, int length) {
    if (transport != null) {
      transport.sendRtcp(bytes, offset, length);
    }
  }

  @Override
  public void wanted(Track track, int layer, long now) {
    Source source = sources.get(track);
    if (source != null) {
      home.execute(() -> output.wanted(source, layer));
    }
  }

  @Override
  public void heard(Track track, Loudness loudness, long now) {
    Source source = sources.get(track);
    if (source != null) {
      boolean speaking = loudness.speaking();
      double activity = loudness.activity();
      double volume = loudness.volume();
      home.execute(() -> output.heard(source, speaking, activity, volume, now));
    }
  }

  /// Bytes: an unreliable message behind more than that would be late.
  private static final int MOST_LATE = 64 << 10;

  private static final long A_MOMENT = 900_000_000L;
}
