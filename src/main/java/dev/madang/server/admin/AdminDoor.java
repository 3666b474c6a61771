package dev.madang.server.admin;

import dev.madang.room.Rooms;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.server.webrtc.Hall;
import dev.madang.wire.Address;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// For whoever runs the server: `/api/admin`, by which the page `/admin` shows the rooms and ends
/// what has to end. Nobody learns anything without a session; a session begins with a link that is
/// good once and is printed on the server's own machine, or with the password that was set by it.
/// Its methods may be called from any thread.
///
/// | request | does |
/// |---|---|
/// | `POST link {token, password}` | sets the password, begins a session, ends all others |
/// | `POST look {token}` | tells whether a link is good |
/// | `POST enter {password}` | begins a session |
/// | `POST leave` | ends it |
/// | `GET session` | tells whether there is one |
/// | `GET rooms` | tells how the rooms stand |
/// | `POST remove {room, identity}` | removes somebody, as a host would |
/// | `POST end {room}` | ends a room for everybody |
public final class AdminDoor {
  /// @param enabled whether there is one
  /// @param link how long a one-time link is good
  /// @param session how long one who entered stays in
  /// @param attempts to enter that one network may fail, IPv6: one /64
  /// @param attemptsPer within which they are counted
  public record Config(
      boolean enabled, Duration link, Duration session, int attempts, Duration attemptsPer) {
    public Config {
      if (attempts < 1 || link.toSeconds() < 1 || session.toSeconds() < 1) {
        throw new IllegalArgumentException("attempts, link and session have to be above zero");
      }
    }

    public static Config defaults() {
      return new Config(true, Duration.ofHours(1), Duration.ofHours(12), 5, Duration.ofMinutes(10));
    }
  }

  /// What a request is answered with when it is not done.
  private enum No {
    NOT_HERE(403, "The admin page speaks with pages of this server alone."),
    NOT_SECURE(403, "From another machine the admin page is to be reached by https."),
    NO_SESSION(401, "Enter first: madang admin prints a link."),
    BAD_REQUEST(400, "The request is not one of those documented."),
    WRONG_LINK(403, "This link was used, is too old, or never was: madang admin prints another."),
    WRONG_PASSWORD(403, "This is not the password."),
    SHORT_PASSWORD(422, "The password has 10 to 200 characters."),
    TOO_MANY_ATTEMPTS(429, "Too many attempts came from this network: wait some minutes."),
    BUSY(503, "Others are entering at this moment: try again."),
    NOT_THERE(404, "It is over already.");

    private final int status;
    private final String sentence;

    No(int status, String sentence) {
      this.status = status;
      this.sentence = sentence;
    }

    String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final OneTimeLink link;
  private final Password password;
  private final Sessions sessions;
  private final Attempts attempts;

  /**
   * A link that was used up opens the form for the password: to look at it is no failed attempt.
   */
  private final Attempts looks = new Attempts(60, Duration.ofMinutes(1));

  private final Semaphore hashing = new Semaphore(2);
  private final long cookieSeconds;
  private final Rooms rooms;
  private final @Nullable Hall hall;
  private final Executor home;
  private final InstantSource time;

  /// @param data this install's folder
  /// @param rooms which live at `home`
  /// @param hall null where no media is forwarded
  public AdminDoor(
      Config config,
      Path data,
      Rooms rooms,
      @Nullable Hall hall,
      Executor home,
      InstantSource time) {
    this.rooms = rooms;
    this.hall = hall;
    this.home = home;
    this.time = time;
    link = new OneTimeLink(data);
    password = new Password(data);
    sessions = new Sessions(config.session());
    attempts = new Attempts(config.attempts(), config.attemptsPer());
    cookieSeconds = config.session().toSeconds();
  }

  /// Opens its addresses; before the router is in use.
  public void addTo(Router router) {
    router.post(API + "link", exchange -> entering(exchange, attempts, this::byLink));
    router.post(API + "look", exchange -> entering(exchange, looks, this::look));
    router.post(API + "enter", exchange -> entering(exchange, attempts, this::byPassword));
    router.post(API + "leave", exchange -> asked(exchange, (_, _) -> leave(exchange)));
    router.get(API + "session", this::session);
    router.get(API + "rooms", exchange -> allowed(exchange, () -> tell(exchange)));
    router.post(API + "remove", exchange -> asked(exchange, this::remove));
    router.post(API + "end", exchange -> asked(exchange, this::end));
  }

