package dev.madang.chat;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.Pulse;
import dev.madang.protocol.socketio.Packet;
import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One client in one namespace. Lives on home.
///
/// ```
///   waiting for middlewares ── proceed ──► connected ── left, cut off, put out ──► gone
///        └── refused, cut off ──────────────────────────────────────────────────────┘
/// ```
public final class Socket {
  private enum State {
    WAITING,
    CONNECTED,
    GONE
  }

  private final Namespace namespace;
  private final Client client;
  private final String id;
  private final @Nullable String pid;
  private final Handshake handshake;
  private final boolean recovered;
  private State state = State.WAITING;
  private History.@Nullable Away away;

  private @Nullable Map<String, Listener> listeners;
  private @Nullable AnyListener any;
  private @Nullable AnyListener anyOutgoing;
  private @Nullable EventFilter filter;
  private @Nullable SizeFilter sizes;
  private @Nullable Consumer<String> onDisconnecting;
  private @Nullable Consumer<String> onDisconnect;
  private @Nullable Map<String, @Nullable Object> data;

  /** With the offset at which each was joined: what was said before is not missed later. */
  private @Nullable Map<String, Long> rooms;

  private @Nullable Map<Long, Awaited> awaited;
  private @Nullable RecentAcks recentAcks;
  private long since;

  Socket(
      Namespace namespace,
      Client client,
      Map<String, @Nullable Object> auth,
      History.@Nullable Away away) {
    this.namespace = namespace;
    this.client = client;
    this.away = away;
    this.recovered = away != null;
    this.handshake = client.handshake().with(auth);
    SocketServer io = namespace.io();
    if (away != null) {
      id = away.id();
      pid = away.pid();
      data = away.data();
    } else if (client.session().revision() == 3) {
      // Clients of Engine.IO 3 compute their id themselves.
      String session = client.session().id();
      id = namespace.name().equals("/") ? session : namespace.name() + "#" + session;
      pid = null;
    } else {
      // Not the session's id: whoever knows that one can speak for the client.
      id = io.newId();
      pid = namespace.history() == null ? null : io.newId();
    }
  }

  public String id() {
    return id;
  }

  public Namespace namespace() {
    return namespace;
  }

  public Handshake handshake() {
    return handshake;
  }

  /** Whether this client was here before and missed nothing: same id, rooms and data. */
  public boolean recovered() {
    return recovered;
  }

  public boolean connected() {
    return state == State.CONNECTED;
  }

  /** Whatever you want to keep about this client. */
  public Map<String, @Nullable Object> data() {
    if (data == null) {
      data = new HashMap<>();
    }
    return data;
  }

  // ---- listening --------------------------------------------------------------------------------

  /** Hears an event of this name; after those who hear it already. */
  public Socket on(String event, Listener listener) {
    if (listeners == null) {
      listeners = new HashMap<>();
    }
    listeners.merge(
        event,
        listener,
        (before, added) ->
            (args, ack) -> {
              before.heard(args, ack);
              added.heard(args, ack);
            });
    return this;
  }

  /** Nobody hears this event any more. */
  public Socket off(String event) {
    if (listeners != null) {
      listeners.remove(event);
    }
    return this;
  }

  /** Hears every event that comes, before its own listeners. */
  public Socket onAny(AnyListener listener) {
    any = both(any, listener);
    return this;
  }

  /** Hears every event that goes to this client, broadcasts too. */
  public Socket onAnyOutgoing(AnyListener listener) {
    anyOutgoing = both(anyOutgoing, listener);
    namespace.listenedTo();
    return this;
  }

  /** Lets only those events through that the filter passes. */
  public Socket use(EventFilter added) {
    EventFilter before = filter;
    filter =
        before == null
            ? added
            : (event, args) -> before.passes(event, args) && added.passes(event, args);
    return this;
  }

  /** Has only that read which the filter passes; the last one given counts. */
  public Socket useSizes(SizeFilter added) {
    sizes = added;
    return this;
  }

  /** Called with the reason, while the rooms are still known. */
  public Socket onDisconnecting(Consumer<String> listener) {
    onDisconnecting = onDisconnecting == null ? listener : onDisconnecting.andThen(listener);
    return this;
  }

  /** Called with the reason, in the official server's words, when the client is gone. */
  public Socket onDisconnect(Consumer<String> listener) {
    onDisconnect = onDisconnect == null ? listener : onDisconnect.andThen(listener);
    return this;
  }

  private static AnyListener both(@Nullable AnyListener before, AnyListener added) {
    return before == null
        ? added
        : (event, args, ack) -> {
          before.heard(event, args, ack);
          added.heard(event, args, ack);
        };
  }

  // ---- speaking ---------------------------------------------------------------------------------

  public void emit(String event, @Nullable Object... args) {
    emit(event, Arrays.asList(args), false);
  }

  /** An event that is dropped if the client is not ready to receive: the official `volatile`. */
  public void emitLossy(String event, @Nullable Object... args) {
    emit(event, Arrays.asList(args), true);
  }

