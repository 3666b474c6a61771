package dev.madang.server.whip;

import dev.madang.protocol.sdp.Direction;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.Kind;
import dev.madang.protocol.sdp.MediaSection;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.room.Limits.Rate;
import dev.madang.room.Names;
import dev.madang.room.Pace;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.server.signal.Bearers;
import dev.madang.server.webrtc.Caller;
import dev.madang.server.webrtc.DownSession;
import dev.madang.server.webrtc.Ending;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.Source;
import dev.madang.server.webrtc.UpSession;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// WHIP (RFC 9725) and WHEP: a client sends into a room, or receives what is sent there, by one
/// HTTP request. Sessions live at home; requests come from any thread.
///
/// | request | does |
/// |---|---|
/// | `POST /whip/{room}` | begins to send: an offer for an answer, and the session's URL |
/// | `POST /whep/{room}` | begins to receive |
/// | `PATCH` of the session's URL | more candidates, an ICE restart, or the answer to our offer |
/// | `DELETE` of the session's URL | ends it |
public final class WhipDoor {
  /// @param enabled whether there is one
  /// @param posts how often one network address may begin a session
  public record Config(boolean enabled, Rate posts) {
    public static Config defaults() {
      return new Config(true, new Rate(60, 2));
    }
  }

  /// STUN and TURN for clients that reach this server by `host`.
  @FunctionalInterface
  public interface Relays {
    List<IceServer> iceServers(String identity, String host);
  }

  private final Config config;
  private final MediaDoor media;
  private final Bearers bearers;
  private final Relays relays;
  private final Executor home;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Gathering> rooms = new HashMap<>();
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<Address, Pace> paces = new LinkedHashMap<>();

  /// @param etag of its ICE session, quotes included
  private record Session(Resource resource, String etag) {}

  public WhipDoor(Config config, MediaDoor media, Bearers bearers, Relays relays, Executor home) {
    this.config = config;
    this.media = media;
    this.bearers = bearers;
    this.relays = relays;
    this.home = home;
  }

  public WhipDoor addTo(Router router) {
    router.prefix(WHIP, exchange -> route(exchange, true));
    router.prefix(WHEP, exchange -> route(exchange, false));
    return this;
  }

  private void route(Exchange exchange, boolean ingest) {
    String rest = exchange.path().substring((ingest ? WHIP : WHEP).length());
    int slash = rest.indexOf('/');
    if (slash < 0) {
      endpoint(exchange, rest, ingest);
    } else {
      session(exchange, rest.substring(slash + 1));
    }
  }

  // ---- beginning --------------------------------------------------------------------------------

  private void endpoint(Exchange exchange, String room, boolean ingest) {
    switch (exchange.method()) {
      case "POST" -> {
        if (isOf(exchange, SDP)) {
          exchange.body(
              MOST_BYTES,
              body -> {
                String offer = body.toString(StandardCharsets.UTF_8);
                atHome(exchange, () -> begin(exchange, room, offer, ingest));
              });
        } else {
          exchange.respond(415, "An offer is application/sdp.");
        }
      }
      // RFC 9725 §4.2: "The "200 OK" response to any OPTIONS request SHOULD include an
      // "Accept-Post" header with a media type value of "application/sdp"".
      case "OPTIONS" ->
          exchange.respond(200, null, "", "accept-post", SDP, "allow", "OPTIONS, HEAD, GET, POST");
      // §4.1: "MUST return a 2XX successful response with no content when a GET request is
      // received". WHEP's HEAD tells players that this is it.
      case "HEAD" -> exchange.respond(200, ingest ? null : SDP, "");
      case "GET" -> exchange.respond(204, null, "");
      default -> exchange.respond(405, TEXT, "POST an offer here.\n", "allow", "OPTIONS, POST");
    }
  }