  /// Where an operator enters: with a token behind the `#` as long as there is no password, or when
  /// there has to be a new one.
  ///
  /// @param data this install's folder
  /// @param base the address of this server, without a slash at its end
  /// @param anew whether the password is to be set again
  public static String entrance(Config config, Path data, String base, boolean anew) {
    if (!anew && new Password(data).isSet()) {
      return base + "/admin";
    }
    try {
      InstantSource time = InstantSource.system();
      return base + "/admin#" + new OneTimeLink(data).make(time.instant(), config.link());
    } catch (IOException e) {
      throw new UncheckedIOException("No link can be kept in " + data + ".", e);
    }
  }

  // ---- who may ask ------------------------------------------------------------------------------

  private interface Step {
    void take(Exchange exchange, JsonNode body) throws IOException;
  }

  /// A request that may come from whoever knows nothing yet.
  private static boolean proper(Exchange exchange) {
    if (!isOwn(exchange)) {
      refuse(exchange, No.NOT_HERE);
    } else if (!exchange.secure() && !exchange.remote().getAddress().isLoopbackAddress()) {
      refuse(exchange, No.NOT_SECURE);
    } else {
      return true;
    }
    return false;
  }

  /// No page of another origin, not even of those that may speak with this server otherwise: they
  /// cannot name a header of ours without asking, and a browser says whose page it is.
  private static boolean isOwn(Exchange exchange) {
    String origin = exchange.header("origin");
    String site = exchange.header("sec-fetch-site");
    boolean names = exchange.method().equals("GET") || exchange.header(MARK) != null;
    return names
        && (origin == null || origin.replaceFirst("^https?://", "").equals(exchange.host()))
        && (site == null || site.equals("same-origin") || site.equals("none"));
  }

  private void allowed(Exchange exchange, Runnable step) {
    if (!proper(exchange)) {
      return;
    } else if (!sessions.good(cookie(exchange), time.instant())) {
      refuse(exchange, No.NO_SESSION);
    } else {
      step.run();
    }
  }

  private void asked(Exchange exchange, Step step) {
    allowed(exchange, () -> read(exchange, body -> run(exchange, body, step)));
  }

  /// Hashing takes long on purpose, so that few may do it at a time.
  private void entering(Exchange exchange, Attempts counted, Step step) {
    if (!proper(exchange)) {
      return;
    }
    Address network = network(exchange);
    read(
        exchange,
        body -> {
          if (!counted.allows(network, System.nanoTime())) {
            refuse(exchange, No.TOO_MANY_ATTEMPTS);
          } else if (!hashing.tryAcquire()) {
            refuse(exchange, No.BUSY);
          } else {
            Thread.startVirtualThread(() -> {
              try {
                run(exchange, body, step);
              } finally {
                hashing.release();
              }
            });
          }
        });
  }

  private static void run(Exchange exchange, JsonNode body, Step step) {
    try {
      step.take(exchange, body);
    } catch (IOException | RuntimeException ours) {
      LOG.error("The admin door failed", ours);
      exchange.respond(500, "The server made a mistake; its log says which.");
    }
  }

  private static void read(Exchange exchange, Consumer<JsonNode> then) {
    exchange.body(
        MOST_BYTES,
        bytes -> {
          JsonNode body = json(bytes);
          if (body == null) {
            refuse(exchange, No.BAD_REQUEST);
          } else {
            then.accept(body);
          }
        });
  }

  private static @Nullable JsonNode json(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    try {
      JsonNode body = Json.MAPPER.readTree(text.isEmpty() ? "{}" : text);
      return body.isObject() ? body : null;
    } catch (JacksonException none) {
      return null;
    }
  }

  private static String text(JsonNode body, String name) {
    JsonNode value = body.path(name);
    return value.isString() ? value.asString() : "";
  }

  private static Address network(Exchange exchange) {
    return Address.of(exchange.remote().getAddress().getAddress(), 0).network();
  }

