package dev.madang.chat;

import dev.madang.protocol.engineio.EngineServer;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.socketio.JsonReader;
import dev.madang.protocol.socketio.PacketDecoder;
import dev.madang.protocol.socketio.PacketEncoder;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A Socket.IO server: its namespaces and their sockets, over Engine.IO sessions that somebody else
/// brings. The official `io`. Everything of it lives on one thread, home; other threads bring their
/// work there.
///
/// ```java
/// io.of("/chat").onConnection(socket ->
///     socket.on("say", (args, ack) -> {
///       socket.to("lobby").emit("said", args.getFirst());
///       ack.send("ok");
///     }));
/// ```
public final class SocketServer {

  public interface Output {
    /// A listener threw: a fault of this program's. The socket's connection closes after this, if
    /// it was a socket's listener.
    void failed(@Nullable Socket socket, RuntimeException why);
  }

  private final SocketSettings settings;
  private final RandomGenerator random;
  private final LongSupplier clock;
  private final Output output;
  private final PacketEncoder encoder = new PacketEncoder();
  private final PacketDecoder.Limits decoding;
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final List<Pattern> patterns = new ArrayList<>();
  private final Namespace root;
  private int dynamic;

  // Whoever waits, in the order of its deadline.
  private final LinkedHashSet<Client> pending = new LinkedHashSet<>();
  private final LinkedHashSet<Client> newcomers = new LinkedHashSet<>();
  private final PriorityQueue<Awaited> awaited = new PriorityQueue<>();
  private long pendingBytes;
  private int answered;

  private record Pattern(Predicate<String> takes, Namespace namespace) {}

  /**
   * @param maxPayload characters of one string in a packet
   * @param clock nanoseconds, as the engine sessions are told
   */
  public SocketServer(
      SocketSettings settings,
      int maxPayload,
      RandomGenerator random,
      LongSupplier clock,
      Output output) {
    this.settings = settings;
    this.random = random;
    this.clock = clock;
    this.output = output;
    this.decoding =
        new PacketDecoder.Limits(
            new JsonReader(settings.depth(), maxPayload),
            MOST_AUTH,
            settings.attachments(),
            settings.attachmentBytes(),
            settings.namespaceLength());
    this.root = of("/");
  }

  /** The namespace of this name, which clients may enter from now on. */
  public Namespace of(String name) {
    String absolute = name.startsWith("/") ? name : "/" + name;
    Namespace known = namespaces.get(absolute);
    if (known == null) {
      known = new Namespace(this, absolute, null);
      namespaces.put(absolute, known);
    }
    return known;
  }

  /** The pattern of all namespaces whose name this takes, made when a client asks for one. */
  public Namespace of(Predicate<String> takes) {
    Namespace pattern = new Namespace(this, "/_" + patterns.size(), null);
    patterns.add(new Pattern(takes, pattern));
    return pattern;
  }

  /** The same as `of("/").use(…)`. */
  public SocketServer use(Middleware middleware) {
    root.use(middleware);
    return this;
  }

  /** The same as `of("/").onConnection(…)`. */
  public SocketServer onConnection(Consumer<Socket> listener) {
    root.onConnection(listener);
    return this;
  }

  /** The same as `of("/").emit(…)`. */
  public void emit(String event, @Nullable Object... args) {
    root.emit(event, args);
  }

  public Broadcast to(String... rooms) {
    return root.to(rooms);
  }

  public Broadcast in(String... rooms) {
    return root.to(rooms);
  }

  public Broadcast except(String... rooms) {
    return root.except(rooms);
  }

  /** The namespace of this name if it exists. */
  public @Nullable Namespace namespace(String name) {
    return namespaces.get(name.startsWith("/") ? name : "/" + name);
  }

  /** The namespaces that exist now. */
  public List<Namespace> namespaces() {
    return List.copyOf(namespaces.values());
  }

  // ---- for the door -----------------------------------------------------------------------------

  /** Takes a fresh Engine.IO session; call it before the session gets its first transport. */
  public Client connect(EngineSession session, Handshake handshake) {
    Client client =
        new Client(this, session, handshake, now() + settings.connectTimeout().toNanos());
    session.output(client);
    newcomers.add(client);
    client.greet();
    return client;
  }

  public void tick(long now) {
    while (!newcomers.isEmpty() && newcomers.getFirst().connectBy() - now <= 0) {
      newcomers.removeFirst().expectNamespace();
    }
    while (!pending.isEmpty() && pending.getFirst().attachmentsBy() - now <= 0) {
      pending.getFirst().breach();
    }
    while (!awaited.isEmpty() && awaited.peek().deadline() - now <= 0) {
      awaited.remove().timeOut();
    }
    if (settings.recovery() != null) {
      for (Namespace namespace : namespaces()) {
        History history = namespace.history();
        if (history != null) {
          history.tick(now);
        }
      }
    }
  }

  // ---- for the sockets --------------------------------------------------------------------------

  SocketSettings settings() {
    return settings;
  }

  PacketDecoder.Limits decoding() {
    return decoding;
  }

  PacketEncoder encoder() {
    return encoder;
  }

  long now() {
    return clock.getAsLong();
  }

  String newId() {
    return EngineServer.newId(random);
  }

  /** The namespace a client asked for, perhaps made for it; null if there is none. */
  @Nullable Namespace find(String name) {
    Namespace known = namespaces.get(name);
    if (known != null || dynamic >= settings.dynamicNamespaces()) {
      return known;
    }
    for (Pattern pattern : patterns) {
      if (pattern.takes.test(name)) {
        Namespace child = pattern.namespace.child(name);
        namespaces.put(name, child);
        dynamic++;
        return child;
      }
    }
    return null;
  }

  void forget(Namespace child) {
    if (namespaces.remove(child.name(), child)) {
      dynamic--;
    }
  }

  /// Whoever has left is not waited for.
  void left(Client client) {
    newcomers.remove(client);
  }

  /// What is kept of a client's packet, whose attachments are on their way, has grown by so many
  /// bytes.
  void pending(Client client, long bytes) {
    pendingBytes += bytes;
    if (client.isPending()) {
      pending.add(client);
    } else {
      pending.remove(client);
    }
    while (pendingBytes > settings.pendingBytes()) {
      pending.getFirst().breach();
    }
  }

  void await(Awaited reply) {
    awaited.add(reply);
  }

  /// An awaited reply came. It stays in the queue until its time, unless there are too many of
  /// those.
  void settled() {
    if (++answered > 1024 && answered > awaited.size() / 2) {
      awaited.removeIf(Awaited::isSettled);
      answered = 0;
    }
  }

  /// Calls a listener. What it throws ends at most the connection it was called for.
  void guarded(@Nullable Socket socket, Runnable listener) {
    try {
      listener.run();
    } catch (ProtocolException peer) {
      if (socket != null) {
        socket.client().breach();
      }
    } catch (RuntimeException ours) {
      output.failed(socket, ours);
      if (socket != null) {
        socket.client().abandon();
      }
    }
  }

  // A token is 4096 characters at most.
  private static final int MOST_AUTH = 16 << 10;
}
