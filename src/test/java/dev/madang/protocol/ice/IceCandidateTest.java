package dev.madang.protocol.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.ice.IceCandidate.Transport;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IceCandidateTest {
  /** RFC 8839 §5.1, RFC 6544 appendix B, and as browsers write them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
        "candidate:1 1 TCP 2128609279 10.0.1.1 9 typ host tcptype active",
        "candidate:3 1 TCP 1688207359 192.0.2.3 9 typ srflx raddr 10.0.1.1 rport 9 tcptype active",
        "candidate:3553315084 1 udp 2122260223 192.168.1.7 54321 typ host generation 0 ufrag aB3+"
            + " network-id 1 network-cost 10",
        "candidate:842163049 1 udp 1677729535 203.0.113.5 54321 typ srflx raddr 0.0.0.0 rport 0"
            + " generation 0 ufrag EEtu network-cost 999",
        "candidate:1 1 udp 2122260223 8b5d3a1e-2f6c-4b7d-9e0a-1c2d3e4f5a6b.local 54321 typ host",
        "candidate:0 1 UDP 2122187007 2001:db8::1 54321 typ host",
        "candidate:a+/Z 1 udp 1 turn.example.org 1 typ relay raddr 2001:db8::2 rport 7",
        "candidate:1 1 tcp 1 192.0.2.1 5000 typ prflx tcptype so"
      })
  void readsAndWritesACandidate(String line) {
    IceCandidate candidate = IceCandidate.parse(line);

    assertThat(IceCandidate.parse(candidate.write())).isEqualTo(candidate);
    assertThat(IceCandidate.parse("a=" + line)).isEqualTo(candidate);
    // What is kept is written in the order it was read.
    String kept =
        line.replaceAll(" (generation|network-id|network-cost) \\w+", "")
            .replace("UDP", "udp")
            .replace("TCP", "tcp");
    assertThat(candidate.write()).isEqualTo(kept);
  }

  @Test
  void aNameIsNoAddress() {
    IceCandidate named = IceCandidate.parse("candidate:1 1 udp 1 a-b.local 5 typ host");

    assertThat(named.address()).isNull();
    assertThat(named.host()).isEqualTo("a-b.local");
    assertThat(named.port()).isEqualTo(5);
  }

  /** Number 24 of the bad inputs, and what else is none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "candidate:",
        "candidate:1 1 udp 1 192.0.2.1 5 typ",
        "candidate:1 1 udp 1 192.0.2.1 5 type host",
        "candidate:1 1 udp 1 192.0.2.1 0 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 0 typ host tcptype passive",
        "candidate:1 1 tcp 1 192.0.2.1 5 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 5 typ host tcptype sideways",
        "candidate:1 1 sctp 1 192.0.2.1 5 typ host",
        "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
        "candidate:1 1 udp 1 192.0.2.1 -5 typ host",
        "candidate:1 1 udp 1 192.0.2.1 ٣ typ host",
        "candidate:1 1 udp 1 192.0.2.1 5 typ guest",
        "candidate:1 1 udp 0 192.0.2.1 5 typ host",
        "candidate:1 1 udp 2147483648 192.0.2.1 5 typ host",
        "candidate:1 1 udp 99999999999 192.0.2.1 5 typ host",
        "candidate:1 0 udp 1 192.0.2.1 5 typ host",
        "candidate:1 257 udp 1 192.0.2.1 5 typ host",
        "candidate:1 1 udp 1 192.0.2.256 5 typ host",
        "candidate:1 1 udp 1 192.0.02.1 5 typ host",
        "candidate:1 1 udp 1 ::ffff::1 5 typ host",
        "candidate:1 1 udp 1 2130706433 5 typ host",
        "candidate:1 1 udp 1 a\u0000.local 5 typ host",
        "candidate:1 1 udp 1 a\r\na=b.local 5 typ host",
        "candidate: 1 udp 1 192.0.2.1 5 typ host",
        "candidate:x_y 1 udp 1 192.0.2.1 5 typ host",
        "candidate:111111111111111111111111111111111 1 udp 1 192.0.2.1 5 typ host",
        "candidate:1 1 udp 1 192.0.2.1 5 typ host raddr 192.0.2.1 rport x",
        "candidate:1 1 udp 1 192.0.2.1 5 typ host ufrag a b c \u2028"
      })
  void refusesWhatIsNoCandidate(String line) {
    if (line.endsWith("\u2028")) {
      // Beyond what we know nothing is looked at.
      assertThat(IceCandidate.parse(line).ufrag()).isEqualTo("a");
      return;
    }
    assertThatThrownBy(() -> IceCandidate.parse(line)).isInstanceOf(ProtocolException.class);
  }

  @Test
  void refusesALineThatNeverEnds() {
    String line = "candidate:1 1 udp 1 192.0.2.1 5 typ host" + " x y".repeat(100_000);

    assertThatThrownBy(() -> IceCandidate.parse(line)).isInstanceOf(ProtocolException.class);
  }

  /// RFC 8445 §5.1.2.1: host before peer-reflexive before server-reflexive before relayed; RFC 6544
  /// §4.2: UDP before TCP, an active host candidate before a passive one.
  @Test
  void prioritiesAreInTheOrderOfTheRfc() {
    Address at = Address.parse("192.0.2.1", 5);
    IceCandidate udp = IceCandidate.host(at, Transport.UDP, 65_535);

    assertThat(udp.priority()).isEqualTo(126L << 24 | 65_535L << 8 | 255);
    assertThat(udp.priorityAsPeerReflexive()).isEqualTo(110L << 24 | 65_535L << 8 | 255);
    assertThat(
            new long[] {
              udp.priority(),
              IceCandidate.host(at, Transport.TCP_ACTIVE, 8191).priority(),
              IceCandidate.host(at, Transport.TCP_PASSIVE, 8191).priority(),
              priority(IceCandidate.Type.PEER_REFLEXIVE, at),
              priority(IceCandidate.Type.SERVER_REFLEXIVE, at),
              priority(IceCandidate.Type.RELAYED, at)
            })
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  private static long priority(IceCandidate.Type type, Address at) {
    return IceCandidate.of(type, at, Transport.UDP, 65_535, at).priority();
  }

  @Test
  void theSameFoundationMeansTheSameKindFromTheSamePlace() {
    Address at = Address.parse("192.0.2.1", 5);
    String foundation = IceCandidate.host(at, Transport.UDP, 1).foundation();

    assertThat(IceCandidate.host(at.withPort(9000), Transport.UDP, 2).foundation())
        .isEqualTo(foundation);
    assertThat(IceCandidate.host(at, Transport.TCP_PASSIVE, 1).foundation())
        .isNotEqualTo(foundation);
    assertThat(IceCandidate.host(Address.parse("192.0.2.2", 5), Transport.UDP, 1).foundation())
        .isNotEqualTo(foundation);
  }

  @Test
  void ourCredentialsAreLongEnoughAndFindTheirSession() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 1000; i++) {
      IceCredentials ours = IceCredentials.random(random);
      assertThat(ours.key()).isNotNegative();
      assertThat(ours.password()).hasSize(24);
      assertThat(ours.toString()).doesNotContain(ours.password());
    }
    assertThat(new IceCredentials("aaaa", "a".repeat(22)).key()).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "abc\n", "ab:c", "äöüß", "ab c"})
  void refusesFragmentsThatAreNone(String ufrag) {
    assertThatThrownBy(() -> new IceCredentials(ufrag, "a".repeat(22)))
        .isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> new IceCredentials("abcd", "a".repeat(20) + ufrag.repeat(3) + "\n"))
        .isInstanceOf(ProtocolException.class);
  }
}
