package dev.madang.server.webrtc;

import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.net.Receiver;
import dev.madang.net.UdpSocket;
import dev.madang.protocol.ice.IceLite;
import dev.madang.room.forward.Relay;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The media of one loop: which far end is whose, and the transports that live here. Lives on that
/// loop's thread, but for what says otherwise.
final class Station implements Receiver {
  private final Loop loop;
  private @Nullable UdpSocket socket;
  private final Transports transports;
  private final Map<Path, FarEnd> farEnds = new HashMap<>();
  private final Set<Transport> living = new HashSet<>();
  private final Map<Source, Feed> feeds = new HashMap<>();
  private final AtomicInteger strayBytes = new AtomicInteger();
  private final Runnable settle = this::settle;
  private Transport[] touched = new Transport[16];
  private int touchedCount;
  private boolean closes;

  /// Where packets are protected before they leave.
  final byte[] scratch = new byte[SCRATCH];

  /// Where packets lie that came by TCP, with room around them.
  final byte[] inbox = new byte[HEADROOM + StreamWay.MOST_BYTES + TAILROOM];

  final Counters counters = new Counters();

  Station(Loop loop, Transports transports) {
    this.loop = loop;
    this.transports = transports;
  }

  /// Its socket, before anything arrives.
  void opened(UdpSocket opened) {
    socket = opened;
  }

  Loop loop() {
    return loop;
  }

  long now() {
    return loop.now();
  }

  /// From any thread.
  void tell(Runnable letter) {
    loop.tell(letter);
  }

  UdpSocket socket() {
    return Objects.requireNonNull(socket);
  }

  // ---- what arrives -----------------------------------------------------------------------------

  @Override
  public void receive(Path from, byte[] bytes, int offset, int length) {
    // RFC 8445 §7.3: a check says by its USERNAME whose it is, wherever it comes from; all else is
    // of
    // whom the address belongs to.
    boolean stun = bytes[offset] >= 0 && bytes[offset] <= 3;
    long key = stun ? IceLite.ufragOf(bytes, offset, length) : -1;
    if (key >= 0) {
      check(key, from, bytes, offset, length);
    } else if (from.owner() instanceof FarEnd known) {
      known.receive(bytes, offset, length);
    } else {
      recall(from, bytes, offset, length);
    }
  }

  private void check(long key, Path from, byte[] bytes, int offset, int length) {
    Transport transport = transports.find(key);
    Station home = transport == null ? null : transport.home(this, bytes, offset, length);
    if (transport == null || home == null) {
      counters.strangers.add(1);
    } else if (home == this) {
      wayOf(transport, from).receive(bytes, offset, length);
    } else {
      home.welcome(transport, this, from, bytes, offset, length);
    }
  }

  /// The path may have been forgotten and made anew.
  private void recall(Path from, byte[] bytes, int offset, int length) {
    FarEnd known = farEnds.get(from);
    if (known == null) {
      counters.strangers.add(1);
    } else {
      from.owner(known);
      known.receive(bytes, offset, length);
    }
  }

  private DatagramWay wayOf(Transport transport, Path path) {
    return farEnds.get(path) instanceof DatagramWay known && known.transport() == transport
        ? known
        : new DatagramWay(this, transport, path, null);
  }

  /// From another station's loop: a check for a transport that lives here.
  private void welcome(
      Transport transport, Station by, Path heard, byte[] bytes, int offset, int length) {
    byte[] copy = copyOf(bytes, offset, length);
    if (copy == null) {
      return;
    }
    loop.tell(() -> {
      strayBytes.addAndGet(-copy.length);
      DatagramWay way = wayOf(transport, socket().path(heard));
      take(way, copy);
      if (transport.holds(way)) {
        way.comesBy(new Stray(by, heard, way));
      }
    });
  }

  /// From any loop: a copy with room around it, to be given to [#tell]; null when enough waits.
  byte @Nullable [] copyOf(byte[] bytes, int offset, int length) {
    int size = HEADROOM + length + TAILROOM;
    if (strayBytes.addAndGet(size) > MOST_STRAY_BYTES) {
      strayBytes.addAndGet(-size);
      return null;
    }
    byte[] copy = new byte[size];
    System.arraycopy(bytes, offset, copy, HEADROOM, length);
    return copy;
  }

  /// From any loop.
  void tell(byte[] copy, DatagramWay way) {
    loop.tell(() -> {
      strayBytes.addAndGet(-copy.length);
      take(way, copy);
    });
  }

  private void take(DatagramWay way, byte[] copy) {
    counters.strayed.add(1);
    way.receive(copy, HEADROOM, copy.length - HEADROOM - TAILROOM);
  }

  // ---- who is known -----------------------------------------------------------------------------

  void know(Path path, FarEnd farEnd) {
    farEnds.put(path, farEnd);
    path.owner(farEnd);
  }

  void forget(Path path, FarEnd farEnd) {
    if (farEnds.remove(path, farEnd)) {
      path.owner(null);
    }
  }

  // ---- who lives here ---------------------------------------------------------------------------

  void moveIn(Transport transport) {
    living.add(transport);
    counters.born.add(1);
  }

  void moveOut(Transport transport) {
    if (living.remove(transport)) {
      counters.ended.add(1);
    }
    if (closes && living.isEmpty() && socket != null) {
      // The goodbye leaves at the end of this turn.
      loop.tell(socket::close);
    }
  }

  /// Its socket is for those who live here now, and for nobody after them.
  void closeWithTheLast() {
    closes = true;
  }

  /// Answers how many there were.
  int closeAll() {
    List<Transport> all = List.copyOf(living);
    all.forEach(transport -> transport.end(Ending.CLOSED, "The server goes down."));
    return all.size();
  }

  // ---- what comes from other loops --------------------------------------------------------------

  /// The relay that serves this loop's receivers of a source; null when nobody sends it (now).
  @Nullable Relay relayOf(Source source) {
    Source.Place place = source.place();
    if (place == null) {
      return null;
    }
    if (place.station() == this) {
      return place.track().relay();
    }
    return feeds.computeIfAbsent(source, _ -> new Feed(this, place)).relay();
  }

  /// Somebody here receives it no more.
  void letGo(Source source) {
    Feed feed = feeds.get(source);
    if (feed != null && feed.relay().subscriptions() == 0) {
      feeds.remove(source);
      feed.close();
    }
  }

  // ---- the transports' turn ---------------------------------------------------------------------

  /// At the end of this turn the transport sets its timer anew.
  void touch(Transport transport) {
    if (touchedCount == 0) {
      loop.atTurnsEnd(settle);
    }
    if (touchedCount == touched.length) {
      touched = Arrays.copyOf(touched, touchedCount * 2);
    }
    touched[touchedCount++] = transport;
  }

  private void settle() {
    for (int i = 0; i < touchedCount; i++) {
      touched[i].setTimer();
    }
    Arrays.fill(touched, 0, touchedCount, null);
    touchedCount = 0;
  }

  /// A turn took long ([Loop.LongTurns]).
  void left(long since, long now) {
    for (Transport transport : living) {
      transport.left(since, now);
    }
  }

  private static final int SCRATCH = 4096;
  private static final int MOST_STRAY_BYTES = 8 << 20;
}
