package dev.madang.room.forward;

import dev.madang.media.Codec;
import dev.madang.room.bandwidth.Dynacast;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One published source: its layers as they come in, and the relays that take them on. Lives on its
/// [Uplink]'s loop.
public final class Track implements Relay.Source {
  /// What a track has to tell; called on its loop.
  public interface Output {
    /// The highest layer that anybody wants has changed: what is above need not be sent. -1: nobody
    /// wants anything. More is told at once, less after a while.
    void wanted(Track track, int layer, long now);

    /// How loud it is: once when it is first known, when somebody begins or ends to speak, and ten
    /// times a second between.
    default void heard(Track track, Loudness loudness, long now) {}
  }

  /// A relay on another loop, or another machine, as the track sees it.
  public interface Outlet {
    /// Takes a packet before this returns: the bytes are used again.
    void packet(Arrival packet, int layer, long now);

    void senderReport(int layer, long ntp, int timestamp, long now);

    void restarted(int layer, long now);

    /// What the publisher was asked to send: [Relay#asked].
    void asked(int layer, long now);
  }

  private final String mid;
  private final Kind kind;
  private final List<Coding> codings;
  private final List<String> rids;
  private final Output output;
  private final Layer[] layers;
  private final byte[] midBytes;
  private final byte[][] ridBytes;
  private final Relay relay;
  private final List<Outlet> outlets = new ArrayList<>(0);
  private final int[] wantedBy;
  private boolean muted;
  private Dynacast dynacast;
  private int wantedHere = Dynacast.NOTHING;
  private final Loudness loudness = new Loudness();

