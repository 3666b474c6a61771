package dev.madang.chat;

import dev.madang.protocol.socketio.Packet;
import dev.madang.protocol.socketio.PacketDecoder;
import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A part of a server with sockets, rooms and rules of its own, such as `/chat`. Lives on home.
///
/// A *dynamic* namespace, made by [SocketServer#of(java.util.function.Predicate)], is the pattern
/// of many: each name that a client asks for and the pattern takes becomes a namespace with the
/// pattern's middlewares and listeners. What is emitted to the pattern goes to all of them.
public final class Namespace {
  private final SocketServer io;
  private final String name;
  private final @Nullable Namespace pattern;
  private final List<Middleware> middlewares;
  private final List<Consumer<Socket>> connections;
  private final Map<String, Namespace> children = new LinkedHashMap<>();
  private final Map<String, Socket> sockets = new LinkedHashMap<>();
  private final Map<String, Set<Socket>> rooms = new LinkedHashMap<>();
  private final @Nullable History history;
  private long ackIds;
  private boolean listenedTo;

  Namespace(SocketServer io, String name, @Nullable Namespace pattern) {
    this.io = io;
    this.name = name;
    this.pattern = pattern;
    this.middlewares = pattern == null ? new ArrayList<>() : pattern.middlewares;
    this.connections = pattern == null ? new ArrayList<>() : pattern.connections;
    SocketSettings.Recovery recovery = io.settings().recovery();
    this.history = recovery == null ? null : new History(this, recovery, io.newId());
  }

  public String name() {
    return name;
  }

  // ---- rules ----------------------------------------------------------------------------------

  /** Asks each client that wants in, after the middlewares added before. */
  public Namespace use(Middleware middleware) {
    middlewares.add(middleware);
    return this;
  }

  /** Called for each socket that came in; the client knows already that it is in. */
  public Namespace onConnection(Consumer<Socket> listener) {
    connections.add(listener);
    return this;
  }

  // ---- sending --------------------------------------------------------------------------------

  public void emit(String event, @Nullable Object... args) {
    everybody().emit(event, args);
  }

  public void emitWithAck(
      String event, Duration timeout, Consumer<Replies> then, @Nullable Object... args) {
    everybody().emitWithAck(event, timeout, then, args);
  }

  public Broadcast to(String... rooms) {
    return everybody().to(rooms);
  }

  public Broadcast in(String... rooms) {
    return everybody().to(rooms);
  }

  public Broadcast except(String... rooms) {
    return everybody().except(rooms);
  }

  /** Official name: `volatile`. */
  public Broadcast lossy() {
    return everybody().lossy();
  }

  public Broadcast local() {
    return everybody();
  }

  public List<Socket> fetchSockets() {
    return everybody().fetchSockets();
  }

  public void socketsJoin(String... rooms) {
    everybody().socketsJoin(rooms);
  }

  public void socketsLeave(String... rooms) {
    everybody().socketsLeave(rooms);
  }

  public void disconnectSockets(boolean close) {
    everybody().disconnectSockets(close);
  }

  public @Nullable Socket socket(String id) {
    return sockets.get(id);
  }

  /** How many sockets are in. */
  public int count() {
    return sockets.size();
  }

  /** The rooms that somebody is in, without the one each socket has for itself. */
  public Set<String> rooms() {
    return Set.copyOf(rooms.keySet());
  }

  private Broadcast everybody() {
    return new Broadcast(this, null, List.of(), List.of(), false);
  }

  void broadcast(Broadcast to, String event, List<@Nullable Object> args) {
    checkName(event);
    for (Namespace child : children.values()) {
      child.broadcast(to, event, args);
    }
    if (sockets.isEmpty() && history == null) {
      return;
    }
    Outgoing packet;
    if (history == null) {
      packet = io.encoder().event(name, Packet.NO_ID, event, args, true, null);
    } else if (to.isLossy()) {
      // Not kept; it still tells its receivers how far they are.
      packet = io.encoder().event(name, Packet.NO_ID, event, args, true, history.offset());
    } else {
      packet = io.encoder().event(name, Packet.NO_ID, event, args, true, history.nextOffset());
      history.keep(packet, to, io.now());
    }
    // A listener of outgoing events may make sockets come and go.
    for (Socket socket : listenedTo ? recipients(to) : selected(to)) {
      if (included(socket, to)) {
        socket.deliver(packet, to.isLossy(), event, args);
      }
    }
  }

  /** Some socket listens to what goes out. */
  void listenedTo() {
    listenedTo = true;
  }

  void broadcastWithAck(
      Broadcast to,
      String event,
      List<@Nullable Object> args,
      Duration timeout,
      Consumer<Replies> then) {
    checkName(event);
    List<Socket> asked = recipients(to);
    Outgoing packet = null;
    long id = nextAckId();
    Collector collector = new Collector(io, asked.size(), then);
    for (Socket socket : asked) {
      if (packet == null) {
        packet = io.encoder().event(name, id, event, args, true, null);
      }
      socket.await(id, packet, timeout, collector::take);
      socket.deliver(packet, to.isLossy(), event, args);
    }
    collector.start();
  }

