package dev.madang.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What all connections of one door share: routes, rules and counters. Read by every loop.
final class Site implements Handler {
  private final Router router;
  private final HttpDoor.Config config;
  private final @Nullable Tls tls;
  private final Hosts hosts;
  private final Origins origins;
  private final TrustedProxies proxies;
  private final StandingHeaders headers;
  private final Admission admission;
  private final Counters counters = new Counters();
  private volatile HttpDoor.@Nullable Taker turn;
  private volatile HttpDoor.@Nullable Taker ice;
  private volatile HttpDoor.@Nullable Taker probe;

  Site(Router router, HttpDoor.Config config, @Nullable Tls tls) {
    this.tls = tls;
    this.router = router;
    this.config = config;
    this.hosts = new Hosts(config.hosts(), tls);
    this.origins = new Origins(config.origins());
    this.proxies = new TrustedProxies(config.trustedProxies());
    this.headers = new StandingHeaders(config.frameAncestors());
    this.admission = new Admission(config.limits(), proxies);
  }

  HttpDoor.Limits limits() {
    return config.limits();
  }

  @Nullable Tls tls() {
    return tls;
  }

  StandingHeaders headers() {
    return headers;
  }

  /// Every request passes here. A page from elsewhere gets nothing unless it was allowed: whoever
  /// opens a page anywhere would lend it his place in the network otherwise. Nor does a page whose
  /// name was made to point here.
  @Override
  public void handle(Exchange exchange) {
    if (!hosts.allow(exchange.host())) {
      refused();
      exchange.respond(
          421,
          "This server does not answer to the name "
              + exchange.host()
              + ": if people reach it by that name, set url, or add it to http.hosts.");
      return;
    }
    String origin = exchange.header("origin");
    if (origin != null && !PRINTABLE.matcher(origin).matches()) {
      refused();
      exchange.respond(400, "This Origin is no origin.");
      return;
    }
    if (origin != null && !origins.same(origin, exchange.host(), exchange.secure())) {
      if (!origins.allows(origin, exchange.host(), exchange.secure())) {
        refused();
        exchange.respond(403, "Pages of " + origin + " may not speak with this server.");
        return;
      }
      exchange.alsoSay(
          List.of(
              "access-control-allow-origin", origin,
              "access-control-allow-credentials", "true",
              "vary", "origin"));
      if (exchange.method().equals("OPTIONS") && preflight(exchange)) {
        return;
      }
    }
    counters.requests.increment();
    router.handle(exchange);
  }

  private static boolean preflight(Exchange exchange) {
    String method = exchange.header("access-control-request-method");
    String headers = exchange.header("access-control-request-headers");
    if (method == null) {
      return false;
    }
    exchange.respond(
        204,
        null,
        Unpooled.EMPTY_BUFFER,
        "access-control-allow-methods",
        "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers",
        headers != null && NAMES.matcher(headers).matches() ? headers : "content-type",
        "access-control-max-age",
        "600");
    return true;
  }

  private static final Pattern PRINTABLE = Pattern.compile("[!-~]*");

  // RFC 9110 §5.6.2: of what a field's name is made.
  private static final Pattern NAMES = Pattern.compile("[\\w!#$%&'*+.^`|~, -]*");

  Peer peer(Channel channel, boolean secure, String host, Headers requestHeaders) {
    return proxies.peer((InetSocketAddress) channel.remoteAddress(), secure, host, requestHeaders);
  }

  void refused() {
    counters.refused.increment();
  }

  Admission admission() {
    return admission;
  }

  Counters counters() {
    return counters;
  }

  void turn(HttpDoor.Taker taker) {
    turn = taker;
  }

  HttpDoor.@Nullable Taker turn() {
    return turn;
  }

  void ice(HttpDoor.Taker taker) {
    ice = taker;
  }

  HttpDoor.@Nullable Taker ice() {
    return ice;
  }

  void probe(HttpDoor.Taker taker) {
    probe = taker;
  }

  HttpDoor.@Nullable Taker probe() {
    return probe;
  }
}
