package dev.madang.server.http;

import dev.madang.net.TcpLoops;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one TCP port on which everything arrives: HTTP, WebSocket, TURN by [#onTurn] and media by
/// [#onIce].
///
/// Opened and closed by whoever starts the process; between, its connections live on the loops.
public final class HttpDoor implements AutoCloseable {
  /// @param host the address to listen on; `0.0.0.0` and `::` are all of them
  /// @param port 0 takes any free one
  /// @param hosts names to which the door answers besides those of this machine, as
  ///   `meet.example.org` or `*.example.org`; `*` are all
  /// @param origins of pages from elsewhere that may speak with this server, as
  ///   `https://app.example.com` or `https://*.example.com`; its own pages always may
  /// @param frameAncestors origins of pages that may show ours in a frame
  /// @param trustedProxies addresses or networks whose `X-Forwarded-*` headers count
  public record Config(
      String host,
      int port,
      List<String> hosts,
      List<String> origins,
      List<String> frameAncestors,
      List<String> trustedProxies,
      Tls.Config tls,
      Limits limits) {
    public Config {
      if (port < 0 || port > 0xFFFF) {
        throw new IllegalArgumentException("port is not between 0 and 65535");
      }
    }

    public static Config defaults() {
      return new Config(
          "::",
          7700,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Tls.Config.defaults(),
          Limits.defaults());
    }

    public Config withPort(int number) {
      return new Config(host, number, hosts, origins, frameAncestors, trustedProxies, tls, limits);
    }

    public Config withTrustedProxies(List<String> networks) {
      return new Config(host, port, hosts, origins, frameAncestors, networks, tls, limits);
    }

    public Config withHosts(List<String> names) {
      return new Config(host, port, names, origins, frameAncestors, trustedProxies, tls, limits);
    }
  }

  /// @param headerTimeout from the first byte of a request to the end of its head
  /// @param bodyTimeout how long a body may pause
  /// @param bodyRate bytes of a body that buy a second of its timeout back
  /// @param idleTimeout between two requests of one connection
  /// @param writeTimeout without any progress of an answer
  /// @param headerBytes of one request
  /// @param headers lines of one request
  /// @param connections at a time; 0: as many as the process may have descriptors, less a reserve
  /// @param connectionsPerAddress at a time, of one address (IPv6: /64) that is neither this
  ///   machine's nor a trusted proxy's; 0: no limit
  public record Limits(
      Duration headerTimeout,
      Duration bodyTimeout,
      int bodyRate,
      Duration idleTimeout,
      Duration writeTimeout,
      int headerBytes,
      int headers,
      int connections,
      int connectionsPerAddress) {
    public static Limits defaults() {
      return new Limits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          1000,
          Duration.ofSeconds(65),
          Duration.ofSeconds(30),
          16 * 1024,
          100,
          0,
          1000);
    }
  }

  /// Puts handlers of another protocol into the pipeline of a connection that begins with it.
  /// Called on the connection's loop; the bytes come right after. Inside TLS the pipeline decrypts
  /// before.
  @FunctionalInterface
  public interface Taker {
    void take(ChannelPipeline pipeline, boolean secure);
  }

  private final Site site;
  private final Channel server;
  private final @Nullable ScheduledFuture<?> refresh;

  private HttpDoor(Site site, Channel server, @Nullable ScheduledFuture<?> refresh) {
    this.refresh = refresh;
    this.site = site;
    this.server = server;
  }

  /// Listens, without TLS.
  public static HttpDoor open(Config config, TcpLoops loops, Router router) {
    return open(config, loops, router, null);
  }

  /// Listens; with `tls` for whoever begins with a handshake.
  ///
  /// @throws UncheckedIOException when the port cannot be used; the message says why
  public static HttpDoor open(Config config, TcpLoops loops, Router router, @Nullable Tls tls) {
    return open(config, loops, router, tls, ByteBufAllocator.DEFAULT);
  }

  static HttpDoor open(
      Config config, TcpLoops loops, Router router, @Nullable Tls tls, ByteBufAllocator allocator) {
    Site site = new Site(router, config, tls);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .handler(new AcceptFailures(site.admission()))
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    switch (site.admission().admit(channel)) {
                      case WELCOME ->
                          channel.pipeline().addLast(new FirstByte(site, channel, false));
                      case NO_ROOM -> channel.pipeline().addLast(new NoRoom(channel));
                      case GONE -> channel.close();
                    }
                  }
                })
            .bind(config.host(), config.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      IOException cause =
          bound.cause() instanceof IOException failed ? failed : new IOException(bound.cause());
      throw new UncheckedIOException(refusal(config, cause), cause);
    }
    ScheduledFuture<?> refresh =
        tls == null
            ? null
            : loops
                .home()
                .scheduleWithFixedDelay(
                    () -> Thread.startVirtualThread(tls::refresh),
                    REFRESH_SECONDS,
                    REFRESH_SECONDS,
                    TimeUnit.SECONDS);
    return new HttpDoor(site, bound.channel(), refresh);
  }

  /** In our words: what the system says names numbers of its own. */
  private static String refusal(Config config, IOException cause) {
    String said = String.valueOf(cause.getMessage());
    String port = "TCP port " + config.port();
    if (said.contains("Address already in use")) {
      return port + " is in use";
    } else if (said.contains("Permission denied")) {
      return port + " is not for everybody: choose one above 1023, or start with more rights";
    } else if (said.contains("annot assign requested address")) {
      return config.host() + " is no address of this machine";
    }
    return port + ": " + said;
  }

  /// Who takes connections that begin with STUN, as those of TURN do (RFC 8656 §3.1); until
  /// somebody does they are closed.
  public void onTurn(Taker taker) {
    site.turn(taker);
  }

  /// Who takes connections that begin with STUN in the framing of RFC 4571, as those of ICE do (RFC
  /// 6544 §3); until somebody does they are closed.
  public void onIce(Taker taker) {
    site.ice(taker);
  }

  /// Who takes connections that begin with a probe of a measurement; until somebody does they are
  /// taken for HTTP.
  public void onProbe(Taker taker) {
    site.probe(taker);
  }

  /// The port in use.
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /// Connections open now.
  public int connections() {
    return site.admission().open().size();
  }

  /// Tells what happens at this door.
  public void countIn(MeterRegistry registry) {
    site.counters().register(registry, this::connections);
  }

  /// Stops listening and ends every connection; returns when all are gone.
  @Override
  public void close() {
    if (refresh != null) {
      refresh.cancel(false);
    }
    server.close().syncUninterruptibly();
    for (Channel channel : site.admission().open()) {
      channel.close().awaitUninterruptibly();
    }
  }

  private static final int BACKLOG = 1024;
  private static final int REFRESH_SECONDS = 60;
}
