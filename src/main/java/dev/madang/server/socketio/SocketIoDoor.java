package dev.madang.server.socketio;

import dev.madang.chat.Handshake;
import dev.madang.chat.Socket;
import dev.madang.chat.SocketServer;
import dev.madang.chat.SocketSettings;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.EngineSettings;
import dev.madang.protocol.engineio.Pulse;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.wire.Address;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door of Socket.IO: brings the sessions of one Engine.IO endpoint to a [SocketServer].
///
/// Everything lives on home. What [#io()] returns may be set up before [#open]; afterwards other
/// threads bring their work by [#execute].
public final class SocketIoDoor implements AutoCloseable {

  /// @param path where clients connect, with a slash at its end
  /// @param pingInterval silence after which a client is asked whether it still lives
  /// @param pingTimeout how long its answer may take
  /// @param upgradeTimeout from a WebSocket's first word to its use
  /// @param connectTimeout how long a client may stay without entering a namespace
  /// @param upgrades whether clients that poll are offered a WebSocket
  /// @param maxPayload bytes of one message and of one HTTP body
  /// @param maxPackets packets in one HTTP body
  /// @param maxQueued bytes waiting for one slow client; one more closes it
  /// @param maxAttachments binary values in one packet
  /// @param maxAttachmentBytes of one packet together, with its text
  /// @param attachmentTimeout how long a packet's attachments may take
  /// @param maxPendingBytes of packets whose attachments are on their way, of all clients together;
  ///   when it is more, whoever took longest is closed
  /// @param maxDepth arrays and objects within each other in one packet
  /// @param maxNamespaces that one client may be in
  /// @param maxPerAddress connections from one IP address (IPv6: /64)
  /// @param apiKey what `POST /api/rooms/…` must bring; without it that address refuses everybody
  public record Config(
      String path,
      Duration pingInterval,
      Duration pingTimeout,
      Duration upgradeTimeout,
      Duration connectTimeout,
      boolean upgrades,
      int maxPayload,
      int maxPackets,
      long maxQueued,
      int maxAttachments,
      long maxAttachmentBytes,
      Duration attachmentTimeout,
      long maxPendingBytes,
      int maxDepth,
      int maxNamespaces,
      int maxPerAddress,
      @Nullable String apiKey,
      Recovery recovery) {

    public Config {
      if (!path.startsWith("/") || !path.endsWith("/")) {
        throw new IllegalArgumentException("socketio.path begins and ends with a slash");
      }
    }

    public static Config defaults() {
      EngineSettings engine = EngineSettings.defaults();
      SocketSettings sockets = SocketSettings.defaults();
      return new Config(
          "/socket.io/",
          engine.pulse().interval(),
          engine.pulse().timeout(),
          engine.upgradeTimeout(),
          sockets.connectTimeout(),
          engine.upgrades(),
          engine.maxPayload(),
          engine.maxPackets(),
          engine.maxQueued(),
          sockets.attachments(),
          sockets.attachmentBytes(),
          sockets.attachmentTimeout(),
          sockets.pendingBytes(),
          sockets.depth(),
          sockets.namespacesPerClient(),
          2000,
          null,
          Recovery.defaults());
    }

    public Config withPath(String other) {
      return new Config(
          other,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          apiKey,
          recovery);
    }

    public Config withPing(Duration interval, Duration timeout) {
      return new Config(
          path,
          interval,
          timeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          apiKey,
          recovery);
    }

    public Config withConnectTimeout(Duration other) {
      return new Config(
          path,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          other,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          apiKey,
          recovery);
    }

    public Config withMaxQueued(long bytes) {
      return new Config(
          path,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          bytes,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          apiKey,
          recovery);
    }

    public Config withMaxPerAddress(int connections) {
      return new Config(
          path,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          connections,
          apiKey,
          recovery);
    }

    public Config withApiKey(String key) {
      return new Config(
          path,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          key,
          recovery);
    }

    public Config withRecovery(Recovery other) {
      return new Config(
          path,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          connectTimeout,
          upgrades,
          maxPayload,
          maxPackets,
          maxQueued,
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          maxNamespaces,
          maxPerAddress,
          apiKey,
          other);
    }

    EngineSettings engine() {
      return new EngineSettings(
          new Pulse(pingInterval, pingTimeout),
          upgradeTimeout,
          maxPayload,
          maxPackets,
          maxQueued,
          Runtime.getRuntime().maxMemory() / 4,
          Math.min(maxQueued, EngineSettings.defaults().lossyMark()),
          upgrades);
    }

    SocketSettings sockets() {
      SocketSettings defaults = SocketSettings.defaults();
      return new SocketSettings(
          connectTimeout,
          maxNamespaces,
          defaults.dynamicNamespaces(),
          maxAttachments,
          maxAttachmentBytes,
          attachmentTimeout,
          maxPendingBytes,
          maxDepth,
          defaults.namespaceLength(),
          recovery.enabled() ? recovery.settings() : null);
    }
  }

