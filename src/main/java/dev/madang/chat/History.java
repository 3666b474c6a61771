package dev.madang.chat;

import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was said in a namespace lately, and who is away and may come back for it. Lives on home.
///
/// Every event has a position in its namespace and is kept in the ring of each room it went to; a
/// ring forgets the oldest when it holds too many bytes, the namespace when all together do, and
/// both what is too old. A client's *offset* is the history's epoch, which is another one after a
/// restart, and the position of the last event it got. A client has missed nothing that cannot be
/// sent again as long as no ring of its rooms has forgotten anything after that position (or after
/// the client joined that room).
final class History {
  private final Namespace namespace;
  private final SocketSettings.Recovery settings;
  private final String epoch;
  private long position;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final Map<String, Ring> rings = new HashMap<>();
  private long bytes;
  private final Map<String, Socket> present = new HashMap<>();
  private final LinkedHashMap<String, Gone> gone = new LinkedHashMap<>();
  private final Map<String, Integer> awaitedIn = new HashMap<>();

  /// A client that is away.
  ///
  /// @param since the position when it first came
  /// @param rooms with the position when it joined each
  /// @param missed filled when it comes back
  record Away(
      String id,
      String pid,
      long since,
      Map<String, Long> rooms,
      @Nullable Map<String, @Nullable Object> data,
      RecentAcks acks,
      @Nullable Map<Long, Awaited> awaited,
      List<Outgoing> missed) {}

  private record Gone(Away away, long until) {}

  private record Entry(
      long position, long at, Outgoing packet, int size, List<String> rooms, Broadcast to) {}

  private static final class Ring {
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    long bytes;
    long forgotten;

    boolean isOldest(Entry entry) {
      Entry oldest = entries.peek();
      return oldest != null && oldest.position == entry.position;
    }

    void forgetFirst() {
      Entry first = entries.remove();
      bytes -= first.size;
      forgotten = first.position;
    }
  }

  History(Namespace namespace, SocketSettings.Recovery settings, String epoch) {
    this.namespace = namespace;
    this.settings = settings;
    this.epoch = epoch.substring(0, 8);
  }

  boolean skipsMiddlewares() {
    return settings.skipMiddlewares();
  }

  long position() {
    return position;
  }

  /** Where everybody is who got everything so far. */
  String offset() {
    return epoch + "." + Long.toString(position, 36);
  }

  /** The offset of the event about to be kept. */
  String nextOffset() {
    return epoch + "." + Long.toString(position + 1, 36);
  }

  void keep(Outgoing packet, Broadcast to, long now) {
    List<String> rooms = to.rooms().isEmpty() ? EVERYBODY : to.rooms();
    Entry entry = new Entry(++position, now, packet, packet.size() + OVERHEAD, rooms, to);
    entries.add(entry);
    bytes += entry.size;
    for (String room : rooms) {
      if (room.isEmpty() || namespace.hasMembers(room) || awaitedIn.containsKey(room)) {
        Ring ring = rings.computeIfAbsent(room, _ -> new Ring());
        ring.entries.add(entry);
        ring.bytes += entry.size;
        while (ring.bytes > settings.roomBytes()) {
          ring.forgetFirst();
        }
      }
    }
    while (bytes > settings.totalBytes()) {
      forgetFirst();
    }
  }

  private void forgetFirst() {
    Entry first = entries.remove();
    bytes -= first.size;
    for (String room : first.rooms) {
      Ring ring = rings.get(room);
      if (ring != null && ring.isOldest(first)) {
        ring.forgetFirst();
        if (ring.entries.isEmpty()
            && !room.isEmpty()
            && !namespace.hasMembers(room)
            && !awaitedIn.containsKey(room)) {
          rings.remove(room);
        }
      }
    }
  }

  // ---- who is here, who is away -----------------------------------------------------------------

  void present(String pid, Socket socket) {
    present.put(pid, socket);
  }

  void absent(String pid) {
    present.remove(pid);
  }