  private void begin(Exchange exchange, String wanted, String offer, boolean ingest) {
    Address address = address(exchange);
    String room = Names.room(wanted);
    if (!pace(address).allows(System.nanoTime())) {
      exchange.respond(
          429, TEXT, "Too many sessions from your network: wait a moment.\n", "retry-after", "5");
    } else if (room == null) {
      refuse(exchange, Refusal.BAD_ROOM_NAME);
    } else {
      switch (bearers.check(wanted, token(exchange))) {
        case Bearers.Answer.Refused(Refusal why) -> refuse(exchange, why);
        case Bearers.Answer.Welcome welcome -> {
          boolean may = ingest ? welcome.can().publish() : welcome.can().subscribe();
          Caller caller = new Caller(address, hostOf(exchange));
          String identity = welcome.identity() == null ? "~" + word() : welcome.identity();
          if (!may) {
            refuse(exchange, Refusal.NOT_ALLOWED);
          } else if (ingest) {
            ingest(exchange, room, offer, caller, identity);
          } else {
            play(exchange, room, offer, caller, identity);
          }
        }
      }
    }
  }

  private void ingest(
      Exchange exchange, String room, String offer, Caller caller, String identity) {
    String id = word();
    UpSession session = media.up(offer, caller, home, new Ingesting(id, room));
    if (session == null) {
      full(exchange);
      return;
    }
    // RFC 9725 §4.4.3: "SHOULD NOT reject individual "m=" sections … but reject the HTTP POST
    // request with an … "422 Unprocessable Content"".
    if (session.sources().size() < sections(offer)) {
      session.close();
      exchange.respond(422, "Not everything in this offer can be received here.");
      return;
    }
    gathering(room).add(session.sources());
    created(
        exchange, 201, WHIP, id, new Resource.Ingest(room, session), session.answer(), identity);
  }

  private static int sections(String offer) {
    int count = 0;
    for (MediaSection section : SessionDescription.read(offer).media()) {
      boolean media = section.kind() == Kind.AUDIO || section.kind() == Kind.VIDEO;
      count += media && section.direction() != Direction.INACTIVE ? 1 : 0;
    }
    return count;
  }

  private void play(Exchange exchange, String room, String offer, Caller caller, String identity) {
    Gathering gathering = rooms.get(room);
    if (gathering == null || gathering.sources().isEmpty()) {
      exchange.respond(
          409, TEXT, "Nobody sends in this room yet: try again.\n", "retry-after", "3");
      return;
    }
    if (!names(offer, gathering.sources())) {
      offer(exchange, room, gathering, caller, identity);
      return;
    }
    String id = word();
    MediaDoor.Watcher watcher =
        media.watch(offer, gathering.sources(), caller, home, new Playing(id, room));
    if (watcher == null) {
      full(exchange);
    } else if (watcher.session().sources().isEmpty()) {
      watcher.session().close();
      offer(exchange, room, gathering, caller, identity);
    } else {
      gathering.add(id, watcher.session());
      Resource resource = new Resource.Playback(room, watcher.session());
      created(exchange, 201, WHEP, id, resource, watcher.answer(), identity);
    }
  }

  /// Whether an offer has a codec in which anything is sent.
  private static boolean names(String offer, List<Source> sources) {
    return SessionDescription.read(offer).media().stream()
        .flatMap(section -> section.codecs().stream())
        .anyMatch(codec ->
            sources.stream()
                .anyMatch(source -> codec.is(source.codings().getFirst().codec().encodingName())));
  }

  /// draft-ietf-wish-whep §4.2: what cannot be answered is met by an offer of ours, in a "406 Not
  /// Acceptable"; the player answers it by PATCH, or not. We wait as long as for any connection.
  private void offer(
      Exchange exchange, String room, Gathering gathering, Caller caller, String identity) {
    String id = word();
    DownSession session = media.down(caller, home, new Playing(id, room));
    String offer = session == null ? null : session.offer(gathering.sources());
    if (session == null || offer == null) {
      full(exchange);
      return;
    }
    gathering.add(id, session);
    created(exchange, 406, WHEP, id, new Resource.Playback(room, session), offer, identity);
  }

