package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Answer;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  @Test
  void tellsOneTooManyPolitelyAndTakesTheNextOnceThereIsRoom() {
    Router router = new Router().get("/hello", exchange -> exchange.respond(200, "hello"));
    String request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    List<RawClient> inside = new ArrayList<>();
    try (TcpLoops loops = new TcpLoops(1);
        HttpDoor door = HttpDoor.open(HttpBadInputTest.config(limits(3, 0)), loops, router)) {
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

  @Test
  void letsOneAddressHaveItsShareAlone() {
    TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.1"));
    Admission admission = new Admission(limits(0, 2), proxies, 1000);
    assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.WELCOME);
    assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.WELCOME);
    assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.NO_ROOM);
    assertThat(admission.admit(from("203.0.113.6"))).isEqualTo(Admission.Verdict.WELCOME);
    // A household of IPv6 is a /64.
    assertThat(admission.admit(from("2001:db8::1"))).isEqualTo(Admission.Verdict.WELCOME);
    assertThat(admission.admit(from("2001:db8::2"))).isEqualTo(Admission.Verdict.WELCOME);
    assertThat(admission.admit(from("2001:db8::3"))).isEqualTo(Admission.Verdict.NO_ROOM);
    assertThat(admission.admit(from("2001:db8:0:1::3"))).isEqualTo(Admission.Verdict.WELCOME);
    for (int i = 0; i < 5; i++) {
      assertThat(admission.admit(from("127.0.0.1"))).isEqualTo(Admission.Verdict.WELCOME);
      assertThat(admission.admit(from("10.0.0.1"))).isEqualTo(Admission.Verdict.WELCOME);
    }
  }

  @Test
  void keepsAPartOfTheDescriptorsBackAndFallsSilentWhenEvenThatIsTaken() {
    Admission admission = new Admission(limits(0, 0), new TrustedProxies(List.of()), 80);
    for (int i = 1; i < 70; i++) {
      assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.WELCOME);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.NO_ROOM);
    }
    assertThat(admission.admit(from("203.0.113.5"))).isEqualTo(Admission.Verdict.GONE);
  }

  private static Channel from(String address) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, 4000);
      }
    };
  }

  private static HttpDoor.Limits limits(int connections, int ofAddress) {
    return new HttpDoor.Limits(
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        1000,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        16 * 1024,
        100,
        connections,
        ofAddress);
  }
}
