package dev.madang;

import dev.madang.chat.Handshake;
import dev.madang.net.TcpLoops;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.admin.AdminDoor;
import dev.madang.server.bot.BotDoor;
import dev.madang.server.bot.Room;
import dev.madang.server.compare.CompareDoor;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.MetricsDoor;
import dev.madang.server.http.Router;
import dev.madang.server.http.StaticFiles;
import dev.madang.server.http.Tls;
import dev.madang.server.http.TrustFiles;
import dev.madang.server.signal.Bearers;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.server.turn.TurnDoor;
import dev.madang.server.udp.UdpDoor;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Rehearsal;
import dev.madang.server.whip.WhipDoor;
import dev.madang.store.Store;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole server in one object: every door, opened in order and closed in reverse. Its methods
/// may be called from any thread.
public final class Madang implements AutoCloseable {
  private final Config config;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final @Nullable UdpDoor udp;
  private final @Nullable TurnDoor turn;
  private final @Nullable MediaDoor media;
  private final @Nullable BotDoor bots;
  private final SocketIoDoor socketIo;
  private final HttpDoor http;
  private final @Nullable MetricsDoor metrics;

  private Madang(Config config) throws IOException {
    this.config = config;
    Path data = Files.createDirectories(config.data());
    try {
      Store store = keep(new Store(config.store(), data));
      TcpLoops loops = keep(new TcpLoops(Runtime.getRuntime().availableProcessors()));
      Router router = new Router();
      StaticFiles pages = StaticFiles.ofResources("web");
      pages.addTo(router, pages(config));
      router.get("/api/about", new About(config, this::udpPort)::answer);
      router.get("/healthz", exchange -> exchange.respond(200, "ok"));
      boolean usesUdp =
          config.turn().enabled() || config.media().enabled() || config.compare().enabled();
      udp = usesUdp ? keep(UdpDoor.open(config.udp())) : null;
      if (udp != null) {
        udp.countIn(meters);
      }
      turn =
          udp != null && config.turn().enabled()
              ? keep(TurnDoor.open(config.turn(), udp, data, Set.of(), meters))
              : null;
      media =
          udp != null && config.media().enabled()
              ? keep(MediaDoor.open(config.media(), udp, meters))
              : null;
      socketIo = keep(new SocketIoDoor(config.socketio(), loops.home()).open(router));
      Hall hall = media == null ? null : new Hall(media, loops.home());
      SignalDoor signal =
          SignalDoor.open(
              config.signal(),
              socketIo.io().of("/room"),
              loops.home(),
              data,
              store,
              new Relays(),
              hall);
      keep(signal).measure(meters);
      signal.addTo(router);
      bots =
          media == null || hall == null
              ? null
              : new BotDoor(media, hall, signal.side(), loops.home());
      if (config.admin().enabled()) {
        new AdminDoor(
                config.admin(), data, signal.rooms(), hall, loops.home(), InstantSource.system())
            .addTo(router);
      }
      CompareDoor compare =
          udp != null && config.compare().enabled()
              ? keep(
                  new CompareDoor(
                      config.compare(), udp, media, loops.home(), store, new Measured()))
              : null;
      if (compare != null) {
        compare.open(router, socketIo.io().of("/compare"));
      }
      if (media != null && hall != null && config.whip().enabled()) {
        new WhipDoor(
                config.whip(),
                media,
                hall,
                signal.side(),
                Bearers.of(config.signal(), data),
                this::iceServers,
                loops.home())
            .addTo(router, pages.page());
      }
      Tls tls =
          config.http().tls().enabled() ? Tls.open(config.http().tls(), data.resolve("tls")) : null;
      if (tls != null) {
        new TrustFiles(tls).addTo(router);
      }
      List<String> hosts = config.hosts();
      http = keep(HttpDoor.open(config.http().withHosts(hosts), loops, router, tls));
      http.countIn(meters);
      if (turn != null) {
        http.onTurn(turn::take);
      }
      if (media != null) {
        http.onIce(media::take);
        media.onTcp(http.port());
      }
      if (compare != null) {
        http.onProbe(compare::take);
      }
      metrics =
          config.metrics().enabled()
              ? keep(MetricsDoor.open(config.metrics(), hosts, loops, meters))
              : null;
    } catch (IOException | RuntimeException refused) {
      close();
      throw refused;
    }
  }

  /// Opens every door; what cannot be opened is a [ConfigException] that says what to change.
  public static Madang start(Config config) {
    try {
      return new Madang(config);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new ConfigException(
          "Madang cannot start: " + BusyPorts.sentence(config, String.valueOf(e.getMessage())));
    }
  }

  /// Where programs that embed Madang set up namespaces and emit events.
  public SocketIoDoor socketIo() {
    return socketIo;
  }

  /// A room, for programs of this process that join it as bots. It need not exist yet.
  public Room room(String name) {
    if (bots == null) {
      throw new IllegalStateException("media.enabled is off: nothing is forwarded");
    }
    return bots.room(name);
  }

  /// The port for everything that comes by TCP.
  public HttpDoor http() {
    return http;
  }

  public Config config() {
    return config;
  }

  /** The UDP port, or 0 where there is none. */
  int udpPort() {
    return udp == null ? 0 : udp.port();
  }

  /** The local port of the metrics, or 0 where there are none. */
  int metricsPort() {
    return metrics == null ? 0 : metrics.port();
  }

  /// Does beforehand what the first people to meet would wait for; takes a second.
  void rehearse() throws InterruptedException {
    if (media != null) {
      Rehearsal.run();
    }
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        LOG.error("Closing a door failed", e);
      }
    }
  }

  static String version() {
    return Objects.requireNonNullElse(
        Madang.class.getPackage().getImplementationVersion(), "development");
  }

  private final class Relays implements SignalDoor.Relays {
    @Override
    public List<IceServer> iceServers(String user, Handshake handshake) {
      return Madang.this.iceServers(user, About.host(handshake.headers().getOrDefault("host", "")));
    }

    @Override
    public void revoke(String user) {
      if (turn != null) {
        turn.revoke(user);
      }
    }
  }

  /// Strangers are given a relay where strangers may meet, and elsewhere only told who they are.
  private final class Measured implements CompareDoor.Relays {
    @Override
    public List<IceServer> iceServers(String user, String host) {
      List<IceServer> all = Madang.this.iceServers(user, About.host(host));
      return config.signal().open() ? all : all.subList(0, Math.min(1, all.size()));
    }

    @Override
    public void revoke(String user) {
      if (turn != null) {
        turn.revoke(user);
      }
    }
  }

  /// STUN and TURN at the host name by which the client reached us.
  private List<IceServer> iceServers(String user, String host) {
    if (turn == null || udp == null) {
      return List.of();
    }
    String tcp = host + ":" + http.port() + "?transport=tcp";
    TurnDoor.Grant grant = turn.issue(user);
    return List.of(
        new IceServer(List.of("stun:" + host + ":" + udp.port()), null, null),
        new IceServer(
            List.of(
                "turn:" + host + ":" + udp.port() + "?transport=udp",
                "turn:" + tcp,
                "turns:" + tcp),
            grant.username(),
            grant.credential()));
  }

  private <T extends AutoCloseable> T keep(T door) {
    opened.push(door);
    return door;
  }

  private static List<String> pages(Config config) {
    return config.admin().enabled()
        ? List.of("/", "/r/", "/trust", "/compare", "/compare/", "/check", "/admin")
        : List.of("/", "/r/", "/trust", "/compare", "/compare/", "/check");
  }

  private static final Logger LOG = LoggerFactory.getLogger(Madang.class);
}
