package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Bad inputs, class 66: requests that are slow, huge, or mean two things at once.
// Lines end with CR LF on this wire, which a text block cannot show.
@SuppressWarnings("StringConcatToTextBlock")
class HttpBadInputTest {
  private static final TcpLoops LOOPS = new TcpLoops(2);
  private static HttpDoor door;

  @BeforeAll
  static void open() {
    Router router =
        new Router()
            .get("/hello", exchange -> exchange.respond(200, "hello " + exchange.host()))
            .get("/admin", exchange -> exchange.respond(200, "SMUGGLED"))
            .post(
                "/echo",
                exchange -> exchange.body(1000, body -> exchange.respond(200, null, body.retain())))
            .post("/ignore", exchange -> exchange.respond(200, "ignored"))
            .get(
                "/ws",
                exchange ->
                    exchange.upgrade(
                        WebSocketOptions.defaults(), socket -> socket.onText(socket::send)))
            .get("/big", exchange -> exchange.respond(200, null, new byte[4_000_000]));
    HttpDoor.Limits limits =
        new HttpDoor.Limits(
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            1,
            Duration.ofMillis(700),
            Duration.ofMillis(600),
            16 * 1024,
            100,
            0,
            0);
    door = HttpDoor.open(config(limits), LOOPS, router);
  }

  static HttpDoor.Config config(HttpDoor.Limits limits) {
    return new HttpDoor.Config(
        "127.0.0.1", 0, List.of(), List.of(), List.of(), List.of(), Tls.Config.defaults(), limits);
  }

  @AfterAll
  static void close() {
    door.close();
    assertThat(door.connections()).isZero();
    LOOPS.close();
  }