  /** Gathers the answers of many. */
  private static final class Collector {
    private final SocketServer io;
    private final int expected;
    private final Consumer<Replies> then;
    private final List<@Nullable Object> answers = new ArrayList<>();
    private int missing;

    Collector(SocketServer io, int expected, Consumer<Replies> then) {
      this.io = io;
      this.expected = expected;
      this.then = then;
    }

    void start() {
      if (expected == 0) {
        finish();
      }
    }

    void take(Reply reply) {
      switch (reply) {
        case Reply.Answered(List<@Nullable Object> args) ->
            answers.add(args.isEmpty() ? null : args.getFirst());
        case Reply.TimedOut() -> missing++;
        case Reply.Disconnected() -> missing++;
      }
      if (answers.size() + missing == expected) {
        finish();
      }
    }

    private void finish() {
      io.guarded(null, () -> then.accept(new Replies(answers, missing)));
    }
  }

  List<Socket> recipients(Broadcast to) {
    List<Socket> all = new ArrayList<>();
    for (Namespace child : children.values()) {
      all.addAll(child.recipients(to));
    }
    for (Socket socket : selected(to)) {
      if (included(socket, to)) {
        all.add(socket);
      }
    }
    return all;
  }

  private Collection<Socket> selected(Broadcast to) {
    List<String> named = to.rooms();
    if (named.isEmpty()) {
      return sockets.values();
    }
    if (named.size() == 1) {
      return members(named.getFirst());
    }
    Set<Socket> union = new LinkedHashSet<>();
    for (String room : named) {
      union.addAll(members(room));
    }
    return union;
  }

  private Collection<Socket> members(String room) {
    Set<Socket> joined = rooms.get(room);
    Socket own = sockets.get(room);
    if (own == null) {
      return joined == null ? List.of() : joined;
    }
    if (joined == null) {
      return List.of(own);
    }
    Set<Socket> both = new LinkedHashSet<>(joined);
    both.add(own);
    return both;
  }

  private boolean included(Socket socket, Broadcast to) {
    if (socket == to.but()) {
      return false;
    }
    for (String room : to.except()) {
      if (socket.isIn(room)) {
        return false;
      }
    }
    return true;
  }

  static void checkName(String event) {
    if (PacketDecoder.RESERVED.contains(event)) {
      throw new IllegalArgumentException("\"" + event + "\" is a reserved event name");
    }
  }

  // ---- coming and going -------------------------------------------------------------------------

  /** A client wants in. */
  void enter(Client client, Map<String, @Nullable Object> auth) {
    History.Away away =
        history != null
                && auth.get("pid") instanceof String pid
                && (auth.get("offset") == null || auth.get("offset") instanceof String)
            ? history.take(pid, (String) auth.get("offset"), io.now())
            : null;
    Socket socket = new Socket(this, client, auth, away);
    client.add(socket);
    if (away != null && history != null && history.skipsMiddlewares()) {
      accept(socket);
    } else {
      ask(socket, 0);
    }
  }

  /** Asks the middlewares from `step` on. */
  void ask(Socket socket, int step) {
    if (!socket.isWaiting()) {
      return;
    }
    if (step == middlewares.size()) {
      accept(socket);
      return;
    }
    io.guarded(socket, () -> middlewares.get(step).ask(socket, new Next(this, socket, step)));
  }

  private void accept(Socket socket) {
    sockets.put(socket.id(), socket);
    socket.accepted();
    for (Consumer<Socket> listener : List.copyOf(connections)) {
      if (socket.connected()) {
        io.guarded(socket, () -> listener.accept(socket));
      }
    }
  }

  /** A socket left, or never came in. */
  void forget(Socket socket) {
    sockets.remove(socket.id(), socket);
    tidy();
  }

  /** A dynamic namespace ends when nobody is in, or about to come back. */
  void tidy() {
    if (pattern != null && sockets.isEmpty() && (history == null || history.isIdle())) {
      pattern.children.remove(name, this);
      io.forget(this);
    }
  }

  Namespace child(String childName) {
    Namespace child = new Namespace(io, childName, this);
    children.put(childName, child);
    return child;
  }

  void join(Socket socket, String room) {
    rooms.computeIfAbsent(room, _ -> new LinkedHashSet<>()).add(socket);
  }

  void leave(Socket socket, String room) {
    Set<Socket> members = rooms.get(room);
    if (members != null && members.remove(socket) && members.isEmpty()) {
      rooms.remove(room);
    }
  }

  boolean hasMembers(String room) {
    return rooms.containsKey(room) || sockets.containsKey(room);
  }

  SocketServer io() {
    return io;
  }

  @Nullable History history() {
    return history;
  }

  long nextAckId() {
    return ackIds++;
  }
}
