package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Requests spoiled at random, against a live door.
// Lines end with CR LF on this wire, which a text block cannot show.
@SuppressWarnings("StringConcatToTextBlock")
class HttpFuzzTest {
  @Test
  void staysUpAndGivesEverythingBack() {
    try (FuzzedDoor door = new FuzzedDoor(null)) {
      FuzzedDoor.run(20, seed -> round(door, seed));
    }
  }

  private static void round(FuzzedDoor door, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Mutator mutator = new Mutator(random);
    for (int i = 0; i < 40; i++) {
      byte[] bytes = mutator.next(SAMPLES);
      try (RawClient client = new RawClient(door.port())) {
        byte[] answer = door.talk(client, bytes, random);
        if (answer.length > 0) {
          assertThat(new String(answer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 ");
        }
        // A request of 20 bytes is refused with less than a kilobyte: nobody is made an amplifier.
        assertThat(answer.length).isLessThan(1000 + 40 * bytes.length);
      }
    }
    door.isWell();
  }

  private static final List<byte[]> SAMPLES =
      FuzzedDoor.samples(
          "GET /hello HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
          "HEAD /hello?a=b&c=%20 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5;ext=\"1\"\r\nabcde\r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
          "POST /later HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n01234567890123456789",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
          "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\r\n\r\n",
          "PUT /home HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
          "GET http://a/home HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.com\r\n\r\n",
          RawClient.handshake("/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
}
