package dev.madang.room.forward;

import dev.madang.room.bandwidth.Layers;
import java.util.Arrays;

/// A [Track] on one loop: the last packets of its layers, and the [Subscription]s of that loop. The
/// publisher's loop hands each packet to every relay once; whoever is served by a relay costs the
/// publisher nothing. Lives on its loop.
public final class Relay {
  /// How a relay reaches the track that feeds it. Both may be called at any time; a relay that is
  /// not on the track's own loop passes them there.
  public interface Source {
    /// A keyframe of this stream is wanted; asked again as often as one likes, the track throttles.
    void keyframe(int stream, long now);

    /// The highest layer that anybody here wants, -1 for none, after it changed.
    void wanted(int layer, long now);
  }

  private final Kind kind;
  private final Source source;
  private final Ring[] rings;
  private final SenderClock[] clocks;
  private final Layers layers;
  private final boolean layered;

  /// Publishers name their streams in any order; by their sizes they are layers. Which layer a
  /// stream is, and which stream a layer.
  private final int[] layerOf;

  private final int[] streamOf;
  private Subscription[] subscriptions = new Subscription[4];
  private int count;
  private int wanted = -1;

  /// @param streams the layers of simulcast, or 1
  /// @param layered whether a stream has spatial layers in it
  Relay(Kind kind, int streams, boolean layered, Source source) {
    this.kind = kind;
    this.source = source;
    this.layered = layered;
    rings = new Ring[streams];
    clocks = new SenderClock[streams];
    layerOf = new int[streams];
    streamOf = new int[streams];
    for (int i = 0; i < streams; i++) {
      layerOf[i] = i;
      streamOf[i] = i;
      rings[i] =
          kind == Kind.AUDIO ? new Ring(1 << 14, 1 << 15) : new Ring(1 << 16, MOST_RING_BYTES);
      clocks[i] = new SenderClock();
    }
    layers = new Layers(layered);
    layers.offer(streams > 1 ? streams : 0);
  }

  /// A packet of a stream: kept once, offered to everybody. The way of every packet; nothing is
  /// allocated here.
  void receive(Arrival packet, int stream, long now) {
    int layer = layered ? packet.spatial : layerOf[stream];
    layers.arrived(layer, packet.temporal, packet.payloadLength + OVERHEAD, now);
    if (packet.height > 0) {
      layers.height(layer, packet.height);
      sort();
    }
    Ring ring = rings[stream];
    int slot = ring.put(packet, now);
    for (int i = 0; i < count; i++) {
      subscriptions[i].forward(ring, slot, stream, now);
    }
  }

  /// Puts the streams more into the order of their sizes, as far as it shows. Whoever is served
  /// stays with his stream until he gets a keyframe of the one that has its place.
  void sort() {
    for (int layer = 1; layer < streamOf.length && layer < Layers.SPATIAL; layer++) {
      if (layers.larger(layer - 1, layer)) {
        layers.swap(layer - 1, layer);
        place(streamOf[layer - 1], streamOf[layer], layer);
      }
    }
  }

  private void place(int larger, int smaller, int layer) {
    streamOf[layer - 1] = smaller;
    streamOf[layer] = larger;
    layerOf[smaller] = layer - 1;
    layerOf[larger] = layer;
  }

  /// Which of the streams by size this one is, the smallest is 0.
  int layer(int stream) {
    return layerOf[stream];
  }

  /// The stream that is this one by size.
  int stream(int layer) {
    return streamOf[layer];
  }

  /// The publisher said which moment of its clock a timestamp stands for (RTCP SR).
  public void senderReport(int stream, long ntp, int timestamp, long now) {
    clocks[stream].set(ntp, timestamp, now);
  }

  /// The stream begins anew: what follows has nothing to do with what was before.
  public void restarted(int stream, long now) {
    for (int i = 0; i < count; i++) {
      subscriptions[i].restarted(stream, now);
    }
  }

  void add(Subscription subscription) {
    if (count == subscriptions.length) {
      subscriptions = Arrays.copyOf(subscriptions, count * 2);
    }
    subscriptions[count++] = subscription;
  }

  void remove(Subscription subscription, long now) {
    for (int i = 0; i < count; i++) {
      if (subscriptions[i] == subscription) {
        subscriptions[i] = subscriptions[--count];
        Arrays.fill(subscriptions, count, count + 1, null);
        wantedChanged(now);
        return;
      }
    }
  }

  /// Somebody wants another layer than before.
  void wantedChanged(long now) {
    int highest = -1;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, subscriptions[i].wantedLayer());
    }
    if (highest != wanted) {
      wanted = highest;
      source.wanted(highest, now);
    }
  }

  void needKeyframe(int stream, long now) {
    source.keyframe(stream, now);
  }

  /// What the publisher was asked to send: a higher layer may be silent, and comes when it is
  /// wanted.
  public void asked(int layer, long now) {
    if (rings.length > 1) {
      layers.asked(layer, now);
    }
  }

  public Kind kind() {
    return kind;
  }

  public int subscriptions() {
    return count;
  }

  /// What each layer takes now.
  public Layers layers() {
    return layers;
  }

  /// Whether a layer is a part of one stream (SVC), not a stream of its own (simulcast).
  public boolean layered() {
    return layered;
  }

  int streams() {
    return rings.length;
  }

  Ring ring(int stream) {
    return rings[stream];
  }

  SenderClock clock(int stream) {
    return clocks[stream];
  }

  // IP, UDP, RTP with extensions, the tag of SRTP.
  private static final int OVERHEAD = 68;
  private static final int MOST_RING_BYTES = 1 << 21;
}
