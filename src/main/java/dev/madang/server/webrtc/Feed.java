package dev.madang.server.webrtc;

import dev.madang.room.forward.Arrival;
import dev.madang.room.forward.Parcel;
import dev.madang.room.forward.Relay;
import dev.madang.room.forward.Track;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.SpscArrayQueue;
import org.jspecify.annotations.Nullable;

/// Brings a [Source] to the receivers of another loop: what the track takes in during a turn of its
/// loop goes there in one [Parcel], whose relay serves all who live there.
///
/// [Track.Outlet] is called on the track's loop ("there"), [Relay.Source] and the rest on the
/// receivers' ("here").
final class Feed implements Track.Outlet, Relay.Source {
  private final Station here;
  private final Station there;
  private final Track track;
  private final Relay relay;
  private final SpscArrayQueue<Parcel> empty = new SpscArrayQueue<>(MOST_ON_THE_WAY);
  private final AtomicInteger onTheWay = new AtomicInteger();
  private final Runnable dispatch = this::dispatch;
  private @Nullable Parcel filling;

  /// Here.
  Feed(Station here, Source.Place place) {
    this.here = here;
    there = place.station();
    track = place.track();
    relay = track.relayElsewhere(this);
    there.tell(() -> track.add(this, there.now()));
  }

  Relay relay() {
    return relay;
  }

  /// Nobody here wants it any more.
  void close() {
    there.tell(() -> {
      track.remove(this, there.now());
      filling = null;
    });
  }

  // ---- there ------------------------------------------------------------------------------------

  @Override
  public void packet(Arrival packet, int layer, long now) {
    Parcel parcel = filling;
    if (parcel != null && !parcel.add(packet, layer)) {
      dispatch();
      parcel = null;
    }
    if (parcel == null && onTheWay.get() < MOST_ON_THE_WAY) {
      begin().add(packet, layer);
    }
    // Otherwise that loop is so far behind that more would only make it later.
  }

  private Parcel begin() {
    Parcel parcel = empty.poll();
    if (parcel == null) {
      parcel = new Parcel();
    }
    filling = parcel;
    there.loop().atTurnsEnd(dispatch);
    return parcel;
  }

  private void dispatch() {
    Parcel parcel = filling;
    filling = null;
    if (parcel != null) {
      onTheWay.incrementAndGet();
      here.tell(() -> deliver(parcel));
    }
  }

  @Override
  public void senderReport(int layer, long ntp, int timestamp, long now) {
    dispatch();
    here.tell(() -> relay.senderReport(layer, ntp, timestamp, here.now()));
  }

  @Override
  public void restarted(int layer, long now) {
    dispatch();
    here.tell(() -> relay.restarted(layer, here.now()));
  }

  @Override
  public void asked(int layer, long now) {
    here.tell(() -> relay.asked(layer, here.now()));
  }

  // ---- here -------------------------------------------------------------------------------------

  private void deliver(Parcel parcel) {
    onTheWay.decrementAndGet();
    parcel.deliver(relay, here.now());
    empty.offer(parcel);
  }

  @Override
  public void keyframe(int layer, long now) {
    there.tell(() -> track.keyframe(layer, there.now()));
  }

  @Override
  public void wanted(int layer, long now) {
    there.tell(() -> track.wanted(this, layer, there.now()));
  }

  private static final int MOST_ON_THE_WAY = 64;
}