  private void emit(String event, List<@Nullable Object> args, boolean lossy) {
    Namespace.checkName(event);
    History history = namespace.history();
    if (history != null) {
      // Kept like a broadcast to the room this socket has for itself.
      new Broadcast(namespace, null, List.of(id), List.of(), lossy).emit(event, args.toArray());
    } else if (connected()) {
      deliver(
          namespace.io().encoder().event(namespace.name(), Packet.NO_ID, event, args, false, null),
          lossy,
          event,
          args);
    }
  }

  /// Sends an event that asks for an answer; `then` is called once. With recovery, a client cut off
  /// before it answered gets the event again when it is back, and so perhaps twice.
  public void emitWithAck(
      String event, Duration timeout, Consumer<Reply> then, @Nullable Object... args) {
    Namespace.checkName(event);
    if (!connected()) {
      then.accept(new Reply.Disconnected());
      return;
    }
    long ackId = namespace.nextAckId();
    List<@Nullable Object> list = Arrays.asList(args);
    Outgoing packet =
        namespace.io().encoder().event(namespace.name(), ackId, event, list, false, null);
    await(ackId, packet, timeout, then);
    deliver(packet, false, event, list);
  }

  /** Everybody else in these rooms. */
  public Broadcast to(String... others) {
    return new Broadcast(namespace, this, List.of(others), List.of(), false);
  }

  public Broadcast in(String... others) {
    return to(others);
  }

  /** Everybody else who is not in these rooms. */
  public Broadcast except(String... others) {
    return new Broadcast(namespace, this, List.of(), List.of(others), false);
  }

  /** Everybody else in the namespace. */
  public Broadcast broadcast() {
    return new Broadcast(namespace, this, List.of(), List.of(), false);
  }

  /// Bytes on their way to this client, in all its namespaces, that have not left.
  public long bytesQueued() {
    return client.session().bytesQueued();
  }

  // ---- rooms ------------------------------------------------------------------------------------

  public void join(String... names) {
    if (state == State.GONE) {
      return;
    }
    for (String room : names) {
      joinSince(room, namespace.history() == null ? 0 : namespace.history().position());
    }
  }

  private void joinSince(String room, long position) {
    if (room.equals(id)) {
      return;
    }
    if (rooms == null) {
      rooms = new LinkedHashMap<>(4);
    }
    if (rooms.putIfAbsent(room, position) == null) {
      namespace.join(this, room);
    }
  }

  public void leave(String room) {
    if (rooms != null && rooms.remove(room) != null) {
      namespace.leave(this, room);
    }
  }

  /** The rooms it is in, the one named by its id first. */
  public Set<String> rooms() {
    Set<String> all = new LinkedHashSet<>();
    all.add(id);
    if (rooms != null) {
      all.addAll(rooms.keySet());
    }
    return all;
  }

  boolean isIn(String room) {
    return room.equals(id) || rooms != null && rooms.containsKey(room);
  }

  // ---- leaving ----------------------------------------------------------------------------------

  /** Puts the client out of this namespace. */
  public void disconnect() {
    disconnect(false);
  }

  /**
   * @param close whether to close the whole connection, with all its namespaces
   */
  public void disconnect(boolean close) {
    if (!connected()) {
      return;
    }
    if (close) {
      client.dismiss();
    } else {
      client.send(namespace.io().encoder().disconnect(namespace.name()), false);
      end("server namespace disconnect");
    }
  }

  /// Misses this client sooner, or later, than others when it falls silent, from now on. One of
  /// Engine.IO 3 pings by itself, as it was told when it came: for it nothing changes.
  public void pulse(Pulse pulse) {
    client.session().pulse(pulse, namespace.io().now());
  }

  // ---- for the namespace and the client ---------------------------------------------------------

  Client client() {
    return client;
  }

  boolean isWaiting() {
    return state == State.WAITING && !client.isOver();
  }

  void refuse(String message, @Nullable Object why) {
    if (state != State.WAITING) {
      return;
    }
    state = State.GONE;
    client.remove(this);
    leaveRooms();
    namespace.forget(this);
    if (!client.isOver()) {
      client.send(client.refusal(namespace.name(), message, why), false);
    }
  }

  /** The namespace let it in: says so, and sends what was missed. */
  void accepted() {
    state = State.CONNECTED;
    History history = namespace.history();
    since = history == null ? 0 : history.position();
    var encoder = namespace.io().encoder();
    client.send(
        client.session().revision() == 3
            ? encoder.connect(namespace.name())
            : encoder.connect(namespace.name(), id, pid),
        false);
    if (history != null && pid != null) {
      history.present(pid, this);
    }
    History.Away before = away;
    away = null;
    if (before != null) {
      since = before.since();
      before.rooms().forEach(this::joinSince);
      recentAcks = before.acks();
      awaited = before.awaited();
      for (Outgoing missed : before.missed()) {
        client.send(missed, false);
      }
      if (recentAcks != null) {
        recentAcks.forEach(each -> client.send(each, false));
      }
      if (awaited != null) {
        awaited.values().removeIf(Awaited::isSettled);
        for (Awaited unanswered : List.copyOf(awaited.values())) {
          client.send(unanswered.question(), false);
        }
      }
    }
  }

