package dev.madang.load;

import dev.madang.net.WholeAnswer;
import dev.madang.server.webrtc.ClientSession;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A server's URL of WHIP or WHEP: offers go there, answers come back. Threads that may wait.
final class Endpoint {
  private final HttpClient web;
  private final URI url;
  private final @Nullable String token;
  private final String host;
  private final Runnable turnedAway;

  /// A session that the server has begun.
  ///
  /// @param url null when the server named none
  /// @param counter an offer of the server in place of an answer, to be answered by [#answer]
  record Begun(@Nullable URI url, String description, boolean counter) {}

  /// @param turnedAway runs whenever the server says "429 Too Many Requests"
  /// @throws IOException when its host has no address
  Endpoint(HttpClient web, URI url, @Nullable String token, Runnable turnedAway)
      throws IOException {
    this.web = web;
    this.turnedAway = turnedAway;
    this.token = token;
    InetAddress address = InetAddress.getByName(url.getHost());
    host = address.getHostAddress();
    // A server names the candidate by which it was asked for, when it was asked for by address.
    this.url =
        address.isLoopbackAddress()
            ? URI.create(url.toString().replaceFirst("//localhost", "//127.0.0.1"))
            : url;
  }

  /// The address of this machine that packets to the server leave from.
  InetAddress from() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(host), 9));
      return socket.getLocalAddress();
    }
  }

  /// Offers, as often as the server says "429 Too Many Requests" or that it is not ready, for a
  /// while.
  Begun begin(String offer) throws IOException, InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      HttpResponse<String> answer = send("POST", url, offer);
      int status = answer.statusCode();
      String description = answer.body();
      if (status == 201 || status == 406 && description.startsWith("v=0")) {
        URI session = answer.headers().firstValue("location").map(url::resolve).orElse(null);
        return new Begun(session, ours(description), status == 406);
      }
      // RFC 6585 §4: "MAY include a Retry-After header indicating how long to wait"; without one it
      // is not a matter of waiting.
      boolean soon = answer.headers().firstValue("retry-after").isPresent();
      boolean again = status == 429 && soon || status == 409 || status == 503;
      if (!again || System.nanoTime() - until > 0) {
        throw new IOException(
            url + " answers " + status + " " + description.lines().findFirst().orElse(""));
      }
      if (status == 429) {
        turnedAway.run();
      }
      Thread.sleep(
          answer.headers().firstValue("retry-after").map(Long::parseLong).orElse(1L) * 1000);
    }
  }

  /// What a session's offer is answered with, as the newest drafts of WHEP have it.
  void answer(Begun begun, String answer) throws IOException, InterruptedException {
    URI session = begun.url();
    if (session == null) {
      throw new IOException(url + " offers and says not where to answer");
    }
    HttpResponse<String> taken = send("PATCH", session, answer);
    if (taken.statusCode() / 100 != 2) {
      throw new IOException(session + " answers " + taken.statusCode() + " " + taken.body());
    }
  }

  /// Connects a client that is yet to offer.
  Begun connect(ClientSession client, String offer) throws IOException, InterruptedException {
    Begun begun = begin(offer);
    if (begun.counter()) {
      answer(begun, client.answer(begun.description()));
    } else {
      client.accept(begun.description());
    }
    return begun;
  }

  void end(Begun begun) throws IOException, InterruptedException {
    if (begun.url() != null) {
      send("DELETE", begun.url(), "");
    }
  }

  private HttpResponse<String> send(String method, URI to, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("content-type", "application/sdp");
    }
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return WholeAnswer.of(web, request.build(), PATIENCE);
  }

  /// Without the candidates at other addresses than the URL's, when there is one at that: what is
  /// measured is the way that was asked for.
  private String ours(String description) {
    boolean named = description.lines().anyMatch(this::isOurs);
    StringBuilder kept = new StringBuilder();
    description
        .lines()
        .filter(line -> !named || !line.startsWith(CANDIDATE) || isOurs(line))
        .forEach(line -> kept.append(line).append("\r\n"));
    return kept.toString();
  }

  private boolean isOurs(String line) {
    return line.startsWith(CANDIDATE) && line.contains(" " + host + " ");
  }

  private static final String CANDIDATE = "a=candidate:";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
}
