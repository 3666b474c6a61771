package dev.madang.server.compare;

import dev.madang.chat.Namespace;
import dev.madang.chat.Socket;
import dev.madang.net.Loop;
import dev.madang.net.Path;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.server.http.WebSocket;
import dev.madang.server.http.WebSocketOptions;
import dev.madang.server.udp.UdpDoor;
import dev.madang.server.webrtc.Caller;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Mirror;
import dev.madang.store.Store;
import dev.madang.wire.Address;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/// Answers the probes of `madang compare` and of the page `/compare`, over every transport:
///
/// | transport | where |
/// |---|---|
/// | a grant | `POST /api/compare` |
/// | TCP | the web's port: 0xC0, the token, then messages, each behind its length (u32) |
/// | UDP | the UDP port; each message has the token in it |
/// | WebSocket | `/compare/socket?grant=TOKEN`, binary |
/// | Socket.IO | the namespace `/compare`, `{grant}` as auth; `probe` with one binary, both ways |
/// | Server-Sent Events | `GET /compare/events?grant=TOKEN&lane=N`, each event one message in base64; questions by `POST` there |
/// | data channels, a sound | `POST /compare/peer?grant=TOKEN`, an offer for an answer |
/// | another device | the WebSocket `/compare/meeting?grant=TOKEN`, see [Meetings] |
///
/// `POST /api/compare?loss=2` gives a grant whose data channels and sound lose two packets of a
/// hundred, each way, on purpose.
///
/// Whoever has no grant gets nothing; a grant is for so many bytes and seconds, and no answer is
/// longer than its question. Its methods may be called from any thread.
public final class CompareDoor implements AutoCloseable {
  /// @param enabled whether there is one
  /// @param grants at a time, in all
  /// @param grantsPerAddress within `lasting`, for one IPv4 address or IPv6 /64
  /// @param lasting how long a grant is good
  /// @param bytes of one grant, both ways together
  /// @param results most that are kept; 0 = none are
  public record Config(
      boolean enabled,
      int grants,
      int grantsPerAddress,
      Duration lasting,
      long bytes,
      int results) {
    public Config {
      if (lasting.toSeconds() < 1 || lasting.toHours() > 1) {
        throw new IllegalArgumentException("lasting is not between a second and an hour");
      }
    }

    public static Config defaults() {
      return new Config(false, 100, 8, Duration.ofMinutes(3), 600_000_000, 10_000);
    }
  }

  /// STUN and TURN for two devices that measure each other.
  public interface Relays {
    /// @param host by which the client reached this server, with a port
    List<IceServer> iceServers(String user, String host);

    /// Ends what this user relays.
    void revoke(String user);
  }

  private final Config config;
  private final Grants grants;
  private final UdpDoor udp;
  private final @Nullable MediaDoor media;
  private final ScheduledExecutorService home;
  // Far ends of data channels, by network.
  private final Places peers = new Places(MOST_PEERS, MOST_OF_NETWORK);
  private final EventStreams streams = new EventStreams();
  private final Meetings meetings;
  private final @Nullable KeptResults results;

  /// @param media null = there are no data channels
  /// @param home where the Socket.IO world lives
  /// @param store where results are kept
  public CompareDoor(
      Config config,
      UdpDoor udp,
      @Nullable MediaDoor media,
      ScheduledExecutorService home,
      Store store,
      Relays relays) {
    meetings = new Meetings(relays);
    this.home = home;
    this.config = config;
    this.udp = udp;
    this.media = media;
    grants = new Grants(config, home);
    results =
        config.results() == 0
            ? null
            : new KeptResults(store.results(config.results()), this::grantOf);
  }

  /// Opens its addresses; before the router is in use.
  public void open(Router router, Namespace namespace) throws IOException {
    router.post("/api/compare", this::grant);
    router.on("DELETE", "/api/compare", this::end);
    router.get("/api/compare/processor", this::processor);
    router.get("/compare/socket", this::webSocket);
    router.get("/compare/events", this::events);
    router.post("/compare/events", this::question);
    router.post("/compare/peer", this::peer);
    router.get("/compare/meeting", this::meeting);
    if (results != null) {
      results.open(router);
    }
    namespace.use((socket, next) -> {
      if (grantOf(socket) == null) {
        next.refuse("no grant: POST /api/compare gives one");
      } else {
        next.proceed();
      }
    });
    namespace.onConnection(this::speak);
    udp.onProbe(
        loop -> (from, bytes, offset, length) -> datagram(loop, from, bytes, offset, length));
  }