  void deliver(Outgoing packet, boolean lossy, String event, List<@Nullable Object> args) {
    AnyListener outgoing = anyOutgoing;
    if (outgoing != null) {
      namespace.io().guarded(this, () -> outgoing.heard(event, args, new Ack(this, Packet.NO_ID)));
    }
    client.send(packet, lossy);
  }

  /// Whether any event could be heard.
  boolean hears() {
    return listeners != null && !listeners.isEmpty() || any != null || filter != null;
  }

  /// Whether something of this size is read.
  boolean reads(long ackId, long size) {
    SizeFilter gate = sizes;
    if (gate == null) {
      return true;
    }
    boolean[] passes = {false};
    namespace.io().guarded(this, () -> passes[0] = gate.passes(size, new Ack(this, ackId)));
    return passes[0];
  }

  void heard(long ackId, String event, List<@Nullable Object> args) {
    EventFilter gate = filter;
    Listener listener = listeners == null ? null : listeners.get(event);
    AnyListener all = any;
    if (listener == null && all == null && gate == null) {
      return;
    }
    namespace
        .io()
        .guarded(
            this,
            () -> {
              if (gate != null && !gate.passes(event, args)) {
                return;
              }
              Ack ack = new Ack(this, ackId);
              if (all != null) {
                all.heard(event, args, ack);
              }
              if (listener != null) {
                listener.heard(args, ack);
              }
            });
  }

  /** The server's answer to an event of the client's. */
  void answer(long ackId, List<@Nullable Object> args) {
    Outgoing packet = namespace.io().encoder().ack(namespace.name(), ackId, args);
    if (pid != null) {
      if (recentAcks == null) {
        recentAcks = new RecentAcks();
      }
      recentAcks.add(packet);
    }
    if (connected()) {
      client.send(packet, false);
    }
  }

  void await(long ackId, Outgoing question, Duration timeout, Consumer<Reply> then) {
    SocketServer io = namespace.io();
    Awaited reply = new Awaited(io, io.now() + timeout.toNanos(), question, then);
    if (awaited == null) {
      awaited = new HashMap<>(4);
    } else if (awaited.size() >= MAX_AWAITED) {
      awaited.values().removeIf(Awaited::isSettled);
    }
    awaited.put(ackId, reply);
    io.await(reply);
  }

  /** The client's answer. One to an event never sent, or answered before, means nothing. */
  void answered(long ackId, List<@Nullable Object> args) {
    Awaited reply = awaited == null ? null : awaited.remove(ackId);
    if (reply != null) {
      reply.settle(this, new Reply.Answered(args));
    }
  }

  void end(String reason) {
    boolean was = connected();
    if (state == State.GONE) {
      return;
    }
    if (was && onDisconnecting != null) {
      Consumer<String> listener = onDisconnecting;
      namespace.io().guarded(this, () -> listener.accept(reason));
    }
    state = State.GONE;
    client.remove(this);
    History history = namespace.history();
    boolean kept = was && history != null && pid != null && RECOVERABLE.contains(reason);
    if (history != null && pid != null && was) {
      history.absent(pid);
      if (kept) {
        if (recentAcks == null) {
          recentAcks = new RecentAcks();
        }
        history.await(
            new History.Away(
                id,
                pid,
                since,
                rooms == null ? Map.of() : rooms,
                data,
                recentAcks,
                awaited,
                new ArrayList<>()),
            namespace.io().now());
      }
    }
    leaveRooms();
    namespace.forget(this);
    if (!kept && awaited != null) {
      abandon(awaited);
    }
    if (was && onDisconnect != null) {
      Consumer<String> listener = onDisconnect;
      namespace.io().guarded(null, () -> listener.accept(reason));
    }
  }

  static void abandon(Map<Long, Awaited> replies) {
    for (Awaited reply : List.copyOf(replies.values())) {
      reply.settle(null, new Reply.Disconnected());
    }
  }

  private void leaveRooms() {
    if (rooms != null) {
      for (String room : rooms.keySet()) {
        namespace.leave(this, room);
      }
      rooms = null;
    }
  }

  /** After these the client may come back as the same. */
  private static final Set<String> RECOVERABLE =
      Set.of(
          CloseReason.TRANSPORT_ERROR.words(),
          CloseReason.TRANSPORT_CLOSE.words(),
          CloseReason.FORCED.words(),
          CloseReason.PING_TIMEOUT.words(),
          CloseReason.SHUTTING_DOWN.words(),
          "forced server close");

  private static final int MAX_AWAITED = 1024;
}