  void await(Away away, long now) {
    gone.put(away.pid, new Gone(away, now + settings.within().toNanos()));
    awaitedIn.merge(away.id, 1, Integer::sum);
    away.rooms.keySet().forEach(room -> awaitedIn.merge(room, 1, Integer::sum));
    if (gone.size() > settings.sessions()) {
      giveUp(gone.firstEntry().getKey());
    }
  }

  /** Kept now. */
  long bytes() {
    return bytes;
  }

  /** How many clients may come back. */
  int away() {
    return gone.size();
  }

  /** Whether nobody is expected back. */
  boolean isIdle() {
    return gone.isEmpty();
  }

  /// The client with this secret, with all it missed after `offset`, no longer away; null if nobody
  /// with this secret is waited for or something it missed is forgotten.
  @Nullable Away take(String pid, @Nullable String offset, long now) {
    Socket stillHere = present.get(pid);
    if (stillHere != null) {
      // The same client by a new connection, before we noticed that the old one is dead.
      stillHere.client().lose();
    }
    Gone found = gone.get(pid);
    if (found == null) {
      return null;
    }
    Away away = found.away;
    long from = offset == null ? away.since : positionOf(offset);
    TreeMap<Long, Entry> missed = new TreeMap<>();
    boolean whole =
        found.until - now > 0
            && from >= 0
            && from <= position
            && collect("", from, away, missed)
            && collect(away.id, from, away, missed);
    for (Map.Entry<String, Long> room : away.rooms.entrySet()) {
      whole = whole && collect(room.getKey(), Math.max(from, room.getValue()), away, missed);
    }
    if (!whole) {
      giveUp(pid);
      return null;
    }
    gone.remove(pid);
    release(away);
    for (Entry entry : missed.values()) {
      away.missed.add(entry.packet);
    }
    return away;
  }

  /** Adds what was said in a room after `from`; false if part of that is forgotten. */
  private boolean collect(String room, long from, Away away, Map<Long, Entry> missed) {
    Ring ring = rings.get(room);
    if (ring == null) {
      return true;
    }
    if (ring.forgotten > from) {
      return false;
    }
    for (Iterator<Entry> newest = ring.entries.descendingIterator(); newest.hasNext(); ) {
      Entry entry = newest.next();
      if (entry.position <= from) {
        break;
      }
      if (isFor(entry, away)) {
        missed.put(entry.position, entry);
      }
    }
    return true;
  }

  private static boolean isFor(Entry entry, Away away) {
    Socket but = entry.to.but();
    if (but != null && but.id().equals(away.id)) {
      return false;
    }
    for (String room : entry.to.except()) {
      if (room.equals(away.id) || away.rooms.containsKey(room)) {
        return false;
      }
    }
    return true;
  }

  /** -1 for an offset of another epoch, or none of ours. */
  private long positionOf(String offset) {
    int dot = epoch.length();
    if (!offset.startsWith(epoch)
        || offset.length() < dot + 2
        || offset.length() > dot + 14
        || offset.charAt(dot) != '.') {
      return -1;
    }
    try {
      return Long.parseLong(offset.substring(dot + 1), 36);
    } catch (NumberFormatException notOurs) {
      return -1;
    }
  }

  void tick(long now) {
    while (!entries.isEmpty() && entries.getFirst().at + settings.age().toNanos() - now <= 0) {
      forgetFirst();
    }
    List<String> late = new ArrayList<>();
    for (Map.Entry<String, Gone> each : gone.entrySet()) {
      if (each.getValue().until - now > 0) {
        break;
      }
      late.add(each.getKey());
    }
    if (!late.isEmpty()) {
      late.forEach(this::giveUp);
      namespace.tidy();
    }
  }

  private void giveUp(String pid) {
    Gone found = gone.remove(pid);
    if (found != null) {
      release(found.away);
      if (found.away.awaited != null) {
        Socket.abandon(found.away.awaited);
      }
    }
  }

  private void release(Away away) {
    dropOne(away.id);
    away.rooms.keySet().forEach(this::dropOne);
  }

  private void dropOne(String room) {
    awaitedIn.computeIfPresent(room, (_, count) -> count == 1 ? null : count - 1);
  }

  private static final List<String> EVERYBODY = List.of("");
  private static final int OVERHEAD = 128;
}
