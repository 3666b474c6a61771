package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  @Test
  void tellsOneTooManyPolitelyAndTakesTheNextOnceThereIsRoom() {
    HttpDoor.Limits limits =
        new HttpDoor.Limits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            1000,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            16 * 1024,
            100,
            3,
            0);
    Router router = new Router().get("/hello", exchange -> exchange.respond(200, "hello"));
    String request = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    List<RawClient> inside = new ArrayList<>();
    try (TcpLoops loops = new TcpLoops(1);
        HttpDoor door = HttpDoor.open(HttpBadInputTest.config(limits), loops, router)) {
      for (int i = 0; i < 3; i++) {
        inside.add(new RawClient(door.port()));
        assertThat(inside.getLast().send(request).answer().status()).isEqualTo(200);
      }
      for (int i = 0; i < 5; i++) {
        try (RawClient outside = new RawClient(door.port())) {
          Answer answer = outside.send(request).answer();
          assertThat(answer.status()).isEqualTo(503);
          assertThat(answer.headers())
              .containsEntry("connection", "close")
              .containsEntry("retry-after", "10");
          assertThat(outside.isClosed()).isTrue();
        }
      }
      inside.getFirst().close();
      await().until(() -> door.connections() == 2);
      try (RawClient next = new RawClient(door.port())) {
        assertThat(next.send(request).answer().status()).isEqualTo(200);
      }
      inside.forEach(RawClient::close);
    }
  }
}