  Track(
      Uplink uplink,
      String mid,
      Kind kind,
      List<Coding> codings,
      List<String> rids,
      Output output) {
    this.mid = mid;
    this.kind = kind;
    this.codings = List.copyOf(codings);
    this.rids = List.copyOf(rids);
    this.output = output;
    midBytes = mid.getBytes(StandardCharsets.UTF_8);
    ridBytes = new byte[rids.size()][];
    for (int i = 0; i < ridBytes.length; i++) {
      ridBytes[i] = rids.get(i).getBytes(StandardCharsets.UTF_8);
    }
    layers = new Layer[Math.max(1, rids.size())];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new Layer(uplink, this, i);
    }
    relay = new Relay(kind, layers.length, layered(), this);
    wantedBy = new int[MOST_OUTLETS];
    dynacast = new Dynacast(layers.length - 1);
  }

  void receive(Layer layer, Arrival packet, long now) {
    if (muted) {
      return;
    }
    relay.receive(packet, layer.index, now);
    for (int i = 0; i < outlets.size(); i++) {
      outlets.get(i).packet(packet, layer.index, now);
    }
  }

  void senderReport(int layer, long ntp, int timestamp, long now) {
    relay.senderReport(layer, ntp, timestamp, now);
    for (Outlet outlet : outlets) {
      outlet.senderReport(layer, ntp, timestamp, now);
    }
  }

  void restarted(int layer, long now) {
    relay.restarted(layer, now);
    for (Outlet outlet : outlets) {
      outlet.restarted(layer, now);
    }
  }

  // ---- what relays wish -------------------------------------------------------------------------

  @Override
  public void keyframe(int layer, long now) {
    if (layer >= 0 && layer < layers.length) {
      layers[layer].needKeyframe(now);
    }
  }

  @Override
  public void wanted(int layer, long now) {
    int before = wantedHere;
    wantedHere = layer;
    moved(before, layer, now);
  }

  /// As [#wanted], of another loop's relay.
  public void wanted(Outlet outlet, int layer, long now) {
    int i = outlets.indexOf(outlet);
    if (i >= 0) {
      int before = wantedBy[i];
      wantedBy[i] = layer;
      moved(before, layer, now);
    }
  }

  private void moved(int from, int to, long now) {
    if (dynacast.moved(from, to, now)) {
      tellWanted(now);
    }
  }

  private void tellWanted(long now) {
    relay.asked(dynacast.asked(), now);
    for (Outlet outlet : outlets) {
      outlet.asked(dynacast.asked(), now);
    }
    output.wanted(this, dynacast.asked(), now);
  }

  /// Its publisher sends nothing before it is told that somebody wants it; others begin with all
  /// that they have.
  public void beginsSilent() {
    dynacast = new Dynacast(Dynacast.NOTHING);
  }

  void tick(long now) {
    if (dynacast.deadline() != Long.MAX_VALUE
        && now - dynacast.deadline() >= 0
        && dynacast.tick(now)) {
      tellWanted(now);
    }
    if (loudness.deadline() != Long.MAX_VALUE && loudness.tick(now)) {
      output.heard(this, loudness, now);
    }
  }

  long deadline() {
    long wanted = dynacast.deadline();
    long heard = loudness.deadline();
    if (wanted == Long.MAX_VALUE || heard == Long.MAX_VALUE) {
      return Math.min(wanted, heard);
    }
    return wanted - heard < 0 ? wanted : heard;
  }

  // ---- relays -----------------------------------------------------------------------------------

  /// The relay on the track's own loop.
  public Relay relay() {
    return relay;
  }

  /// A relay for another loop; give it what its [Outlet] is told.
  public Relay relayElsewhere(Relay.Source source) {
    return new Relay(kind, layers.length, layered(), source);
  }

  public void add(Outlet outlet, long now) {
    if (outlets.size() == MOST_OUTLETS) {
      throw new IllegalStateException("more loops than " + MOST_OUTLETS);
    }
    wantedBy[outlets.size()] = Dynacast.NOTHING;
    outlets.add(outlet);
    outlet.asked(dynacast.asked(), now);
  }

  public void remove(Outlet outlet, long now) {
    int i = outlets.indexOf(outlet);
    if (i >= 0) {
      int last = outlets.size() - 1;
      outlets.set(i, outlets.get(last));
      int before = wantedBy[i];
      wantedBy[i] = wantedBy[last];
      outlets.removeLast();
      moved(before, Dynacast.NOTHING, now);
    }
  }

  // ---- what it is -------------------------------------------------------------------------------

  /// A muted track is not forwarded, whatever its publisher sends.
  public void mute(boolean muted, long now) {
    this.muted = muted;
    if (muted && loudness.silence(now)) {
      output.heard(this, loudness, now);
    }
  }

  public boolean muted() {
    return muted;
  }

  public String mid() {
    return mid;
  }

  public Kind kind() {
    return kind;
  }

  /// The first is what it is usually coded with.
  public List<Coding> codings() {
    return codings;
  }

  /// The names of its layers, the smallest first; none without simulcast.
  public List<String> rids() {
    return rids;
  }

  byte[] midBytes() {
    return midBytes;
  }

  byte[] ridBytes(int layer) {
    return ridBytes[layer];
  }

  private boolean layered() {
    Codec codec = codings.getFirst().codec();
    return rids.isEmpty() && (codec == Codec.VP9 || codec == Codec.AV1);
  }

  int clockRate() {
    return codings.getFirst().codec().clockRate();
  }

  Layer layer(int index) {
    return layers[index];
  }

  public int layers() {
    return layers.length;
  }

  /// What came of a layer so far, bytes of payload.
  public long bytes(int layer) {
    return layers[layer].bytes();
  }

  /// How many packets of all layers there should have been, and how many came the first time.
  public long expected() {
    long all = 0;
    for (Layer layer : layers) {
      all += layer.statistics().expected();
    }
    return all;
  }

  public long received() {
    long all = 0;
    for (Layer layer : layers) {
      all += layer.statistics().received();
    }
    return all;
  }

  /// Which coding has this payload type, or -1.
  int coding(int payloadType) {
    for (int i = 0; i < codings.size(); i++) {
      if (codings.get(i).payloadType() == payloadType) {
        return i;
      }
    }
    return -1;
  }

  /// The payload type that this one retransmits, or -1.
  int retransmits(int payloadType) {
    for (int i = 0; i < codings.size(); i++) {
      if (codings.get(i).retransmission() == payloadType) {
        return codings.get(i).payloadType();
      }
    }
    return -1;
  }

  /// RFC 6464: how loud a packet is, in -dBov.
  void heard(int level, long now) {
    if (!muted && loudness.heard(level, now)) {
      output.heard(this, loudness, now);
    }
  }

  public Loudness loudness() {
    return loudness;
  }

  private static final int MOST_OUTLETS = 256;
}
