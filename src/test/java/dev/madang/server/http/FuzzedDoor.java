package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A live door under rubbish. Its allocator counts to the byte, so that nothing can leak unseen.
final class FuzzedDoor implements AutoCloseable {
  final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final TcpLoops loops = new TcpLoops(2);
  private final HttpDoor door;

  FuzzedDoor(@Nullable Tls tls) {
    WebSocketOptions options =
        WebSocketOptions.defaults().withMaxMessage(10_000).withMaxFragments(20).withDeflate(true);
    Router router =
        new Router()
            .get("/hello", exchange -> exchange.respond(200, "hello"))
            .post(
                "/echo",
                exchange -> exchange.body(1000, body -> exchange.respond(200, null, body.retain())))
            .post(
                "/later",
                exchange ->
                    Thread.startVirtualThread(() ->
                        exchange
                            .loop()
                            .execute(() -> exchange.body(50, _ -> exchange.respond(200, "later")))))
            .any(
                "/home",
                exchange -> exchange.moveTo(loops.home(), () -> exchange.respond(200, "home")))
            .get(
                "/ws",
                exchange ->
                    exchange.moveTo(
                        loops.home(),
                        () ->
                            exchange.upgrade(
                                options,
                                socket -> {
                                  socket.onText(socket::send);
                                  socket.onBinary(
                                      bytes -> socket.sendBinary(bytes.retainedDuplicate()));
                                })));
    door =
        HttpDoor.open(
            HttpBadInputTest.config(HttpDoor.Limits.defaults()), loops, router, tls, memory);
  }

  int port() {
    return door.port();
  }

  /// Says all of it, in pieces, then nothing more; returns what the door answered until it closed.
  byte[] talk(RawClient client, byte[] bytes, SplittableRandom random) {
    try {
      for (int at = 0; at < bytes.length; ) {
        int piece = Math.min(bytes.length - at, random.nextInt(1, 2000));
        client.socket.getOutputStream().write(bytes, at, piece);
        at += piece;
      }
      client.socket.shutdownOutput();
    } catch (IOException e) {
      // The door may have closed already: that is an answer too.
    }
    try {
      InputStream in = client.socket.getInputStream();
      return in.readAllBytes();
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the door neither answers nor closes", e);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /// It is up, every connection is gone, and so is all they held.
  void isWell() {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("hello\n");
    } catch (UncheckedIOException e) {
      throw new AssertionError("the door is down", e);
    }
    await().until(() -> door.connections() == 0);
    await("direct memory is given back").until(() -> memory.metric().usedDirectMemory() == 0);
    await("heap memory is given back").until(() -> memory.metric().usedHeapMemory() == 0);
  }

  @Override
  public void close() {
    door.close();
    loops.close();
  }

  /// Runs the fixed seeds, or new ones for as long as `-Dmadang.fuzz.seconds` says.
  static void run(int seeds, java.util.function.LongConsumer round) {
    long seconds = Long.getLong("madang.fuzz.seconds", 0);
    SplittableRandom fresh = new SplittableRandom();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    for (int i = 0; seconds == 0 ? i < seeds : System.nanoTime() - end < 0; i++) {
      long seed = seconds == 0 ? i : fresh.nextLong();
      try {
        round.accept(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  static List<byte[]> samples(String... texts) {
    return java.util.Arrays.stream(texts)
        .map(each -> each.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
        .toList();
  }
}