  /// Connection state recovery: what a client missed in a short cut is sent to it again.
  ///
  /// @param within how long it may be away
  /// @param age after which an event is forgotten
  /// @param roomBytes kept for one room
  /// @param totalBytes kept for one namespace
  /// @param sessions clients away and waited for, in one namespace
  /// @param skipMiddlewares whether who comes back is not asked again
  public record Recovery(
      boolean enabled,
      Duration within,
      Duration age,
      long roomBytes,
      long totalBytes,
      int sessions,
      boolean skipMiddlewares) {

    public static Recovery defaults() {
      SocketSettings.Recovery plain = SocketSettings.Recovery.defaults();
      return new Recovery(
          false,
          plain.within(),
          plain.age(),
          plain.roomBytes(),
          plain.totalBytes(),
          plain.sessions(),
          plain.skipMiddlewares());
    }

    /** The same, switched on. */
    public Recovery on() {
      return new Recovery(true, within, age, roomBytes, totalBytes, sessions, skipMiddlewares);
    }

    SocketSettings.Recovery settings() {
      return new SocketSettings.Recovery(
          within, age, roomBytes, totalBytes, sessions, skipMiddlewares);
    }
  }

  private final Config config;
  private final EventLoop home;
  private final SocketServer io;
  private final EngineDoor engine;
  private @Nullable ScheduledFuture<?> ticks;

  public SocketIoDoor(Config config, EventLoop home) {
    this.config = config;
    this.home = home;
    SecureRandom random = new SecureRandom();
    this.io =
        new SocketServer(
            config.sockets(), config.maxPayload(), random, System::nanoTime, SocketIoDoor::failed);
    this.engine =
        new EngineDoor(
            config.path(), config.engine(), config.maxPerAddress(), home, random, this::opened);
  }

  /** The server whose namespaces clients enter. */
  public SocketServer io() {
    return io;
  }

  /** Answers at its path from now on, and at `/api/rooms/` to those who have the key. */
  public SocketIoDoor open(Router router) {
    engine.open(router);
    new PublishApi(this, config.apiKey(), config.maxPayload()).open(router);
    ticks =
        home.scheduleAtFixedRate(
            () -> io.tick(System.nanoTime()), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return this;
  }

  /** Runs on home, where namespaces and sockets may be touched; from any thread. */
  public void execute(Runnable work) {
    home.execute(() -> {
      try {
        work.run();
      } catch (RuntimeException ours) {
        LOG.error("Work on the messaging loop failed", ours);
      }
    });
  }

  public EventLoop home() {
    return home;
  }

  /** Sessions open now; ask on home. */
  public int sessions() {
    return engine.sessions();
  }

  /** Says goodbye to every client and waits until that is said. */
  @Override
  public void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    home.submit(engine::close).awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private void opened(EngineSession session, Exchange exchange) {
    io.connect(session, handshake(exchange));
  }

  /** What a listener may want to know of the first request, without what only carried it. */
  private static Handshake handshake(Exchange exchange) {
    Map<String, String> headers = new HashMap<>();
    exchange
        .headers()
        .forEach((name, value) -> {
          String small = name.toLowerCase(Locale.ROOT);
          if (!CARRIERS.contains(small)) {
            headers.putIfAbsent(small, value);
          }
        });
    // HTTP/2 has it elsewhere, and a trusted proxy knows better.
    headers.put("host", exchange.host());
    Map<String, String> query = exchange.query();
    if (!ENGINE_QUERY.containsAll(query.keySet())) {
      query = new HashMap<>(query);
      query.keySet().removeAll(ENGINE_QUERY);
    } else {
      query = Map.of();
    }
    // Copied because there are many of these and most stay for hours: the copies are compact.
    return new Handshake(
        Address.of(exchange.remote().getAddress().getAddress(), 0).ipText(),
        exchange.secure(),
        Map.copyOf(headers),
        Map.copyOf(query),
        Map.of());
  }

  private static void failed(@Nullable Socket socket, RuntimeException why) {
    LOG.error(
        "A listener of {} failed", socket == null ? "the server" : socket.namespace().name(), why);
  }

  private static final Logger LOG = LoggerFactory.getLogger(SocketIoDoor.class);
  private static final Set<String> CARRIERS =
      Set.of(
          "connection",
          "upgrade",
          "sec-websocket-key",
          "sec-websocket-version",
          "sec-websocket-extensions",
          "accept-encoding",
          "cache-control",
          "pragma",
          "content-length");
  private static final Set<String> ENGINE_QUERY = Set.of("EIO", "transport", "t", "b64", "sid");
  private static final int TICK_MILLIS = 25;
  private static final int CLOSE_SECONDS = 5;
}
