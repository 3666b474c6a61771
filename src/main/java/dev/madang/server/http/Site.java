package dev.madang.server.http;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What all connections of one door share: routes, rules and counters. Read by every loop.
final class Site implements Handler {
  private final Router router;
  private final HttpDoor.Config config;
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private volatile HttpDoor.@Nullable StunTaker stun;

  Site(Router router, HttpDoor.Config config) {
    this.router = router;
    this.config = config;
  }

  HttpDoor.Limits limits() {
    return config.limits();
  }

  /// Header lines of every answer.
  byte[] always() {
    return ALWAYS;
  }

  @Override
  public void handle(Exchange exchange) {
    router.handle(exchange);
  }

  Peer peer(Channel channel, boolean secure, Headers headers) {
    return new Peer((InetSocketAddress) channel.remoteAddress(), secure);
  }

  void refused(int status) {}

  void opened(Channel channel) {
    open.add(channel);
    channel.closeFuture().addListener(_ -> open.remove(channel));
  }

  Set<Channel> open() {
    return open;
  }

  void stun(HttpDoor.StunTaker taker) {
    stun = taker;
  }

  HttpDoor.@Nullable StunTaker stun() {
    return stun;
  }

  private static final byte[] ALWAYS =
      "x-content-type-options: nosniff\r\n".getBytes(StandardCharsets.US_ASCII);
}
