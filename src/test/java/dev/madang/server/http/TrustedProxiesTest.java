package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bad inputs, class 77: X-Forwarded-For that a stranger wrote.
class TrustedProxiesTest {
  private final TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.0/8", "::1"));

  @Test
  void ignoresWhatAStrangerClaims() {
    Peer peer = peer("203.0.113.5", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: https");
    assertThat(peer.remote().getAddress().getHostAddress()).isEqualTo("203.0.113.5");
    assertThat(peer.secure()).isFalse();
    assertThat(peer.host()).isEqualTo("meet.home");
  }

  @Test
  void believesATrustedProxy() {
    Peer peer =
        peer(
            "10.1.2.3",
            "x-forwarded-for: 203.0.113.5",
            "x-forwarded-proto: https",
            "x-forwarded-host: meet.example.com");
    assertThat(peer.remote().getAddress().getHostAddress()).isEqualTo("203.0.113.5");
    assertThat(peer.secure()).isTrue();
    assertThat(peer.host()).isEqualTo("meet.example.com");
  }

  @Test
  void readsTheListFromItsEndSoThatInventedHopsDoNotCount() {
    assertThat(from("10.1.2.3", "1.1.1.1, 203.0.113.5, 10.9.9.9")).isEqualTo("203.0.113.5");
    assertThat(from("10.1.2.3", "10.0.0.1, 203.0.113.5")).isEqualTo("203.0.113.5");
    assertThat(from("10.1.2.3", "10.0.0.1, 10.0.0.2")).isEqualTo("10.0.0.1");
  }

  @Test
  void readsAddressesWithPortsAndSurvivesRubbish() {
    assertThat(from("10.1.2.3", "203.0.113.5:4711")).isEqualTo("203.0.113.5");
    assertThat(from("10.1.2.3", "[2001:db8::7]:4711")).isEqualTo("2001:db8:0:0:0:0:0:7");
    assertThat(from("10.1.2.3", "1.1.1.1, unknown")).isEqualTo("10.1.2.3");
    assertThat(from("10.1.2.3", ",,,")).isEqualTo("10.1.2.3");
    assertThat(from("10.1.2.3", "evil.example.com")).isEqualTo("10.1.2.3");
  }

  @Test
  void refusesNetworksThatAreNone() {
    for (String bad : List.of("10.0.0.0/33", "localhost", "10.0.0.0/", "10.0.0/8/8")) {
      assertThatThrownBy(() -> new TrustedProxies(List.of(bad)))
          .as(bad)
          .hasMessageContaining("http.trusted-proxies");
    }
  }

  private String from(String far, String forwarded) {
    return peer(far, "x-forwarded-for: " + forwarded).remote().getAddress().getHostAddress();
  }

  private Peer peer(String far, String... lines) {
    byte[] head =
        ("GET / HTTP/1.1\r\nHost: meet.home\r\n" + String.join("\r\n", lines) + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    Headers headers = RequestHead.parse(head, head.length, 100, LoopState.here()).headers();
    return proxies.peer(new InetSocketAddress(far, 4000), false, "meet.home", headers);
  }
}
