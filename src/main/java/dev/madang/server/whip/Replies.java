package dev.madang.server.whip;

import dev.madang.room.Ending;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.server.http.Exchange;
import dev.madang.server.signal.Korean;
import java.util.ArrayList;
import java.util.List;

/// How WHIP and WHEP say no, to those whose request prefers it in Korean, and what they say of
/// relays. Any thread.
final class Replies {
  private Replies() {}

  static void refuse(Exchange exchange, Refused why) {
    Refused said = readsKorean(exchange) ? Korean.say(why) : why;
    String text = said.message() + " " + said.help();
    switch (why.code()) {
      case NEEDS_TOKEN, BAD_TOKEN, EXPIRED_TOKEN, EARLY_TOKEN ->
          respond(exchange, 401, text, "www-authenticate", "Bearer");
      case BAD_ROOM_NAME -> respond(exchange, 404, text);
      case ROOM_FULL, TOO_MANY_ROOMS, TOO_MANY_ROOMS_OF_NETWORK ->
          respond(exchange, 503, text, "retry-after", "30");
      default -> respond(exchange, 403, text);
    }
  }

  static void refuse(Exchange exchange, Refusal why) {
    refuse(exchange, why.refused());
  }

  /// What was asked for is over before it began.
  static void end(Exchange exchange, Ended why) {
    Ended said = readsKorean(exchange) ? Korean.say(why) : why;
    int status = why.code() == Ending.REMOVED ? 403 : 409;
    respond(exchange, status, said.message() + " " + said.help());
  }

  /// A host, or the room, ended what was here.
  ///
  /// @param shut whether the room lets no new ones in now: a removal turns its lobby on
  static void over(Exchange exchange, Ended why, boolean shut) {
    boolean korean = readsKorean(exchange);
    Ended said = korean ? Korean.say(why) : why;
    Refused closed = Refusal.NO_KNOCKING.refused();
    Refused next = korean ? Korean.say(closed) : closed;
    String help =
        why.code() == Ending.REMOVED && shut ? next.message() + " " + next.help() : said.help();
    respond(exchange, 410, said.message() + " " + help);
  }

  static void full(Exchange exchange) {
    say(
        exchange,
        503,
        "As many people are connected as may be: try again.",
        "이미 최대한 많은 사람이 연결되어 있습니다. 잠시 뒤에 다시 시도하세요.",
        "retry-after",
        "30");
  }

  static void nobody(Exchange exchange) {
    say(
        exchange,
        409,
        "Nobody sends in this room yet: try again.",
        "이 방에는 아직 보내는 사람이 없습니다. 잠시 뒤에 다시 시도하세요.",
        "retry-after",
        "3");
  }

  static void tooMany(Exchange exchange) {
    say(
        exchange,
        429,
        "Too many sessions from your network: wait a moment.",
        "같은 네트워크에서 너무 자주 시작합니다. 잠깐 기다리세요.",
        "retry-after",
        "5");
  }

  static void tooManyRestarts(Exchange exchange) {
    say(
        exchange,
        429,
        "ICE is restarted too often: wait a second.",
        "ICE를 너무 자주 다시 시작합니다. 1초 기다리세요.",
        "retry-after",
        "1");
  }

  static void crowded(Exchange exchange, int most) {
    say(
        exchange,
        429,
        "%d programs send into this room by this token or from this network already: end one first."
            .formatted(most),
        "이 토큰이나 네트워크로 이미 프로그램 %d개가 이 방에 보내고 있습니다. 먼저 하나를 끝내세요.".formatted(most));
  }

  static void notAll(Exchange exchange) {
    say(
        exchange,
        422,
        "Not everything in this offer can be received here.",
        "제안에 이 서버가 받을 수 없는 것이 있습니다.");
  }

  static void noSession(Exchange exchange) {
    say(
        exchange,
        404,
        "There is no such session here: it ended, or never was.",
        "그런 연결이 없습니다. 끝났거나 처음부터 없었습니다.");
  }

  private static void say(
      Exchange exchange, int status, String english, String korean, String... headers) {
    respond(exchange, status, readsKorean(exchange) ? korean : english, headers);
  }

  private static void respond(Exchange exchange, int status, String text, String... headers) {
    exchange.respond(status, TEXT, text + "\n", headers);
  }

  private static boolean readsKorean(Exchange exchange) {
    return Korean.isFirstIn(exchange.header("accept-language"));
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
