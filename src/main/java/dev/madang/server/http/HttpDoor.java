package dev.madang.server.http;

import dev.madang.net.TcpLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.time.Duration;

/// The one TCP port on which everything arrives: HTTP, WebSocket, and STUN by [#onStun].
///
/// Opened and closed by whoever starts the process; between, its connections live on the loops.
public final class HttpDoor implements AutoCloseable {
  /// @param host the address to listen on; `0.0.0.0` and `::` are all of them
  /// @param port 0 takes any free one
  public record Config(String host, int port, Limits limits) {
    public static Config defaults() {
      return new Config("::", 7700, Limits.defaults());
    }

    public Config withHost(String address) {
      return new Config(address, port, limits);
    }

    public Config withPort(int number) {
      return new Config(host, number, limits);
    }

    public Config withLimits(Limits other) {
      return new Config(host, port, other);
    }
  }

  /// @param headerTimeout from the first byte of a request to the end of its head
  /// @param bodyTimeout for a body, and more as [#bodyRate] allows
  /// @param bodyRate bytes a second that a body must bring on average, past its timeout
  /// @param idleTimeout between two requests of one connection
  /// @param writeTimeout without any progress of an answer
  /// @param headerBytes of one request
  /// @param headers lines of one request
  public record Limits(
      Duration headerTimeout,
      Duration bodyTimeout,
      int bodyRate,
      Duration idleTimeout,
      Duration writeTimeout,
      int headerBytes,
      int headers) {
    public static Limits defaults() {
      return new Limits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          1000,
          Duration.ofSeconds(65),
          Duration.ofSeconds(30),
          16 * 1024,
          100);
    }
  }

  /// Puts handlers for STUN and TURN into the pipeline of a connection whose first byte is
  /// 0x00-0x03. Called on the connection's loop; the bytes come right after. Inside TLS the
  /// pipeline decrypts before.
  @FunctionalInterface
  public interface StunTaker {
    void take(ChannelPipeline pipeline, boolean secure);
  }

  private final Site site;
  private final Channel server;

  private HttpDoor(Site site, Channel server) {
    this.site = site;
    this.server = server;
  }

  /// Listens. Throws [java.net.BindException], unchecked as Netty does, when the port is taken.
  public static HttpDoor open(Config config, TcpLoops loops, Router router) {
    Site site = new Site(router, config);
    Channel server =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    site.opened(channel);
                    channel.pipeline().addLast(new FirstByte(site, channel, false));
                  }
                })
            .bind(config.host(), config.port())
            .syncUninterruptibly()
            .channel();
    return new HttpDoor(site, server);
  }

  /// Who takes connections that speak STUN; until somebody does they are closed.
  public void onStun(StunTaker taker) {
    site.stun(taker);
  }

  /// The port in use.
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /// Connections open now.
  public int connections() {
    return site.open().size();
  }

  /// Stops listening and ends every connection; returns when all are gone.
  @Override
  public void close() {
    server.close().syncUninterruptibly();
    for (Channel channel : site.open()) {
      channel.close().awaitUninterruptibly();
    }
  }

  private static final int BACKLOG = 1024;
}