  private static @Nullable String cookie(Exchange exchange) {
    for (String field : exchange.headers().all("cookie")) {
      for (String pair : field.split(";")) {
        String each = pair.strip();
        if (each.startsWith(COOKIE + "=")) {
          return each.substring(COOKIE.length() + 1);
        }
      }
    }
    return null;
  }

  // ---- coming in and going ----------------------------------------------------------------------

  private void byLink(Exchange exchange, JsonNode body) throws IOException {
    String wanted = text(body, "password");
    int length = wanted.codePointCount(0, wanted.length());
    if (length < Password.SHORTEST || length > Password.LONGEST) {
      refuse(exchange, No.SHORT_PASSWORD);
    } else if (!link.redeem(text(body, "token"), time.instant())) {
      refuse(exchange, No.WRONG_LINK);
    } else {
      password.set(wanted);
      sessions.closeAll();
      LOG.info("The password of the admin page was set from {}", exchange.remote().getAddress());
      enter(exchange);
    }
  }

  private void look(Exchange exchange, JsonNode body) throws IOException {
    say(exchange, 200, Map.of("good", link.isGood(text(body, "token"), time.instant())));
  }

  private void byPassword(Exchange exchange, JsonNode body) throws IOException {
    String given = text(body, "password");
    if (given.length() > 2 * Password.LONGEST || !password.is(given)) {
      refuse(exchange, No.WRONG_PASSWORD);
    } else {
      LOG.info("An operator entered from {}", exchange.remote().getAddress());
      enter(exchange);
    }
  }

  private void enter(Exchange exchange) {
    attempts.succeeded(network(exchange));
    say(
        exchange,
        200,
        Map.of(),
        "set-cookie",
        cookie(exchange, sessions.open(time.instant()), cookieSeconds));
  }

  private void session(Exchange exchange) {
    if (proper(exchange)) {
      say(exchange, 200, Map.of("inside", sessions.good(cookie(exchange), time.instant())));
    }
  }

  private void leave(Exchange exchange) {
    String word = cookie(exchange);
    if (word != null) {
      sessions.close(word);
    }
    say(exchange, 200, Map.of(), "set-cookie", cookie(exchange, "", 0));
  }

  private static String cookie(Exchange exchange, String word, long seconds) {
    return COOKIE
        + "="
        + word
        + "; Path=/api/admin; Max-Age="
        + seconds
        + "; HttpOnly; SameSite=Strict"
        + (exchange.secure() ? "; Secure" : "");
  }

  // ---- what operators do ------------------------------------------------------------------------

  private void tell(Exchange exchange) {
    home.execute(() -> {
      try {
        say(exchange, 200, Overview.of(rooms.standing(), hall));
      } catch (RuntimeException ours) {
        LOG.error("The admin door failed", ours);
        exchange.respond(500, "The server made a mistake; its log says which.");
      }
    });
  }

  private void remove(Exchange exchange, JsonNode body) {
    String room = text(body, "room");
    String identity = text(body, "identity");
    home.execute(() -> {
      boolean done = rooms.remove(room, identity, System.nanoTime());
      done(exchange, done);
      if (done) {
        LOG.info("An operator removed somebody from the room {}", room);
      }
    });
  }

  private void end(Exchange exchange, JsonNode body) {
    String room = text(body, "room");
    home.execute(() -> {
      boolean done = rooms.end(room);
      done(exchange, done);
      if (done) {
        LOG.info("An operator ended the room {}", room);
      }
    });
  }

  private static void done(Exchange exchange, boolean done) {
    if (done) {
      say(exchange, 200, Map.of());
    } else {
      refuse(exchange, No.NOT_THERE);
    }
  }

  private static void refuse(Exchange exchange, No why) {
    say(exchange, why.status, Map.of("code", why.code(), "message", why.sentence));
  }

  private static void say(Exchange exchange, int status, Object body, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "cache-control";
    all[headers.length + 1] = "no-store";
    exchange.respond(status, "application/json", Json.MAPPER.writeValueAsBytes(body), all);
  }

  /// Made when it is first needed: most servers start without.
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }

  private static final Logger LOG = LoggerFactory.getLogger(AdminDoor.class);
  private static final String API = "/api/admin/";
  private static final String COOKIE = "madang-admin";
  private static final String MARK = "x-madang-admin";
  private static final int MOST_BYTES = 4096;
}