  private void created(
      Exchange exchange,
      int status,
      String prefix,
      String id,
      Resource resource,
      String description,
      String identity) {
    String etag = etag();
    sessions.put(id, new Session(resource, etag));
    List<String> headers = new ArrayList<>();
    headers.addAll(
        List.of(
            "location",
            prefix + resource.room() + "/" + id,
            "etag",
            etag,
            "access-control-expose-headers",
            "location, etag, link"));
    for (IceServer server : relays.iceServers(identity, hostOf(exchange))) {
      for (String url : server.urls()) {
        headers.addAll(List.of("link", link(url, server)));
      }
    }
    exchange.respond(status, SDP, description, headers.toArray(String[]::new));
  }

  /// RFC 9725 §4.6.
  private static String link(String url, IceServer server) {
    String link = "<" + url + ">; rel=\"ice-server\"";
    return server.username() == null
        ? link
        : link
            + "; username=\""
            + server.username()
            + "\"; credential=\""
            + server.credential()
            + "\"; credential-type=\"password\"";
  }

  // ---- going on ---------------------------------------------------------------------------------

  private void session(Exchange exchange, String id) {
    switch (exchange.method()) {
      case "PATCH" -> {
        boolean answers = isOf(exchange, SDP);
        if (answers || isOf(exchange, FRAGMENT)) {
          exchange.body(
              MOST_BYTES,
              body -> {
                String text = body.toString(StandardCharsets.UTF_8);
                atHome(
                    exchange,
                    () -> {
                      if (answers) {
                        accept(exchange, id, text);
                      } else {
                        patch(exchange, id, text);
                      }
                    });
              });
        } else {
          exchange.respond(415, "News of ICE is " + FRAGMENT + ", an answer " + SDP + ".");
        }
      }
      case "DELETE" -> atHome(exchange, () -> delete(exchange, id));
      case "OPTIONS" ->
          exchange.respond(
              200,
              null,
              "",
              "accept-patch",
              FRAGMENT + ", " + SDP,
              "allow",
              "OPTIONS, GET, PATCH, DELETE");
      case "GET", "HEAD" -> exchange.respond(204, null, "");
      default ->
          exchange.respond(
              405, TEXT, "PATCH or DELETE this session.\n", "allow", "OPTIONS, PATCH, DELETE");
    }
  }

  private void patch(Exchange exchange, String id, String text) {
    Session session = sessions.get(id);
    if (session == null) {
      exchange.respond(404, GONE);
      return;
    }
    String condition = exchange.header("if-match");
    if (condition == null) {
      // RFC 9725 §4.3.1, RFC 6585 §3.
      exchange.respond(428, "Say If-Match: which ICE session do you mean?");
      return;
    }
    if (!condition.equals("*") && !condition.equals(session.etag)) {
      exchange.respond(412, "That ICE session is over.");
      return;
    }
    IceFragment fragment = IceFragment.read(text);
    if (fragment.ice() == null || fragment.ice().equals(session.resource.remoteIce())) {
      // §4.3.2: "it MUST return a "204 No Content" response without a body and MUST NOT include an
      // ETag header". A lite agent has no use for candidates: the client's checks come to it.
      exchange.respond(204, null, "");
      return;
    }
    String etag = etag();
    String answer = session.resource.restart(fragment);
    sessions.put(id, new Session(session.resource, etag));
    exchange.respond(200, FRAGMENT, answer, "etag", etag, "access-control-expose-headers", "etag");
  }

  /// The answer to an offer of ours.
  private void accept(Exchange exchange, String id, String answer) {
    Session session = sessions.get(id);
    if (session == null) {
      exchange.respond(404, GONE);
    } else if (session.resource instanceof Resource.Playback playback
        && playback.session().remoteIce() == null) {
      playback.session().accept(answer);
      exchange.respond(204, null, "");
    } else {
      exchange.respond(409, "Nothing was offered here that waits for an answer.");
    }
  }

  private void delete(Exchange exchange, String id) {
    Session session = sessions.get(id);
    if (session == null) {
      exchange.respond(404, GONE);
    } else {
      session.resource.close();
      exchange.respond(200, null, "");
    }
  }

  // ---- what happens to sessions -----------------------------------------------------------------

  private Gathering gathering(String room) {
    return rooms.computeIfAbsent(room, _ -> new Gathering());
  }

  private final class Ingesting implements UpSession.Output {
    private final String id;
    private final String room;

