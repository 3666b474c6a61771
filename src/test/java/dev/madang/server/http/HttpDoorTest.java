package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Answer;
import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

// Lines end with CR LF on this wire, which a text block cannot show.
@SuppressWarnings("StringConcatToTextBlock")
class HttpDoorTest {
  private static final TcpLoops LOOPS = new TcpLoops(2);
  private static final CountDownLatch GONE = new CountDownLatch(1);
  private static final CountDownLatch WAITS = new CountDownLatch(1);
  private static HttpDoor door;

  @BeforeAll
  static void open() {
    Router router =
        new Router()
            .get("/hello", exchange -> exchange.respond(200, "hello"))
            .get("/query", exchange -> exchange.respond(200, exchange.path() + exchange.query("q")))
            .post(
                "/echo",
                exchange ->
                    exchange.body(
                        100_000,
                        body -> exchange.respond(200, "text/plain", body.retainedDuplicate())))
            .post(
                "/later",
                exchange ->
                    Thread.startVirtualThread(() ->
                        exchange
                            .loop()
                            .execute(() ->
                                exchange.body(
                                    100,
                                    body ->
                                        exchange.respond(
                                            200, body.toString(StandardCharsets.UTF_8))))))
            .get(
                "/home",
                exchange ->
                    exchange.moveTo(
                        LOOPS.home(),
                        () ->
                            exchange.respond(
                                200, LOOPS.home().inEventLoop() ? "at home" : "abroad")))
            .get(
                "/wait",
                exchange -> {
                  exchange.onGone(GONE::countDown);
                  WAITS.countDown();
                })
            .get(
                "/throws",
                exchange -> {
                  throw new ProtocolException("That was wrong.");
                })
            .get(
                "/ws",
                exchange ->
                    exchange.moveTo(
                        LOOPS.home(),
                        () ->
                            exchange.upgrade(
                                WebSocketOptions.defaults(),
                                socket -> {
                                  socket.onText(socket::send);
                                  socket.onBinary(
                                      bytes -> socket.sendBinary(bytes.retainedDuplicate()));
                                })))
            .prefix("/deep/", exchange -> exchange.respond(200, "prefix"))
            .prefix("GET", "/deep/er/", exchange -> exchange.respond(200, "longer prefix"));
    door = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), LOOPS, router);
  }

  @AfterAll
  static void close() {
    door.close();
    assertThat(door.connections()).isZero();
    LOOPS.close();
  }

  @Test
  void answersTwoRequestsOnOneConnection() {
    try (RawClient client = new RawClient(door.port())) {
      for (int i = 0; i < 2; i++) {
        Answer answer = client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello\n");
        assertThat(answer.headers()).containsKey("date");
      }
    }
  }

  @Test
  void answersPipelinedRequestsInOrder() {
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          "POST /later HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nfirst"
              + "GET /query?q=%C3%A9+1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n"
              + "GET /home HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("first\n");
      assertThat(client.answer().text()).isEqualTo("/queryé 1\n");
      assertThat(client.answer().text()).isEqualTo("abcde");
      assertThat(client.answer().text()).isEqualTo("at home\n");
      assertThat(client.answer().text()).isEqualTo("hello\n");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void closesAfterAnAnswerToHttp10() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      assertThat(client.answer().headers()).containsEntry("connection", "close");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void readsARequestThatComesByteByByte() {
    try (RawClient client = new RawClient(door.port())) {
      String request =
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
      for (byte each : request.getBytes(StandardCharsets.US_ASCII)) {
        client.send(each);
      }
      assertThat(client.answer().text()).isEqualTo("abc");
    }
  }

  @Test
  void answersALargeBodyWhole() {
    String body = "0123456789".repeat(9_000);
    try (RawClient client = new RawClient(door.port())) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n" + body);
      assertThat(client.answer().text()).isEqualTo(body);
    }
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\n\r\n");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void asksForABodyThatWaitsToBeAskedFor() {
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(100);
      assertThat(client.send("ok").answer().text()).isEqualTo("ok");
    }
  }

  @Test
  void routesByTheLongestPrefixAndNamesTheMethodsAPathKnows() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("PUT /deep/er/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("prefix\n");
      client.send("GET /deep/er/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("longer prefix\n");
      client.send("PUT /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.headers()).containsEntry("allow", "GET, HEAD, OPTIONS");
      client.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(404);
      client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      answer = client.answer(false);
      assertThat(answer.headers()).containsEntry("content-length", "6");
      client.send("GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
      answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).isEqualTo("That was wrong.\n");
    }
  }

  @Test
  void tellsTheHandlerWhenTheFarEndLeaves() throws InterruptedException {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
      WAITS.await();
    }
    GONE.await();
  }

  @Test
  void echoesTextAndBinaryOverAWebSocketThatWasMovedHome() {
    try (RawClient client = new RawClient(door.port())) {
      // The first frame is sent with the handshake: what was read already moves along.
      client.send(RawClient.handshake("/ws", ""));
      client.text("héllo");
      assertThat(client.answer().headers())
          .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(client.frame().text()).isEqualTo("héllo");
      byte[] big = new byte[70_000];
      big[69_999] = 7;
      assertThat(client.send(RawClient.frame(0x82, big)).frame().payload()).isEqualTo(big);
      client.send(RawClient.frame(0x89, new byte[] {1, 2}));
      assertThat(client.frame().opcode()).isEqualTo(FrameReader.PONG);
      client.send(RawClient.frame(0x88, new byte[] {3, (byte) 0xE8}));
      assertThat(client.frame().closeCode()).isEqualTo(1000);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void sendsOneEncodedFrameToMany() {
    AtomicReference<WebSocket> opened = new AtomicReference<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    Router router =
        new Router()
            .get(
                "/ws",
                exchange ->
                    exchange.upgrade(
                        WebSocketOptions.defaults(),
                        socket -> {
                          socket.onClose((code, _) -> closed.complete(code));
                          opened.set(socket);
                        }));
    HttpDoor.Config config = HttpDoor.Config.defaults().withPort(0);
    try (HttpDoor other = HttpDoor.open(config, LOOPS, router);
        RawClient client = new RawClient(other.port()).upgrade("/ws")) {
      WebSocket socket = await().until(opened::get, each -> each != null);
      ByteBuf text = WebSocket.encodeText("to all");
      ByteBuf binary = WebSocket.encodeBinary(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
      socket
          .loop()
          .execute(() -> {
            socket.sendEncoded(text);
            socket.sendEncoded(text);
            socket.sendEncoded(binary);
            socket.close(4000, "done");
          });
      assertThat(client.frame().text()).isEqualTo("to all");
      assertThat(client.frame().text()).isEqualTo("to all");
      assertThat(client.frame().payload()).containsExactly(1, 2, 3);
      assertThat(client.frame().closeCode()).isEqualTo(4000);
      client.send(RawClient.frame(0x88, new byte[] {0x0F, (byte) 0xA0}));
      assertThat(client.isClosed()).isTrue();
      assertThat(closed.join()).isEqualTo(4000);
      await().until(() -> text.refCnt() == 1);
      text.release();
      binary.release();
    }
  }
}
