package dev.madang.server.socketio;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.EngineError;
import dev.madang.protocol.engineio.EngineServer;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.EngineSettings;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.server.http.WebSocket;
import dev.madang.server.http.WebSocketOptions;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One Engine.IO endpoint, such as `/socket.io/`: its requests, polling and WebSocket. Every
/// exchange moves to home, the loop on which all sessions live, and stays there.
public final class EngineDoor implements AutoCloseable {

  /** Who gets the messages. */
  @FunctionalInterface
  public interface Opening {
    /// A session begins: sets its output. Called on home before anything is sent or received.
    void opened(EngineSession session, Exchange exchange);
  }

  private final String path;
  private final EventLoop home;
  private final EngineServer engine;
  private final Opening opening;
  private final int perAddress;
  private final WebSocketOptions webSocket;
  private final Map<Address, Integer> networks = new HashMap<>();
  private @Nullable ScheduledFuture<?> ticks;
  private long now = System.nanoTime();

  /**
   * @param path with a slash at its end
   * @param perAddress sessions that one IP address (IPv6: /64) may have at once
   */
  public EngineDoor(
      String path,
      EngineSettings settings,
      int perAddress,
      EventLoop home,
      RandomGenerator random,
      Opening opening) {
    this.path = path;
    this.home = home;
    this.perAddress = perAddress;
    this.opening = opening;
    this.engine =
        new EngineServer(
            settings,
            random,
            new EngineServer.Output() {
              @Override
              public void flushSoon() {
                home.execute(EngineDoor.this::flush);
              }

              @Override
              public void ended(EngineSession session) {
                leave((Address) session.owner());
              }
            });
    // The session closes a slow client itself, and says why, before the WebSocket would.
    this.webSocket =
        WebSocketOptions.defaults()
            .withMaxMessage(settings.maxPayload())
            .withMaxQueued((int) Math.min(Integer.MAX_VALUE, 2 * settings.maxQueued()));
  }

  /** Answers at its path from now on. */
  public EngineDoor open(Router router) {
    router.any(path, this::handle);
    if (path.endsWith("/") && path.length() > 1) {
      router.any(path.substring(0, path.length() - 1), this::handle);
    }
    ticks =
        home.scheduleAtFixedRate(this::tick, engine.span(), engine.span(), TimeUnit.NANOSECONDS);
    return this;
  }

  /** Sessions that are open now; ask on home. */
  public int sessions() {
    return engine.count();
  }

