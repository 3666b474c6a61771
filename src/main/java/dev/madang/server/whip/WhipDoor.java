package dev.madang.server.whip;

import dev.madang.protocol.sdp.Direction;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.protocol.sdp.Kind;
import dev.madang.protocol.sdp.MediaSection;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.room.Entry;
import dev.madang.room.Grant;
import dev.madang.room.Limits.Rate;
import dev.madang.room.Names;
import dev.madang.room.NetworkPaces;
import dev.madang.room.Pace;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Handler;
import dev.madang.server.http.Router;
import dev.madang.server.signal.Bearers;
import dev.madang.server.signal.SideDoor;
import dev.madang.server.webrtc.Caller;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.webrtc.UpSession;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// WHIP (RFC 9725) and WHEP: a client sends into a room, or receives what is sent there, by one
/// HTTP request. Who sends is a participant of the room, who receives is under its rules. Sessions
/// live at home; requests come from any thread.
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
  /// @param programs that send into one room at a time by one token, or without one from one IPv4
  ///   address or IPv6 /64; 0 = no limit
  public record Config(boolean enabled, Rate posts, int programs) {
    public static Config defaults() {
      return new Config(true, new Rate(60, 2), 4);
    }
  }

  /// STUN and TURN for clients that reach this server by `host`.
  @FunctionalInterface
  public interface Relays {
    List<IceServer> iceServers(String user, String host);
  }

  private final Config config;
  private final MediaDoor media;
  private final Bearers bearers;
  private final Hall hall;
  private final SideDoor side;
  private final Relays relays;
  private final ScheduledExecutorService home;
  private Handler pages = exchange -> exchange.respond(204, null, "");
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Session> sessions = new HashMap<>();

  /** Why the last sessions are over that a host or a room ended, by id. */
  private final Map<String, Over> over = new LinkedHashMap<>();

  private final NetworkPaces paces;

  /// @param etag of its ICE session, quotes included
  /// @param restarts how often it may begin another
  private record Session(Resource resource, String etag, Pace restarts) {}

  private record Over(String room, Ended why) {}

  /// @param hall where the rooms' media are forwarded
  /// @param side the way into the rooms
  /// @param home on which both live
  public WhipDoor(
      Config config,
      MediaDoor media,
      Hall hall,
      SideDoor side,
      Bearers bearers,
      Relays relays,
      ScheduledExecutorService home) {
    this.config = config;
    paces = new NetworkPaces(config.posts());
    this.media = media;
    this.hall = hall;
    this.side = side;
    this.bearers = bearers;
    this.relays = relays;
    this.home = home;
  }

  /// @param page what people see who go to `/whip/{room}` or `/whep/{room}` with a browser
  public WhipDoor addTo(Router router, Handler page) {
    pages = page;
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
    if (exchange.wantsPage()) {
      pages.handle(exchange);
      return;
    }
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
      default ->
          exchange.respond(405, Replies.TEXT, "POST an offer here.\n", "allow", "OPTIONS, POST");
    }
  }

  private void begin(Exchange exchange, String wanted, String offer, boolean ingest) {
    Address address = address(exchange);
    String room = Names.room(wanted);
    if (!paces.allows(address, System.nanoTime())) {
      Replies.tooMany(exchange);
    } else if (room == null) {
      Replies.refuse(exchange, Refusal.BAD_ROOM_NAME);
    } else {
      switch (bearers.check(wanted, exchange.bearer())) {
        case Bearers.Answer.Refused(Refusal why) -> Replies.refuse(exchange, why);
        case Bearers.Answer.Welcome welcome -> {
          Caller caller = new Caller(address, hostOf(exchange));
          SideDoor.Wish wish = new SideDoor.Wish(room, word(), welcome.grant());
          if (!(ingest ? welcome.maySend() : welcome.mayWatch())) {
            Replies.refuse(exchange, Refusal.NOT_ALLOWED);
          } else if (ingest) {
            side.known(room, () -> guarded(exchange, () -> ingest(exchange, offer, caller, wish)));
          } else {
            play(exchange, offer, caller, wish);
          }
        }
      }
    }
  }

  /// The connection comes before the entrance, so that an offer of no use moves nobody in the room.
  private void ingest(Exchange exchange, String offer, Caller caller, SideDoor.Wish wish) {
    Ingest ingest = new Ingest(this, word(), wish.room(), caller, bearer(caller, wish));
    if (isCrowded(ingest)) {
      Replies.crowded(exchange, config.programs());
      return;
    }
    UpSession session = media.up(offer, caller, home, ingest);
    if (session == null) {
      Replies.full(exchange);
      return;
    }
    // RFC 9725 §4.4.3: "SHOULD NOT reject individual "m=" sections … but reject the HTTP POST
    // request with an … "422 Unprocessable Content"".
    if (session.sources().isEmpty() || session.sources().size() < sections(offer)) {
      session.close();
      Replies.notAll(exchange);
      return;
    }
    switch (ingest.enter(session, wish, exchange.query("name"))) {
      case Entry.In in -> created(exchange, 201, ingest, session.answer(), in.iceServers());
      case Entry.Refused refused -> Replies.refuse(exchange, refused.why());
      case Entry.Nobody() ->
          throw new IllegalStateException("a program opens the room it sends to");
    }
  }

  /// For whom programs are counted.
  private static String bearer(Caller caller, SideDoor.Wish wish) {
    Grant grant = wish.grant();
    return grant == null ? "network " + caller.address().network() : "token " + grant.id();
  }

  private boolean isCrowded(Ingest newcomer) {
    return config.programs() > 0
        && sessions.values().stream()
                .filter(each -> each.resource instanceof Ingest known && known.sharesWith(newcomer))
                .count()
            >= config.programs();
  }

  private static int sections(String offer) {
    int count = 0;
    for (MediaSection section : SessionDescription.read(offer).media()) {
      boolean media = section.kind() == Kind.AUDIO || section.kind() == Kind.VIDEO;
      count += media && section.direction() != Direction.INACTIVE ? 1 : 0;
    }
    return count;
  }

  private void play(Exchange exchange, String offer, Caller caller, SideDoor.Wish wish) {
    SessionDescription description = SessionDescription.read(offer);
    boolean receives =
        description.media().stream()
            .anyMatch(section ->
                (section.kind() == Kind.AUDIO || section.kind() == Kind.VIDEO)
                    && section.direction().receives());
    if (!receives) {
      throw new ProtocolException("it offers to receive neither sound nor picture");
    }
    new Playback(this, word(), wish.room(), caller).begin(exchange, description, wish);
  }

  /// The answer to a beginning, when all is well.
  void created(
      Exchange exchange,
      int status,
      Resource resource,
      String description,
      List<IceServer> iceServers) {
    String etag = etag();
    sessions.put(resource.id(), new Session(resource, etag, new Pace(RESTARTS, System.nanoTime())));
    String prefix = resource instanceof Ingest ? WHIP : WHEP;
    List<String> headers = new ArrayList<>();
    headers.addAll(
        List.of(
            "location",
            prefix + encoded(resource.room()) + "/" + resource.id(),
            "etag",
            etag,
            "access-control-expose-headers",
            "location, etag, link"));
    headers.addAll(Replies.links(iceServers));
    exchange.respond(status, SDP, description, headers.toArray(String[]::new));
  }

  private static String encoded(String room) {
    return URLEncoder.encode(room, StandardCharsets.UTF_8);
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
              405,
              Replies.TEXT,
              "PATCH or DELETE this session.\n",
              "allow",
              "OPTIONS, PATCH, DELETE");
    }
  }

  private void patch(Exchange exchange, String id, String text) {
    Session session = sessions.get(id);
    if (session == null) {
      gone(exchange, id);
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
    if (!session.restarts.allows(System.nanoTime())) {
      Replies.tooManyRestarts(exchange);
      return;
    }
    String etag = etag();
    String answer = session.resource.restart(fragment);
    sessions.put(id, new Session(session.resource, etag, session.restarts));
    exchange.respond(200, FRAGMENT, answer, "etag", etag, "access-control-expose-headers", "etag");
  }

  /// The answer to an offer of ours.
  private void accept(Exchange exchange, String id, String answer) {
    Session session = sessions.get(id);
    if (session == null) {
      gone(exchange, id);
    } else if (session.resource instanceof Playback playback && playback.remoteIce() == null) {
      playback.accept(answer);
      exchange.respond(204, null, "");
    } else {
      exchange.respond(409, "Nothing was offered here that waits for an answer.");
    }
  }

  private void delete(Exchange exchange, String id) {
    Session session = sessions.get(id);
    if (session == null) {
      gone(exchange, id);
    } else {
      session.resource.close();
      exchange.respond(200, null, "");
    }
  }

  private void gone(Exchange exchange, String id) {
    Over known = over.get(id);
    if (known == null) {
      Replies.noSession(exchange);
    } else {
      Replies.over(exchange, known.why, side.isShut(known.room));
    }
  }

  // ---- for sessions -----------------------------------------------------------------------------

  /// A host, or the room, ends this.
  void end(Resource resource, Ended why) {
    over.put(resource.id(), new Over(resource.room(), why));
    if (over.size() > MOST_OVER) {
      over.remove(over.keySet().iterator().next());
    }
  }

  void forget(Resource resource) {
    sessions.remove(resource.id());
  }

  List<IceServer> iceServers(String user, Caller caller) {
    return relays.iceServers(user, caller.host());
  }

  MediaDoor media() {
    return media;
  }

  Hall hall() {
    return hall;
  }

  SideDoor side() {
    return side;
  }

  ScheduledExecutorService home() {
    return home;
  }

  // ---- requests ---------------------------------------------------------------------------------

  private void atHome(Exchange exchange, Runnable step) {
    home.execute(() -> guarded(exchange, step));
  }

  /// Whatever a step throws ends its request alone.
  void guarded(Exchange exchange, Runnable step) {
    try {
      step.run();
    } catch (ProtocolException e) {
      exchange.respond(400, "This cannot be read: " + e.getMessage() + ".");
    } catch (RuntimeException broken) {
      LOG.error("A request of WHIP or WHEP failed", broken);
      exchange.respond(500, "The server made a mistake; its log says which.");
    }
  }

  private static boolean isOf(Exchange exchange, String type) {
    String said = exchange.header("content-type");
    return said != null
        && (said.equalsIgnoreCase(type)
            || said.regionMatches(true, 0, type + ";", 0, type.length() + 1));
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
  private static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_OVER = 1000;
  private static final Rate RESTARTS = new Rate(10, 1);
  private static final Logger LOG = LoggerFactory.getLogger(WhipDoor.class);
}
