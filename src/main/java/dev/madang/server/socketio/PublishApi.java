package dev.madang.server.socketio;

import dev.madang.chat.Namespace;
import dev.madang.chat.SocketServer;
import dev.madang.protocol.socketio.JsonReader;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Emits events on behalf of other programs:
///
/// ```
///   POST /api/rooms/<room>/<event>?namespace=/chat     to a room (its name may have slashes)
///   POST /api/events/<event>?namespace=/chat           to a whole namespace
///   Authorization: Bearer <key>
///   ["the", "arguments"]                               or one JSON value; nothing means none
/// ```
///
/// Without `namespace` it is the main one. Answers `{"sockets":N}`: how many the event went to.
final class PublishApi {
  private final SocketIoDoor door;
  private final byte @Nullable [] key;
  private final int maxPayload;
  private final JsonReader json;

  PublishApi(SocketIoDoor door, @Nullable String key, int maxPayload) {
    this.door = door;
    this.key = key == null || key.isEmpty() ? null : key.getBytes(StandardCharsets.UTF_8);
    this.maxPayload = maxPayload;
    this.json = new JsonReader(32, maxPayload);
  }

  void open(Router router) {
    router.prefix("POST", ROOMS, this::toRoom);
    router.prefix("POST", EVENTS, this::toAll);
  }

  private void toRoom(Exchange exchange) {
    String rest = exchange.path().substring(ROOMS.length());
    int slash = rest.lastIndexOf('/');
    if (slash < 1) {
      exchange.respond(404, "Write it /api/rooms/<room>/<event>.");
    } else {
      publish(exchange, rest.substring(0, slash), rest.substring(slash + 1));
    }
  }

  private void toAll(Exchange exchange) {
    publish(exchange, null, exchange.path().substring(EVENTS.length()));
  }

  private void publish(Exchange exchange, @Nullable String room, String event) {
    if (!authorized(exchange.bearer())) {
      exchange.respond(
          401,
          "text/plain; charset=utf-8",
          "The API key is missing or wrong.\n",
          "www-authenticate",
          "Bearer");
      return;
    }
    if (event.isEmpty()) {
      exchange.respond(404, "An event has a name.");
      return;
    }
    exchange.body(
        maxPayload,
        body -> {
          List<@Nullable Object> args = args(body.toString(StandardCharsets.UTF_8));
          door.execute(() -> emit(exchange, room, event, args));
        });
  }

  private void emit(
      Exchange exchange, @Nullable String room, String event, List<@Nullable Object> args) {
    SocketServer io = door.io();
    String name = exchange.query("namespace") == null ? "/" : exchange.query("namespace");
    Namespace namespace = io.namespace(name);
    if (namespace == null) {
      exchange.respond(404, "There is no such namespace.");
      return;
    }
    try {
      int sockets = room == null ? namespace.count() : namespace.in(room).fetchSockets().size();
      if (room == null) {
        namespace.emit(event, args.toArray());
      } else {
        namespace.in(room).emit(event, args.toArray());
      }
      exchange.respond(200, "application/json", "{\"sockets\":" + sockets + "}");
    } catch (IllegalArgumentException reserved) {
      exchange.respond(400, "This event name is reserved.");
    }
  }

  @SuppressWarnings("unchecked")
  private List<@Nullable Object> args(String body) {
    if (body.isBlank()) {
      return List.of();
    }
    Object value = json.read(body);
    return value instanceof List<?> list
        ? (List<@Nullable Object>) list
        : java.util.Collections.singletonList(value);
  }

  private boolean authorized(@Nullable String said) {
    return key != null
        && said != null
        && MessageDigest.isEqual(key, said.getBytes(StandardCharsets.UTF_8));
  }

  private static final String ROOMS = "/api/rooms/";
  private static final String EVENTS = "/api/events/";
}
