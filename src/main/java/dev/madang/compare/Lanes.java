package dev.madang.compare;

import dev.madang.net.WholeAnswer;
import dev.madang.server.webrtc.Clients;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Opens lanes to one server, under one grant of it.
final class Lanes implements AutoCloseable {
  private final URI server;
  private final HttpClient http;
  private final Clients clients;
  private final InetAddress from;
  private final InetSocketAddress tcp;
  private final InetSocketAddress udp;
  private final String grant;
  private final @Nullable String invitation;
  private final AtomicInteger opened = new AtomicInteger();

  /// @param server `http://HOST:PORT` or `https://`
  /// @param invitation a token, where the server lets nobody send media without
  Lanes(URI server, @Nullable String invitation) throws IOException, InterruptedException {
    this.server = server;
    this.invitation = invitation;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(PATIENCE_MILLIS))
            .build();
    int port =
        server.getPort() >= 0 ? server.getPort() : server.getScheme().equals("https") ? 443 : 80;
    tcp = new InetSocketAddress(server.getHost(), port);
    if (tcp.isUnresolved()) {
      throw new IOException("nobody knows the name " + server.getHost());
    }
    JsonNode given = askForGrant();
    grant = given.get("grant").asString();
    udp = new InetSocketAddress(tcp.getAddress(), given.get("udp").asInt());
    from = towards(udp);
    clients = new Clients(1, null);
  }

  private JsonNode askForGrant() throws IOException, InterruptedException {
    HttpResponse<String> response;
    try {
      response =
          ask(http, HttpRequest.newBuilder(at("/api/compare")).POST(BodyPublishers.noBody()));
    } catch (java.net.ConnectException none) {
      throw new IOException("nobody answers at " + server + ": is Madang running there?", none);
    }
    return switch (response.statusCode()) {
      case 201 -> grantIn(response.body());
      case 404 -> throw new IOException(server + NO_MADANG);
      default -> throw new IOException(response.body().strip());
    };
  }

  private JsonNode grantIn(String body) throws IOException {
    try {
      JsonNode given = JSON.readTree(body);
      int udp = given.path("udp").asInt(-1);
      if (given.path("grant").isString() && udp >= 0 && udp <= 0xFFFF) {
        return given;
      }
    } catch (JacksonException malformed) {
      // It says something else than grants.
    }
    throw new IOException(server + NO_MADANG);
  }

  /// Opens a lane; returns when it stands. Any thread.
  Lane open(Kind kind, Lane.Listener listener) throws IOException, InterruptedException {
    String name = Integer.toString(opened.getAndIncrement());
    byte[] token = Base64.getUrlDecoder().decode(grant);
    String query = "?grant=" + grant;
    return switch (kind) {
      case UDP -> new UdpLane(udp, token, listener);
      case TCP -> {
        if (server.getScheme().equals("https")) {
          throw new IOException("over https the bare TCP lane has nowhere to go: measure http");
        }
        yield new TcpLane(tcp, token, listener);
      }
      case WEBSOCKET -> WebSocketLane.bare(http, socket("/compare/socket" + query), listener);
      case SOCKET_IO ->
          new SocketIoLane(http, socket("/socket.io/?EIO=4&transport=websocket"), grant, listener);
      case POLLING ->
          new PollingLane(http, at("/socket.io/?EIO=4&transport=polling"), grant, listener);
      case EVENTS -> new EventLane(http, at("/compare/events" + query + "&lane=" + name), listener);
      case CHANNEL, UNORDERED, LOSSY, LIFETIME ->
          new ChannelLane(
              http,
              at("/compare/peer" + query),
              clients,
              from,
              Objects.requireNonNull(kind.delivery()),
              listener);
      case MEDIA -> media(listener);
    };
  }

  private Lane media(Lane.Listener listener) throws IOException, InterruptedException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    String room = "compare-" + HexFormat.of().formatHex(random);
    String query = invitation == null ? "" : "?token=" + invitation;
    return new MediaLane(
        http, at("/whip/" + room + query), at("/whep/" + room + query), clients, from, listener);
  }

  /// Milliseconds that the server's loops have worked, or -1.
  long processor() throws InterruptedException {
    try {
      String answer =
          ask(http, HttpRequest.newBuilder(at("/api/compare/processor?grant=" + grant))).body();
      return JSON.readTree(answer).path("milliseconds").asLong(-1);
    } catch (IOException | RuntimeException unknown) {
      return -1;
    }
  }

  /// Has the server keep a report, alone or beside others; returns the link.
  ///
  /// @param attach `ID.KEY` of a result, or null
  String keep(String report, @Nullable String attach) throws IOException, InterruptedException {
    HttpResponse<String> response = keep(report, attach, grant);
    if (response.statusCode() == 403) {
      // The measurement outlived its grant.
      response = keep(report, attach, askForGrant().get("grant").asString());
    }
    if (response.statusCode() != 201) {
      throw new IOException("the report was not kept: " + response.body().strip());
    }
    JsonNode kept;
    try {
      kept = JSON.readTree(response.body());
    } catch (JacksonException malformed) {
      throw new IOException("the server does not say where the report is kept", malformed);
    }
    return at("/compare/" + kept.get("id").asString())
        + (attach == null
            ? " (another beside it: --attach="
                + kept.get("id").asString()
                + "."
                + kept.get("key").asString()
                + ")"
            : "");
  }

  private HttpResponse<String> keep(String report, @Nullable String attach, String by)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    String path = "/api/compare/results";
    if (attach != null) {
      int dot = attach.indexOf('.');
      path += "/" + attach.substring(0, dot);
      request.header("authorization", "Bearer " + attach.substring(dot + 1));
    }
    return ask(
        http,
        request
            .uri(at(path + "?grant=" + by))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(report)));
  }

  /// The address of this machine from which the server is reached.
  InetAddress from() {
    return from;
  }

  private URI at(String path) {
    return server.resolve(path);
  }

  private URI socket(String path) {
    String scheme = server.getScheme().equals("https") ? "wss" : "ws";
    return URI.create(scheme + "://" + server.getRawAuthority() + path);
  }

  private static InetAddress towards(InetSocketAddress far) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(far);
      return socket.getLocalAddress();
    }
  }

  /// An offer for an answer, as WHIP does it.
  static String offer(HttpClient http, URI at, String offer)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .header("content-type", "application/sdp")
            .POST(BodyPublishers.ofString(offer));
    HttpResponse<String> response = ask(http, request);
    if (response.statusCode() != 201) {
      throw new IOException(response.body().strip());
    }
    return response.body();
  }

  private static HttpResponse<String> ask(HttpClient http, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return WholeAnswer.of(http, request.build(), Duration.ofMillis(PATIENCE_MILLIS));
  }

  /// The innermost reason.
  static String reason(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @Override
  public void close() {
    try {
      http.send(
          HttpRequest.newBuilder(at("/api/compare?grant=" + grant))
              .timeout(Duration.ofSeconds(2))
              .DELETE()
              .build(),
          BodyHandlers.discarding());
    } catch (IOException _) {
      // Then it ends by its time.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    clients.close();
    // Not close(), which waits for answers that nobody needs any more.
    http.shutdownNow();
  }

  static final int PATIENCE_MILLIS = 10_000;
  private static final String NO_MADANG =
      " is no Madang that measures (compare.enabled in its madang.yml).";
  private static final JsonMapper JSON = JsonMapper.shared();
}