  @Test
  void endsSlowlorisHeaders() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nX-A: ");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void endsAConnectionThatNeverSpeaksAndOneThatStopsSpeaking() {
    try (RawClient silent = new RawClient(door.port());
        RawClient idle = new RawClient(door.port())) {
      idle.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").answer();
      assertThat(silent.isClosed()).isTrue();
      assertThat(idle.isClosed()).isTrue();
    }
  }

  @Test
  void endsASlowBody() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx");
      assertThat(client.answer().status()).isEqualTo(408);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void endsABodyThatBeganFastAndThenStops() {
    for (String body : List.of("x".repeat(99), "32\r\n" + "x".repeat(50) + "\r\n1")) {
      String length = body.contains("\r") ? "Transfer-Encoding: chunked" : "Content-Length: 100";
      try (RawClient client = new RawClient(door.port())) {
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n\r\n" + body);
        assertThat(client.answer().status()).isEqualTo(408);
        assertThat(client.isClosed()).isTrue();
      }
    }
  }

  @Test
  void endsAClientThatDoesNotReadItsAnswer() {
    try (RawClient client = new RawClient(door.port())) {
      client.sendUntilRefused(
          "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 50);
      // Nothing is read until the door has given up.
      await().until(() -> door.connections() == 0);
    }
  }

  @Test
  void refusesHundredKilobytesOfHeaders() {
    refuses(
        431, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX-A: " + "x".repeat(100_000) + "\r\n\r\n");
    refuses(431, "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  @Test
  void refusesTooManyHeaders() {
    refuses(431, "GET /hello HTTP/1.1\r\nHost: localhost\r\n" + "A: b\r\n".repeat(101) + "\r\n");
  }

  @Test
  void refusesALengthAndAnEncodingThatContradictEachOther() {
    refuses(
        400,
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(
        400,
        "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    for (String encoding : List.of("xchunked", "chunked, gzip", "gzip", "\"chunked\"", "")) {
      refuses(
          501,
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
              + encoding
              + "\r\n\r\n0\r\n\r\n");
    }
    refuses(
        501,
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }

  @Test
  void refusesLengthsThatAreNone() {
    for (String length :
        List.of(
            "-1",
            "+5",
            "5 5",
            "5,5",
            "0x5",
            "",
            "٥",
            "99999999999999999999",
            "5\r\nContent-Length: 6",
            "5\r\nContent-Length: 5")) {
      refuses(
          400,
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\nabcde");
    }
  }

  @Test
  void refusesHeadersThatTwoParsersReadInTwoWays() {
    for (String field :
        List.of(
            "Content-Length : 5",
            " Content-Length: 5",
            "A: b\r\n folded",
            "A: b\nContent-Length: 5",
            "A: b\rContent-Length: 5",
            "A: b\0c",
            "A b: c",
            ": empty",
            "no colon",
            "Transfer-Encoding\u000B: chunked")) {
      refuses(400, "GET /hello HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n\r\n");
    }
    refuses(400, "GET /hello HTTP/1.1\nHost: a\n\n\r\n\r\n");
    refuses(400, "GET  /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /hello HTTP/1.1 \r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /hel\tlo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /%c3%28 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(505, "GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n");
    refuses(505, "GET /hello HTTP/1.2\r\nHost: localhost\r\n\r\n");
    refuses(501, "TRACE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(501, "CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  @Test
  void refusesANameThatIsNotOursSinceItsPageMayHavePointedItHere() {
    refuses(421, "GET /hello HTTP/1.1\r\nHost: evil.example:7700\r\n\r\n");
    refuses(
        421,
        RawClient.handshake("/ws", "")
            .replace("Host: localhost", "Host: evil.example\r\nOrigin: http://evil.example"));
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      assertThat(client.answer().text())
          .isEqualTo(
              "This server does not answer to the name evil.example: if people reach it by that"
                  + " name, set url, or add it to http.hosts.\n");
    }
  }

  @Test
  void refusesAddressesAndHostsThatContradictEachOther() {
    refuses(400, "GET http://evil.com/hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /hello HTTP/1.1\r\n\r\n");
    refuses(400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n");
    refuses(400, "GET /hello HTTP/1.1\r\nHost: a/evil\r\n\r\n");
    refuses(400, "GET gopher://a/hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refuses(400, "GET hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET http://localhost/hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("hello localhost\n");
    }
  }

  @Test
  void refusesChunksThatLie() {
    for (String chunks :
        List.of(
            "x\r\n",
            "-1\r\n",
            "0x5\r\n",
            "5 5\r\n",
            "\r\n",
            "FFFFFFFFF\r\n",
            "3\r\nabcdef\r\n0\r\n\r\n",
            "3\nabc\n0\n\n",
            "3;" + "x".repeat(600) + "\r\n",
            "1;" + "x".repeat(5) + "\0\r\n",
            "0\r\n" + "a: b\r\n".repeat(40) + "\r\n")) {
      try (RawClient client = new RawClient(door.port())) {
        client.send(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks);
        assertThat(client.answer().status()).as(chunks).isIn(400, 431);
        assertThat(client.isClosed()).isTrue();
      }
    }
  }

  @Test
  void boundsChunkExtensionsAndTheirSum() {
    String extended = ("1;" + "x".repeat(400) + "\r\na\r\n").repeat(20);
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + extended);
      assertThat(client.answer().status()).isEqualTo(400);
    }
  }

  @Test
  void refusesAChunkedBodyThatIsTooLarge() {
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + ("64\r\n" + "y".repeat(100) + "\r\n").repeat(11));
      assertThat(client.answer().status()).isEqualTo(413);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void skipsABodyThatNobodyWantedWithoutReadingItAsARequest() {
    try (RawClient client = new RawClient(door.port())) {
      String body = "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n";
      client.send(
          "POST /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body
              + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("ignored\n");
      assertThat(client.answer().text()).isEqualTo("hello localhost\n");
    }
  }

  @Test
  void readsBytesBehindAnUpgradeAsFramesAndNeverAsARequest() {
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          RawClient.handshake("/ws", "") + "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(101);
      assertThat(client.frame().closeCode()).isEqualTo(1002);
      assertThat(client.isClosed()).isTrue();
    }
    try (RawClient client = new RawClient(door.port())) {
      // Refused upgrades leave plain HTTP behind.
      client.send(
          RawClient.handshake("/hello", "") + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("hello localhost\n");
      assertThat(client.answer().text()).isEqualTo("hello localhost\n");
    }
  }

  @Test
  void refusesHandshakesThatAreNone() {
    for (String odd :
        List.of(
            RawClient.handshake("/ws", "").replace("Version: 13", "Version: 8"),
            RawClient.handshake("/ws", "").replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="),
            RawClient.handshake("/ws", "").replace("dGhlIHNhbXBsZSBub25jZQ==", "!"),
            RawClient.handshake("/ws", "").replace("Connection: Upgrade", "Connection: close"),
            RawClient.handshake("/ws", "Content-Length: 3\r\n"),
            "GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      try (RawClient client = new RawClient(door.port())) {
        assertThat(client.send(odd).answer().status()).as(odd).isIn(400, 426);
      }
    }
  }

  private static void refuses(int status, String request) {
    try (RawClient client = new RawClient(door.port())) {
      client.sendUntilRefused(request.getBytes(StandardCharsets.ISO_8859_1), 1);
      Answer answer = client.answer();
      assertThat(answer.status()).as(request).isEqualTo(status);
      assertThat(answer.text()).doesNotContain("SMUGGLED");
      assertThat(client.isClosed()).isTrue();
    }
  }
}
