package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Bad inputs, classes 67 and 72: frames that break RFC 6455, floods, bombs, and readers that do
/// not read.
class WebSocketBadInputTest {
  private static final TcpLoops LOOPS = new TcpLoops(1);
  private static final AtomicReference<WebSocket> LATEST = new AtomicReference<>();
  private static final AtomicInteger CODE = new AtomicInteger();
  private static HttpDoor door;

  @BeforeAll
  static void open() {
    WebSocketOptions plain =
        WebSocketOptions.defaults()
            .withMaxMessage(100_000)
            .withMaxFragments(100)
            .withMaxQueued(1_000_000);
    Router router =
        new Router()
            .get("/ws", exchange -> exchange.upgrade(plain, WebSocketBadInputTest::echo))
            .get(
                "/deflate",
                exchange -> exchange.upgrade(plain.withDeflate(true), WebSocketBadInputTest::echo));
    door = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), LOOPS, router);
  }

  private static void echo(WebSocket socket) {
    LATEST.set(socket);
    socket.onText(socket::send);
    socket.onBinary(bytes -> socket.sendBinary(bytes.retainedDuplicate()));
    socket.onClose((code, _) -> CODE.set(code));
  }

  @AfterAll
  static void close() {
    door.close();
    assertThat(door.connections()).isZero();
    LOOPS.close();
  }

  @Test
  void failsAnUnmaskedFrame() {
    failsWith(1002, new byte[] {(byte) 0x81, 1, 'a'});
  }

  @Test
  void failsReservedBitsThatNobodyNegotiated() {
    failsWith(1002, RawClient.frame(0xC1, bytes("a")));
    failsWith(1002, RawClient.frame(0xA1, bytes("a")));
    failsWith(1002, RawClient.frame(0x91, bytes("a")));
  }

  @Test
  void failsReservedOpcodes() {
    for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
      failsWith(1002, RawClient.frame(0x80 | opcode, bytes("a")));
    }
  }

  @Test
  void failsControlFramesThatAreLongOrFragmented() {
    failsWith(1002, RawClient.frame(0x89, new byte[126]));
    failsWith(1002, RawClient.frame(0x09, bytes("a")));
    failsWith(1002, RawClient.frame(0x08, new byte[] {3, (byte) 0xE8}));
  }

  @Test
  void failsContinuationsOfNothingAndMessagesInsideMessages() {
    failsWith(1002, RawClient.frame(0x80, bytes("a")));
    failsWith(1002, RawClient.frame(0x01, bytes("a")), RawClient.frame(0x81, bytes("b")));
  }

  @Test
  void failsAMillionFragmentsOfOneByteEarly() {
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    many.writeBytes(RawClient.frame(0x01, bytes("a")));
    for (int i = 0; i < 10_000; i++) {
      many.writeBytes(RawClient.frame(0x00, bytes("a")));
    }
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      client.sendUntilRefused(many.toByteArray(), 100);
      assertThat(client.isClosed()).isTrue();
    }
    await().until(() -> CODE.get() == 1008);
    failsWith(1008, Arrays.copyOf(many.toByteArray(), 101 * 7 + 7));
  }

  @Test
  void failsLengthsOfTwoToTheSixtyThirdAndBeyondTheLimit() {
    failsWith(1009, new byte[] {(byte) 0x82, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0});
    failsWith(1009, new byte[] {(byte) 0x82, -1, 0x7F, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0});
    failsWith(1009, Arrays.copyOf(RawClient.frame(0x82, new byte[100_001]), 20));
    failsWith(
        1009, RawClient.frame(0x02, new byte[60_000]), RawClient.frame(0x80, new byte[50_000]));
    // RFC 6455, 5.2: the fewest bytes.
    failsWith(1002, new byte[] {(byte) 0x82, (byte) 0xFE, 0, 5, 0, 0, 0, 0, 1, 2, 3, 4, 5});
  }

  @Test
  void takesAMessageOfExactlyTheLimitInFragmentsWithAPingBetween() {
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      byte[] half = new byte[50_000];
      Arrays.fill(half, (byte) 'é');
      client.send(RawClient.frame(0x02, half));
      client.send(RawClient.frame(0x89, bytes("p")));
      client.send(RawClient.frame(0x80, half));
      assertThat(client.frame().opcode()).isEqualTo(FrameReader.PONG);
      assertThat(client.frame().payload()).hasSize(100_000);
    }
  }

  @Test
  void failsTextThatIsNotUtf8AlsoWhenSplitAcrossFrames() {
    failsWith(1007, RawClient.frame(0x81, new byte[] {'a', (byte) 0xC3, 0x28}));
    failsWith(1007, RawClient.frame(0x81, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}));
    failsWith(1007, RawClient.frame(0x81, new byte[] {(byte) 0xC0, (byte) 0xAF}));
    failsWith(1007, RawClient.frame(0x81, new byte[] {(byte) 0xF4, (byte) 0x90, -128, -128}));
    failsWith(
        1007,
        RawClient.frame(0x01, new byte[] {(byte) 0xE2, (byte) 0x82}),
        RawClient.frame(0x80, new byte[] {'x'}));
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      client.send(RawClient.frame(0x01, new byte[] {(byte) 0xE2, (byte) 0x82}));
      client.send(RawClient.frame(0x80, new byte[] {(byte) 0xAC}));
      assertThat(client.frame().text()).isEqualTo("€");
    }
  }

  @Test
  void failsCloseCodesThatMayNotBeSent() {
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
      failsWith(1002, RawClient.frame(0x88, new byte[] {(byte) (code >> 8), (byte) code}));
    }
    failsWith(1002, RawClient.frame(0x88, new byte[] {3}));
    failsWith(1007, RawClient.frame(0x88, new byte[] {3, (byte) 0xE8, (byte) 0xFF}));
    for (int code : new int[] {1000, 1001, 1003, 1011, 3000, 4999}) {
      failsWith(code, RawClient.frame(0x88, new byte[] {(byte) (code >> 8), (byte) code}));
    }
    failsWith(1000, RawClient.frame(0x88, new byte[0]));
  }

  @Test
  void failsAFloodOfPings() {
    ByteArrayOutputStream flood = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      flood.writeBytes(RawClient.frame(0x89, bytes("p")));
    }
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      client.sendUntilRefused(flood.toByteArray(), 1);
      Frame last = client.frame();
      while (last.opcode() == FrameReader.PONG) {
        last = client.frame();
      }
      assertThat(last.closeCode()).isEqualTo(1008);
    }
  }

  @Test
  void inflatesWithinTheLimitAndFailsABomb() {
    String offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    try (RawClient client = new RawClient(door.port()).upgrade("/deflate", offer)) {
      byte[] text = bytes("hello ".repeat(1000));
      for (int i = 0; i < 3; i++) {
        client.send(RawClient.frame(0xC1, deflate(text)));
        Frame frame = client.frame();
        assertThat(frame.first()).isEqualTo(0xC1);
        assertThat(frame.payload().length).isLessThan(200);
      }
      client.text("plain is allowed too");
      assertThat(client.frame().text()).isEqualTo("plain is allowed too");
      client.send(RawClient.frame(0xC2, deflate(new byte[50_000_000])));
      assertThat(client.frame().closeCode()).isEqualTo(1009);
    }
    try (RawClient client = new RawClient(door.port()).upgrade("/deflate", offer)) {
      client.send(RawClient.frame(0xC1, bytes("not deflated")));
      assertThat(client.frame().closeCode()).isEqualTo(1007);
    }
  }

  @Test
  void keepsNoContextBetweenMessagesAndDeclinesWindowsItCannotHave() {
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          RawClient.handshake("/deflate", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
      assertThat(client.answer().headers().get("sec-websocket-extensions"))
          .contains("server_no_context_takeover")
          .contains("client_no_context_takeover");
    }
    for (String offer :
        new String[] {"permessage-deflate; server_max_window_bits=9", "x-webkit-deflate-frame"}) {
      try (RawClient client = new RawClient(door.port())) {
        client.send(RawClient.handshake("/deflate", "Sec-WebSocket-Extensions: " + offer + "\r\n"));
        assertThat(client.answer().headers()).doesNotContainKey("sec-websocket-extensions");
        client.text("plain");
        assertThat(client.frame().text()).isEqualTo("plain");
      }
    }
  }

  @Test
  void endsAReaderThatDoesNotReadAndHoldsNoMoreForItThanAllowed() {
    CODE.set(0);
    LATEST.set(null);
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      WebSocket socket = await().until(LATEST::get, each -> each != null);
      ByteBuf frame = WebSocket.encodeBinary(Unpooled.wrappedBuffer(new byte[100_000]));
      AtomicInteger most = new AtomicInteger();
      socket
          .loop()
          .execute(() -> {
            for (int i = 0; i < 1000 && socket.open(); i++) {
              socket.sendEncoded(frame);
              most.accumulateAndGet((int) socket.bytesQueued(), Math::max);
            }
          });
      await().until(() -> CODE.get() == 1008);
      assertThat(most.get()).isLessThan(1_200_000);
      assertThat(client.isClosed()).isTrue();
      await().until(() -> frame.refCnt() == 1);
      frame.release();
    }
  }

  @Test
  void endsAConnectionThatDoesNotAnswerAGoodbye() {
    LATEST.set(null);
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      WebSocket socket = await().until(LATEST::get, each -> each != null);
      socket.loop().execute(() -> socket.close(1001, "x".repeat(200) + "é".repeat(100)));
      assertThat(client.frame().payload().length).isLessThanOrEqualTo(125);
      assertThat(client.isClosed()).isTrue();
    }
  }

  private static void failsWith(int code, byte[]... frames) {
    try (RawClient client = new RawClient(door.port()).upgrade("/ws")) {
      for (byte[] frame : frames) {
        client.sendUntilRefused(frame, 1);
      }
      Frame answer = client.frame();
      assertThat(answer.opcode()).isEqualTo(FrameReader.CLOSE);
      assertThat(answer.closeCode()).isEqualTo(code);
      client.sendUntilRefused(RawClient.frame(0x88, new byte[] {3, (byte) 0xE8}), 1);
      assertThat(client.isClosed()).isTrue();
    }
  }

  private static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(bytes);
    byte[] out = new byte[bytes.length / 100 + 1000];
    int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, size - 4);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