    Ingesting(String id, String room) {
      this.id = id;
      this.room = room;
    }

    @Override
    public void connected() {}

    @Override
    public void live(Source source) {
      gathering(room).live(source);
    }

    @Override
    public void wanted(Source source, int layer) {
      // WHIP has no word for a layer that nobody wants.
    }

    @Override
    public void opened(int channel, String label) {}

    @Override
    public void message(int channel, boolean text, byte[] bytes) {
      // RFC 9725 carries sound and picture alone.
    }

    @Override
    public void closed(int channel) {}

    @Override
    public void ended(Ending why, String detail) {
      Session ended = sessions.remove(id);
      if (ended != null && ended.resource instanceof Resource.Ingest ingest) {
        gathering(room).remove(ingest.session().sources());
      }
      forgetIfEmpty(room);
    }
  }

  private final class Playing implements DownSession.Output {
    private final String id;
    private final String room;

    Playing(String id, String room) {
      this.id = id;
      this.room = room;
    }

    @Override
    public void connected() {}

    @Override
    public void ended(Ending why, String detail) {
      sessions.remove(id);
      gathering(room).remove(id);
      forgetIfEmpty(room);
    }
  }

  private void forgetIfEmpty(String room) {
    rooms.computeIfPresent(room, (_, gathering) -> gathering.isEmpty() ? null : gathering);
  }

  // ---- requests ---------------------------------------------------------------------------------

  private void atHome(Exchange exchange, Runnable step) {
    home.execute(() -> {
      try {
        step.run();
      } catch (ProtocolException e) {
        exchange.respond(400, "This cannot be read: " + e.getMessage() + ".");
      } catch (RuntimeException broken) {
        LOG.error("A request of WHIP or WHEP failed", broken);
        exchange.respond(500, "The server made a mistake; its log says which.");
      }
    });
  }

  private static boolean isOf(Exchange exchange, String type) {
    String said = exchange.header("content-type");
    return said != null
        && (said.equalsIgnoreCase(type)
            || said.regionMatches(true, 0, type + ";", 0, type.length() + 1));
  }

  private static @Nullable String token(Exchange exchange) {
    String said = exchange.header("authorization");
    return said != null && said.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? said.substring(BEARER.length()).strip()
        : null;
  }

  private static void refuse(Exchange exchange, Refusal why) {
    String sentence = why.refused().message() + " " + why.refused().help() + "\n";
    switch (why) {
      case NEEDS_TOKEN, BAD_TOKEN, EXPIRED_TOKEN, EARLY_TOKEN ->
          exchange.respond(401, TEXT, sentence, "www-authenticate", "Bearer");
      case BAD_ROOM_NAME -> exchange.respond(404, TEXT, sentence);
      default -> exchange.respond(403, TEXT, sentence);
    }
  }

  private static void full(Exchange exchange) {
    exchange.respond(
        503, TEXT, "As many people are connected as may be: try again.\n", "retry-after", "30");
  }

  private static Address address(Exchange exchange) {
    return Address.of(exchange.remote().getAddress().getAddress(), 0);
  }

  /// Without the port; an IPv6 address keeps its brackets.
  private static String hostOf(Exchange exchange) {
    String host = exchange.host();
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private Pace pace(Address address) {
    long now = System.nanoTime();
    if (paces.size() >= MOST_NETWORKS) {
      paces.values().removeIf(pace -> pace.full(now));
    }
    while (paces.size() >= MOST_NETWORKS) {
      paces.remove(paces.keySet().iterator().next());
    }
    return paces.computeIfAbsent(address.network(), _ -> new Pace(config.posts(), now));
  }

  private String etag() {
    return "\"" + word() + "\"";
  }

  /// RFC 9725 §5: session URLs "MUST be unguessable".
  private String word() {
    byte[] bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static final String WHIP = "/whip/";
  private static final String WHEP = "/whep/";
  private static final String SDP = "application/sdp";
  private static final String FRAGMENT = "application/trickle-ice-sdpfrag";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String BEARER = "Bearer ";
  private static final String GONE = "This session is over.";
  private static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_NETWORKS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(WhipDoor.class);
}
