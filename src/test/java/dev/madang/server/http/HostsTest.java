package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.net.LanAddresses;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// DNS rebinding: a page whose own name points to this server.
class HostsTest {
  private final Hosts hosts =
      new Hosts(List.of("meet.example.org", "*.rooms.example.org", "\ub9c8\ub2f9.kr"), null);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "192.168.1.7:7700",
        "203.0.113.9:80",
        "[::1]",
        "[2001:db8::7]:7700",
        "localhost",
        "localhost:7700",
        "LOCALHOST.",
        "app.localhost:1",
        "meet.example.org",
        "Meet.Example.Org.:443",
        "a.rooms.example.org",
        "a.b.rooms.example.org:7700",
        "xn--ok1b32k.kr",
        "",
      })
  void answersToAddressesToThisMachineAndToWhatWasNamed(String host) {
    assertThat(hosts.allow(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:7700",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "meet.example.org.evil.example",
        "evilmeet.example.org",
        "rooms.example.org",
        ".rooms.example.org",
        "evilrooms.example.org",
        "[::1].evil.example",
        "[evil.example]",
        "[::1",
        "::1",
        "1.2.3",
        "0x7f.1",
        "meet.example.org@evil.example",
        ".",
        ":7700",
        "*",
      })
  void answersToNoOtherName(String host) {
    assertThat(hosts.allow(host)).isFalse();
    // Nor after a good one.
    assertThat(hosts.allow("meet.example.org")).isTrue();
    assertThat(hosts.allow(host)).isFalse();
  }

  @Test
  void answersToTheNamesOfThisMachineInItsNetwork() {
    for (String name : LanAddresses.names()) {
      assertThat(hosts.allow(name + ":7700")).as(name).isTrue();
      if (name.indexOf('.') < 0) {
        assertThat(hosts.allow(name + ".lan")).isTrue();
        assertThat(hosts.allow(name + ".home.arpa:7700")).isTrue();
        assertThat(hosts.allow(name + ".evil.example")).isFalse();
      }
    }
  }

  @Test
  void aStarAnswersToAll() {
    assertThat(new Hosts(List.of("*"), null).allow("anything.example")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "a.example:80", "a b", "", "a.*.example", "a/b"})
  void saysWhatIsWrongWithAName(String name) {
    assertThatThrownBy(() -> new Hosts(List.of(name), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("http.hosts: \"" + name + "\"");
  }
}