  /** Ends every session; call it on home. */
  @Override
  public void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    engine.closeAll(CloseReason.SHUTTING_DOWN);
  }

  private void flush() {
    engine.flush();
  }

  private void tick() {
    now = System.nanoTime();
    engine.tick(now);
  }

  // ---- requests
  // -----------------------------------------------------------------------------------

  private void handle(Exchange exchange) {
    exchange.moveTo(home, () -> take(exchange));
  }

  /// The checks come in the official server's order, so that a request with two faults is answered
  /// the same.
  private void take(Exchange exchange) {
    now = System.nanoTime();
    String transport = exchange.query("transport");
    boolean upgrade = exchange.wantsWebSocket();
    if (exchange.method().equals("OPTIONS")) {
      exchange.respond(204, null, "");
    } else {
      switch (transport) {
        case "websocket" -> take(exchange, true, upgrade);
        case "polling" -> take(exchange, false, upgrade);
        case null, default -> refuse(exchange, EngineError.UNKNOWN_TRANSPORT);
      }
    }
  }

  private void take(Exchange exchange, boolean webSocketWanted, boolean upgrade) {
    String sid = exchange.query("sid");
    if (sid == null || sid.isEmpty()) {
      begin(exchange, webSocketWanted, upgrade);
      return;
    }
    EngineSession session = engine.session(sid, now);
    if (session == null || session.isOver() && !exchange.method().equals("GET")) {
      refuse(exchange, EngineError.UNKNOWN_SID);
    } else if (upgrade && webSocketWanted) {
      exchange.upgrade(webSocket, opened -> probe(session, opened));
    } else if (upgrade || webSocketWanted || session.onChannel()) {
      refuse(exchange, EngineError.BAD_REQUEST);
    } else {
      go(exchange, session);
    }
  }

  private void begin(Exchange exchange, boolean webSocketWanted, boolean upgrade) {
    int revision = revision(exchange.query("EIO"));
    Address network = Address.of(exchange.remote().getAddress().getAddress(), 0).network();
    if (!exchange.method().equals("GET")) {
      refuse(exchange, EngineError.BAD_HANDSHAKE_METHOD);
    } else if (webSocketWanted != upgrade) {
      refuse(exchange, EngineError.BAD_REQUEST);
    } else if (revision == 0) {
      refuse(exchange, EngineError.UNSUPPORTED_PROTOCOL_VERSION);
    } else if (networks.getOrDefault(network, 0) >= perAddress) {
      refuse(exchange, EngineError.FORBIDDEN);
    } else if (upgrade) {
      exchange.upgrade(webSocket, opened -> begin(exchange, revision, network, opened));
    } else {
      EngineSession session = session(exchange, revision, network);
      EnginePoll poll = new EnginePoll(exchange);
      session.begin(poll);
      opening.opened(session, exchange);
      exchange.onGone(() -> session.gone(poll));
    }
  }

  private void begin(Exchange exchange, int revision, Address network, WebSocket opened) {
    EngineSocket socket = new EngineSocket(opened);
    EngineSession session = session(exchange, revision, network);
    listen(session, socket, opened);
    if (revision == 4) {
      session.begin(socket);
      opening.opened(session, exchange);
    } else {
      // Old clients begin to listen when they hear that the WebSocket is open: what comes together
      // with that news is lost on them.
      home.schedule(
          () -> {
            session.begin(socket);
            opening.opened(session, exchange);
            if (!opened.open()) {
              session.gone(socket, CloseReason.TRANSPORT_CLOSE);
            }
          },
          OLD_CLIENT_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  private static int revision(@Nullable String eio) {
    return switch (eio) {
      case "3" -> 3;
      case "4" -> 4;
      case null, default -> 0;
    };
  }

  private EngineSession session(Exchange exchange, int revision, Address network) {
    networks.merge(network, 1, Integer::sum);
    boolean base64 = exchange.query("b64") != null;
    return engine.open(revision, base64, network, now);
  }

  private void leave(Address network) {
    networks.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
  }

  private void go(Exchange exchange, EngineSession session) {
    switch (exchange.method()) {
      case "GET" -> {
        EnginePoll poll = new EnginePoll(exchange);
        guarded(
            exchange,
            () -> {
              session.poll(poll);
              // In this order: a far end that has left already is told of at once.
              exchange.onGone(() -> session.gone(poll));
            });
      }
      case "POST" -> guarded(exchange, () -> post(exchange, session));
      default -> refuse(exchange, EngineError.BAD_REQUEST);
    }
  }

  private void post(Exchange exchange, EngineSession session) {
    session.beginPost();
    int limit = engine.settings().maxPayload();
    String length = exchange.header("content-length");
    if (length != null && length.length() < 18 && Long.parseLong(length) > limit) {
      session.refusePost();
      exchange.respond(413, null, "");
      return;
    }
    String type = exchange.header("content-type");
    boolean bytes = type != null && type.startsWith("application/octet-stream");
    if (bytes && session.revision() == 4) {
      session.abortPost();
      refuse(exchange, EngineError.BAD_REQUEST);
      return;
    }
    exchange.onGone(session::abortPost);
    exchange.body(limit, body -> guarded(exchange, () -> posted(exchange, session, body, bytes)));
  }

  private void posted(Exchange exchange, EngineSession session, ByteBuf body, boolean bytes) {
    if (bytes) {
      session.post(ByteBufUtil.getBytes(body), now);
    } else {
      session.post(body.toString(StandardCharsets.UTF_8), now);
    }
    // Not text/plain: some browsers would offer it for download.
    exchange.respond(200, "text/html", OK, "cache-control", "no-store");
  }

  private void probe(EngineSession session, WebSocket opened) {
    EngineSocket socket = new EngineSocket(opened);
    listen(session, socket, opened);
    session.probe(socket, now);
  }

  /// Heartbeats need no finer clock than the last tick.
  private void listen(EngineSession session, EngineSocket socket, WebSocket opened) {
    opened.onText(text -> session.receive(socket, text, now));
    opened.onBinary(data -> session.receive(socket, ByteBufUtil.getBytes(data), now));
    opened.onClose((code, _) ->
        session.gone(
            socket,
            code >= 1002 && code <= 1011 && code != 1005 && code != 1006
                ? CloseReason.TRANSPORT_ERROR
                : CloseReason.TRANSPORT_CLOSE));
  }

  private static void guarded(Exchange exchange, Runnable step) {
    try {
      step.run();
    } catch (ProtocolException broken) {
      refuse(exchange, EngineError.BAD_REQUEST);
    }
  }

  private static void refuse(Exchange exchange, EngineError error) {
    if (exchange.wantsWebSocket()) {
      exchange.respond(error.status(), "text/html", error.message(), "connection", "close");
    } else {
      exchange.respond(error.status(), "application/json", error.json());
    }
  }

  private static final int OLD_CLIENT_MILLIS = 5;
  private static final byte[] OK = {'o', 'k'};
}
