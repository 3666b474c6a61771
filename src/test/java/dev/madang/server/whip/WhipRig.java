package dev.madang.server.whip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.chat.Handshake;
import dev.madang.net.TcpLoops;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.signal.Bearers;
import dev.madang.server.signal.Invitation;
import dev.madang.server.signal.SignalClient;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.server.udp.UdpDoor;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Clients;
import dev.madang.server.webrtc.Ending;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Vitals;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/// The doors that WHIP and WHEP need, as the real server opens them, with clients that come to
/// them.
final class WhipRig implements AutoCloseable {
  final MeterRegistry meters = new SimpleMeterRegistry();
  private final TcpLoops loops = new TcpLoops(2);
  private final HttpClient web = HttpClient.newHttpClient();
  private final UdpDoor udp;
  private final MediaDoor media;
  private final HttpDoor http;
  private final SocketIoDoor socketIo;
  private final SignalDoor door;
  private final Hall hall;
  private final Clients clients;
  private final SignalDoor.Config signal;
  private final Path data;

  WhipRig(Path data, boolean open, MediaDoor.Config config) throws IOException {
    this(data, open, config, HttpDoor.Config.defaults());
  }

  WhipRig(Path data, boolean open, MediaDoor.Config config, HttpDoor.Config web)
      throws IOException {
    this.data = data;
    signal = SignalDoor.Config.defaults().withOpen(open);
    udp = UdpDoor.open(new UdpDoor.Config("", 0, 3, false));
    media = MediaDoor.open(config, udp, meters);
    Router router = new Router();
    socketIo = new SocketIoDoor(SocketIoDoor.Config.defaults(), loops.home());
    hall = new Hall(media, loops.home());
    door =
        SignalDoor.open(
            signal, socketIo.io().of("/room"), loops.home(), data, null, new NoRelays(), hall);
    socketIo.open(router);
    new WhipDoor(
            WhipDoor.Config.defaults(),
            media,
            hall,
            door.side(),
            Bearers.of(signal, data),
            (identity, host) ->
                List.of(
                    new IceServer(List.of("stun:" + host + ":7700"), null, null),
                    new IceServer(List.of("turn:" + host + ":7700"), "u", "p")),
            loops.home())
        .addTo(router, exchange -> exchange.respond(200, "text/html", "a page"));
    http = HttpDoor.open(web.withPort(0), loops, router);
    http.onIce(media::take);
    media.onTcp(http.port());
    clients = new Clients(1, loops);
  }

  /// Somebody in the room, by signaling.
  SignalClient person(String room, String name, String token) {
    SignalClient client = new SignalClient(http.port(), "websocket");
    ObjectNode join = SignalClient.join(room, name);
    if (!token.isEmpty()) {
      join.put("token", token);
    }
    assertThat(client.ask("join", join).path("type").asString()).isEqualTo("joined");
    return client;
  }

  /// How the media of who sends into a room goes, and of those who watch it.
  List<Vitals> look(String room) {
    return CompletableFuture.supplyAsync(
            () -> {
              List<Vitals> all = new ArrayList<>(hall.audience(room));
              door.rooms().standing().getFirst().people().stream()
                  .map(person -> hall.condition(room, person.identity()))
                  .filter(condition -> condition != null && condition.up() != null)
                  .forEach(condition -> all.add(condition.up()));
              return all;
            },
            loops.home())
        .join();
  }

  private static final class NoRelays implements SignalDoor.Relays {
    @Override
    public List<IceServer> iceServers(String user, Handshake handshake) {
      return List.of();
    }

    @Override
    public void revoke(String user) {}
  }

  String token(Invitation invitation) {
    String link = invitation.link(URI.create("http://localhost"), signal, data, Instant.now());
    return link.substring(link.indexOf("#token=") + 7);
  }

  HttpResponse<String> request(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return web.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> delete(String location, String language)
      throws IOException, InterruptedException {
    return request("DELETE", location, "", "accept-language", language);
  }

  HttpResponse<String> post(String path, String offer) throws IOException, InterruptedException {
    return request("POST", path, offer, "content-type", "application/sdp");
  }

  Far sender(boolean overTcp) throws IOException {
    Far far = new Far(overTcp);
    far.offer =
        far.session.offerToSend(
            List.of(
                new DownTrack("mic", Kind.AUDIO, "s", "c", 1111, -1, List.of("opus")),
                new DownTrack("cam", Kind.VIDEO, "s", "c", 2222, 3333, List.of("VP8"))),
            false);
    return far;
  }

  Far receiver() throws IOException {
    Far far = new Far(false);
    far.offer = far.session.offerToReceive(List.of(Kind.AUDIO, Kind.VIDEO));
    return far;
  }

  /// Who is offered something.
  Far taker() throws IOException {
    return new Far(false);
  }

  double meter(String name) {
    return meters.get("madang.media." + name).meter().measure().iterator().next().getValue();
  }

  /// A client and what it got.
  final class Far implements ClientSession.Output {
    final ClientSession session;
    final CompletableFuture<Boolean> connected = new CompletableFuture<>();
    final CompletableFuture<Ending> ended = new CompletableFuture<>();
    final BlockingQueue<byte[]> rtp = new LinkedBlockingQueue<>();
    String offer = "";
    String location = "";
    String etag = "";
    String token = "";

    Far(boolean overTcp) throws IOException {
      session = clients.open(InetAddress.getLoopbackAddress(), overTcp, this);
    }

    Far bearing(String given) {
      token = given;
      return this;
    }

    /// Begins at `/whip/…` or `/whep/…`.
    Far at(String path) throws Exception {
      HttpResponse<String> answer =
          token.isEmpty()
              ? post(path, offer)
              : request(
                  "POST",
                  path,
                  offer,
                  "content-type",
                  "application/sdp",
                  "authorization",
                  "Bearer " + token);
      if (answer.statusCode() != 201) {
        throw new AssertionError(answer.statusCode() + " " + answer.body());
      }
      location = answer.headers().firstValue("location").orElseThrow();
      etag = answer.headers().firstValue("etag").orElseThrow();
      session.accept(loopbackOnly(answer.body()));
      connected.get(40, TimeUnit.SECONDS);
      return this;
    }

    /// Sends one packet.
    void send(byte[] packet) {
      session.tell(() -> session.sendRtp(packet, 0, 12, packet.length));
    }

    @Override
    public void connected(long now) {
      connected.complete(true);
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      rtp.add(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {
      ended.complete(why);
    }
  }

  int port() {
    return http.port();
  }

  static String loopbackOnly(String sdp) {
    StringBuilder kept = new StringBuilder();
    sdp.lines()
        .filter(line -> !line.startsWith("a=candidate:") || line.contains(" 127.0.0.1 "))
        .forEach(line -> kept.append(line).append("\r\n"));
    return kept.toString();
  }

  @Override
  public void close() {
    clients.close();
    door.close();
    socketIo.close();
    http.close();
    media.close();
    udp.close();
    loops.close();
    web.close();
  }
}
