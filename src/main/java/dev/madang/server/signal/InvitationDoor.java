package dev.madang.server.signal;

import dev.madang.room.Grant;
import dev.madang.room.Limits.Rate;
import dev.madang.room.NetworkPaces;
import dev.madang.room.Refusal;
import dev.madang.room.Rooms;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.Router;
import dev.madang.wire.Address;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// `GET /api/invitation?room=NAME`, with a token as Bearer: whether it would let in, told before
/// anybody has given a name, in the words of a refusal and as often as one may try to join. Lives
/// on `home`.
final class InvitationDoor {
  private final Grants grants;
  private final boolean open;
  private final Rooms rooms;
  private final Executor home;
  private final InstantSource time;

  /// A page that asks takes nothing of what its person may join.
  private final NetworkPaces paces;

  /// @param open whether one comes in without a token
  /// @param asks of one network
  InvitationDoor(
      Grants grants, boolean open, Rate asks, Rooms rooms, Executor home, InstantSource time) {
    this.grants = grants;
    this.open = open;
    this.rooms = rooms;
    this.home = home;
    this.time = time;
    paces = new NetworkPaces(asks);
  }

  /// Before the router is in use.
  void addTo(Router router) {
    router.get(
        "/api/invitation",
        exchange -> {
          String room = Objects.requireNonNullElse(exchange.query("room"), "");
          String token = exchange.bearer();
          Address address = Address.of(exchange.remote().getAddress().getAddress(), 0);
          home.execute(() -> {
            boolean may = paces.allows(address, System.nanoTime());
            tell(exchange, may ? refuses(token, room) : Refusal.TOO_MANY_JOINS);
          });
        });
  }

  private @Nullable Refusal refuses(@Nullable String token, String room) {
    if (token == null) {
      return open ? null : Refusal.NEEDS_TOKEN;
    }
    return switch (grants.check(token, room, time.instant())) {
      case Grants.Checked.Bad(Refusal why) -> why;
      case Grants.Checked.Good(Grant grant) ->
          grant.expired() && !rooms.keepsPlace(room, grant) ? Refusal.EXPIRED_TOKEN : null;
    };
  }

  private static void tell(Exchange exchange, @Nullable Refusal refusal) {
    Answer answer = refusal == null ? new Done() : refusal.refused();
    if (answer instanceof Refused refused && Korean.isFirstIn(exchange.header("accept-language"))) {
      answer = Korean.say(refused);
    }
    exchange.respond(
        refusal == Refusal.TOO_MANY_JOINS ? 429 : 200,
        "application/json",
        Json.MAPPER.writeValueAsBytes(SignalJson.write(answer)),
        "cache-control",
        "no-store");
  }

  /// Made when it is first needed: not every server is asked.
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