  // ---- grants -----------------------------------------------------------------------------------

  private void grant(Exchange exchange) {
    String loss = Objects.requireNonNullElse(exchange.query("loss"), "0");
    if (!LOSSES.contains(loss)) {
      exchange.respond(400, "loss is one of " + String.join(", ", LOSSES) + ", of a hundred.");
      return;
    }
    double share = Integer.parseInt(loss) / 100.0;
    Grant grant = grants.give(address(exchange), share, System.nanoTime());
    if (grant == null) {
      exchange.respond(
          429,
          "Enough is being measured from your network, or in all: try again in "
              + Math.max(1, config.lasting().toMinutes())
              + " minutes.");
      return;
    }
    exchange.respond(
        201,
        "application/json",
        "{\"grant\":\"%s\",\"seconds\":%d,\"bytes\":%d,\"udp\":%d,\"peer\":%b}"
            .formatted(
                grant.token.text(),
                config.lasting().toSeconds(),
                config.bytes(),
                udp.port(),
                media != null),
        "cache-control",
        "no-store");
  }

  private void end(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant != null) {
      grant.end();
      exchange.respond(204, null, "");
    }
  }

  /// The grant that a request names, or null when it was answered why there is none.
  private @Nullable Grant grantOf(Exchange exchange) {
    Grant grant = grants.find(Token.read(exchange.query("grant")), System.nanoTime());
    if (grant == null) {
      exchange.respond(403, "This grant is over, or never was: POST /api/compare gives one.");
    }
    return grant;
  }

  private @Nullable Grant grantOf(Socket socket) {
    return socket.handshake().auth().get("grant") instanceof String text
        ? grants.find(Token.read(text), System.nanoTime())
        : null;
  }

  private static Address address(Exchange exchange) {
    return Address.of(exchange.remote().getAddress().getAddress(), exchange.remote().getPort());
  }

  /// The time that the loops of this process have worked, in milliseconds: a client takes the
  /// difference over what it sent. No finer, since what takes how long is nobody's business.
  private void processor(Exchange exchange) {
    if (grantOf(exchange) == null) {
      return;
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo info = threads.getThreadInfo(id);
      if (info != null
          && (info.getThreadName().startsWith("tcp-")
              || info.getThreadName().startsWith("madang-udp-"))) {
        nanos += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    exchange.respond(
        200,
        "application/json",
        "{\"milliseconds\":%d}".formatted(nanos / 1_000_000),
        "cache-control",
        "no-store");
  }

  // ---- transports -------------------------------------------------------------------------------

  /// Takes over a connection whose first byte is [Probe#OPEN].
  public void take(ChannelPipeline pipeline, boolean secure) {
    pipeline.addLast(new TcpLane(grants));
  }

  private void datagram(Loop loop, Path from, byte[] bytes, int offset, int length) {
    if (length < Probe.HEADER) {
      return;
    }
    Grant grant = grants.find(Token.at(bytes, offset), loop.now());
    if (grant == null || !grant.address.host().equals(from.remote().host())) {
      return;
    }
    int back = Probe.answer(bytes, offset, length, loop.now());
    if (back > 0 && grant.takes(length + back, loop.now())) {
      from.send(bytes, offset, back);
    }
  }

  private void webSocket(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant == null) {
      return;
    } else if (!exchange.wantsWebSocket()) {
      exchange.respond(426, null, "This is a WebSocket.\n", "upgrade", "websocket");
      return;
    }
    exchange.upgrade(
        WebSocketOptions.defaults().withMaxMessage(Probe.LONGEST), socket -> speak(socket, grant));
  }

  private static void speak(WebSocket socket, Grant grant) {
    Runnable closer = () -> socket.loop().execute(() -> socket.close(1000, OVER));
    if (!grant.connects(closer)) {
      socket.close(1008, TOO_MANY);
      return;
    }
    socket.onClose((_, _) -> grant.disconnected(closer));
    socket.inStep();
    socket.onBinary(question -> {
      byte[] bytes = bytes(question);
      long now = System.nanoTime();
      int back = Probe.answer(bytes, 0, bytes.length, now);
      if (!grant.takes(bytes.length + back, now)) {
        socket.close(1008, OVER);
      } else if (back > 0) {
        socket.sendBinary(Unpooled.wrappedBuffer(bytes, 0, back));
      }
    });
  }

  private void speak(Socket socket) {
    // Who recovers a connection has not passed the middleware.
    Grant grant = grantOf(socket);
    Runnable closer = () -> home.execute(socket::disconnect);
    if (grant == null || !grant.connects(closer)) {
      socket.disconnect();
      return;
    }
    socket.onDisconnect(_ -> grant.disconnected(closer));
    socket.on("probe", (arguments, _) -> probe(socket, grant, arguments));
  }

  private static void probe(Socket socket, Grant grant, List<@Nullable Object> arguments) {
    if (arguments.isEmpty() || !(arguments.getFirst() instanceof byte[] bytes)) {
      return;
    }
    long now = System.nanoTime();
    int back = Probe.answer(bytes, 0, bytes.length, now);
    if (!grant.takes(bytes.length + back, now)) {
      socket.disconnect();
    } else if (back > 0) {
      // For whom too much waits the engine closes, as it does for everybody.
      socket.emit("probe", back == bytes.length ? bytes : Arrays.copyOf(bytes, back));
    }
  }

  private void events(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant != null) {
      streams.open(exchange, grant);
    }
  }

  private void question(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant != null) {
      exchange.body(Probe.LONGEST, body -> streams.answer(exchange, grant, bytes(body)));
    }
  }

  private void peer(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant == null) {
      return;
    } else if (media == null) {
      exchange.respond(404, "This server has no WebRTC: media.enabled is false.");
      return;
    }
    Caller caller = Caller.at(address(exchange), exchange.host());
    exchange.body(MOST_SDP, body -> meet(exchange, caller, grant, body));
  }

  private void meeting(Exchange exchange) {
    Grant grant = grantOf(exchange);
    if (grant != null) {
      meetings.meet(exchange, grant);
    }
  }

  private void meet(Exchange exchange, Caller caller, Grant grant, ByteBuf body) {
    Address network = caller.address().network();
    Answers answers = new Answers(grant, network);
    if (!peers.take(network)) {
      exchange.respond(503, FULL);
      return;
    } else if (!grant.connects(answers)) {
      peers.free(network);
      exchange.respond(429, TOO_MANY);
      return;
    }
    MediaDoor.Mirrored met = null;
    try {
      String offer = body.toString(StandardCharsets.UTF_8);
      met = Objects.requireNonNull(media).mirror(offer, caller, answers, grant.loss);
    } finally {
      if (met == null) {
        answers.ended();
      }
    }
    if (met == null) {
      exchange.respond(503, FULL);
    } else {
      answers.connection(met.close());
      exchange.respond(201, "application/sdp", met.answer());
    }
  }

  /// What comes by data channels, and sound.
  private final class Answers implements Mirror, Runnable {
    private final Grant grant;
    private final Address network;
    private @Nullable Runnable close;
    private boolean closing;

    Answers(Grant grant, Address network) {
      this.grant = grant;
      this.network = network;
    }

    /// The grant is over, on any thread.
    @Override
    public synchronized void run() {
      closing = true;
      if (close != null) {
        close.run();
      }
    }

    synchronized void connection(Runnable closes) {
      close = closes;
      if (closing) {
        closes.run();
      }
    }

    @Override
    public int reflect(byte[] bytes, int offset, int length, long now) {
      int back = Probe.answer(bytes, offset, length, now);
      return grant.takes(length + back, now) ? back : Mirror.END;
    }

    @Override
    public boolean resounds(int length, long now) {
      return grant.takes(2 * length, now);
    }

    @Override
    public void ended() {
      grant.disconnected(this);
      peers.free(network);
    }
  }

  private static byte[] bytes(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.readBytes(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    udp.onProbe(_ -> (_, _, _, _) -> {});
  }

  static final String OVER = "the grant is used up";
  static final String TOO_MANY = "Too many connections for one grant.";
  private static final String FULL = "There are as many connections as there may be.";

  /// Of a hundred packets, as a grant may say.
  private static final List<String> LOSSES = List.of("0", "1", "2", "5");

  /// Of data channels, in all: they come out of what rooms may have.
  private static final int MOST_PEERS = 64;

  private static final int MOST_OF_NETWORK = 24;

  private static final int MOST_SDP = 65_536;
}
