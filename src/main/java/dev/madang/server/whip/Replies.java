package dev.madang.server.whip;

import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.server.http.Exchange;
import java.util.ArrayList;
import java.util.List;

/// How WHIP and WHEP say no, and what they say of relays. Any thread.
final class Replies {
  private Replies() {}

  static void refuse(Exchange exchange, Refused why) {
    switch (why.code()) {
      case NEEDS_TOKEN, BAD_TOKEN, EXPIRED_TOKEN, EARLY_TOKEN ->
          say(exchange, 401, why.message(), why.help(), "www-authenticate", "Bearer");
      case BAD_ROOM_NAME -> say(exchange, 404, why.message(), why.help());
      case ROOM_FULL, TOO_MANY_ROOMS, TOO_MANY_ROOMS_OF_NETWORK ->
          say(exchange, 503, why.message(), why.help(), "retry-after", "30");
      default -> say(exchange, 403, why.message(), why.help());
    }
  }

  static void refuse(Exchange exchange, Refusal why) {
    refuse(exchange, why.refused());
  }

  static void full(Exchange exchange) {
    say(
        exchange,
        503,
        "As many people are connected as may be:",
        "try again.",
        "retry-after",
        "30");
  }

  static void nobody(Exchange exchange) {
    say(exchange, 409, "Nobody sends in this room yet:", "try again.", "retry-after", "3");
  }

  static void noSession(Exchange exchange) {
    say(exchange, 404, "There is no such session here:", "it ended, or never was.");
  }

  static void say(Exchange exchange, int status, String message, String help, String... headers) {
    exchange.respond(status, TEXT, message + " " + help + "\n", headers);
  }

  /// RFC 9725 §4.6.
  static List<String> links(List<IceServer> servers) {
    List<String> headers = new ArrayList<>();
    for (IceServer server : servers) {
      for (String url : server.urls()) {
        headers.addAll(List.of("link", link(url, server)));
      }
    }
    return headers;
  }

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

  static final String TEXT = "text/plain; charset=utf-8";
}
