package dev.madang.protocol.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.wire.Address;
import dev.madang.wire.Cidr;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        // this host, loopback
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.254",
        "::",
        "::1",
        // private, carrier NAT
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "fc00::1",
        "fd12:3456::1",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        // link-local, metadata services
        "169.254.0.1",
        "169.254.169.254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "fd00:ec2::254",
        // multicast, broadcast, reserved
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.254",
        "255.255.255.255",
        "ff02::1",
        "ff0e::1",
        // protocol assignments, documentation, benchmarks, discard
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "2001:db8::1",
        "3fff::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "e000::1",
        // IPv4 in IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "::ffff:0:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1:7f00:0:100::",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:808:808::1",
        "2001:0::1",
        "2001::80ff:fffe",
        "2a00:1450::5efe:127.0.0.1",
        "2a00:1450::200:5efe:10.0.0.1"
      })
  void deniesByDefault(String peer) {
    assertThat(PUBLIC_ONLY.permits(Address.parse(peer, 0))).isFalse();
    assertThat(PUBLIC_ONLY.reaches(Address.parse(peer, 4000))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2001:200::1",
        "2a00:1450::1",
        "2003::1",
        "2600::1",
        "2a00:1450::5efe:8.8.8.8"
      })
  void permitsPublicUnicast(String peer) {
    assertThat(PUBLIC_ONLY.permits(Address.parse(peer, 0))).isTrue();
    assertThat(PUBLIC_ONLY.reaches(Address.parse(peer, 4000))).isTrue();
  }

  @Test
  void deniesEveryIpv4AddressInsideTheDeniedRangesAndNoneOutside() {
    List<Cidr> ranges =
        Stream.of(
                "0.0.0.0/8",
                "10.0.0.0/8",
                "100.64.0.0/10",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.0.0.0/24",
                "192.0.2.0/24",
                "192.88.99.0/24",
                "192.168.0.0/16",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "224.0.0.0/3")
            .map(Cidr::parse)
            .toList();
    // Each /24 once, with a last byte that changes: every boundary is at least that wide.
    for (int high = 0; high < 1 << 24; high += 7) {
      Address peer = Address.v4(high << 8 | high * 31 & 0xFF, 0);
      boolean denied = ranges.stream().anyMatch(range -> range.contains(peer));
      if (PUBLIC_ONLY.permits(peer) == denied) {
        throw new AssertionError(peer + (denied ? " is permitted" : " is denied"));
      }
    }
  }

  @Test
  void deniesEveryIpv6FormThatCarriesADeniedIpv4Address() {
    String[] forms = {
      "::ffff:%s",
      "::%s",
      "::ffff:0:%s",
      "64:ff9b::%s",
      "2a00:1:2:3:0:5efe:%s",
      "2a00:1:2:3:200:5efe:%s"
    };
    String[] inner = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "0.0.0.0"};
    PeerPolicy careless = allowing("::/0");
    for (String form : forms) {
      for (String ip : inner) {
        Address peer = Address.parse(form.formatted(ip), 0);
        assertThat(PUBLIC_ONLY.permits(peer)).as(peer.toString()).isFalse();
        if (peer.low() > 1 || peer.high() != 0) {
          assertThat(careless.permits(peer)).as("allowed " + peer).isFalse();
        }
      }
    }
    assertThat(careless.permits(Address.parse("2002:7f00:1::", 0))).isFalse();
    assertThat(careless.permits(Address.parse("64:ff9b:1:7f00:0:100::", 0))).isFalse();
    assertThat(careless.permits(Address.parse("2001::f5ff:fffe", 0))).isFalse(); // 10.0.0.1
    assertThat(careless.permits(Address.parse("64:ff9b::8.8.8.8", 0))).isTrue();
  }

  @Test
  void allowsWhatItIsToldToAndNothingBeside() {
    PeerPolicy lan = allowing("192.168.0.0/16", "::1");
    assertThat(lan.permits(Address.parse("192.168.1.7", 0))).isTrue();
    assertThat(lan.permits(Address.parse("::1", 0))).isTrue();
    assertThat(lan.permits(Address.parse("10.0.0.1", 0))).isFalse();
    assertThat(lan.permits(Address.parse("::", 0))).isFalse();
    assertThat(lan.permits(Address.parse("::ffff:192.168.1.7", 0))).isFalse();
    assertThat(lan.permits(Address.parse("8.8.8.8", 0))).isTrue();
  }

  @Test
  void letsDenyWinOverAllow() {
    PeerPolicy policy =
        new PeerPolicy(
            List.of(Cidr.parse("10.0.0.0/8")),
            List.of(Cidr.parse("10.0.0.53"), Cidr.parse("8.8.0.0/16")),
            List.of(),
            List.of(),
            Set.of());
    assertThat(policy.permits(Address.parse("10.0.0.52", 0))).isTrue();
    assertThat(policy.permits(Address.parse("10.0.0.53", 0))).isFalse();
    assertThat(policy.permits(Address.parse("8.8.8.8", 0))).isFalse();
    assertThat(policy.permits(Address.parse("64:ff9b::8.8.8.8", 0))).isFalse();
  }

  @Test
  void neverReachesOurOwnDoorsByAnyName() {
    PeerPolicy policy =
        new PeerPolicy(
            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
            List.of(),
            List.of(Address.parse("20.0.0.1", 0), Address.parse("2a00::1", 7)),
            List.of(Address.parse("20.0.0.1", 0)),
            Set.of(7700, 7701));
    for (String own :
        new String[] {
          "20.0.0.1",
          "2a00::1",
          "127.0.0.1",
          "127.9.9.9",
          "0.0.0.0",
          "::1",
          "::",
          "::ffff:127.0.0.1",
          "::ffff:20.0.0.1",
          "64:ff9b::20.0.0.1"
        }) {
      assertThat(policy.reaches(Address.parse(own, 7700))).as(own).isFalse();
      assertThat(policy.reaches(Address.parse(own, 7701))).as(own).isFalse();
      assertThat(policy.reaches(Address.parse(own, 50_000))).as(own).isTrue();
    }
    assertThat(policy.reaches(Address.parse("20.0.0.2", 7700))).isTrue();
    assertThat(policy.reaches(Address.parse("20.0.0.2", 0))).isFalse();
  }

  @Test
  void letsMediaAndNothingElseThroughToOurMediaDoor() {
    Address near = Address.parse("10.0.0.7", 7700);
    PeerPolicy policy =
        new PeerPolicy(List.of(), List.of(), List.of(near), List.of(near), Set.of(7700, 7701))
            .withMedia(7700);
    assertThat(policy.reaches(near)).isTrue();
    assertThat(policy.reaches(near.withPort(7701))).isFalse();
    assertThat(policy.reaches(Address.parse("127.0.0.1", 7700))).isFalse();
    byte[] check =
        StunMessage.request(
                StunMessage.BINDING,
                new TransactionId(1, 2),
                new StunAttribute.Username("ours:theirs"))
            .write(null, true);
    byte[] question =
        StunMessage.request(StunMessage.BINDING, new TransactionId(1, 2)).write(null, true);
    byte[] allocation =
        StunMessage.request(StunMessage.ALLOCATE, new TransactionId(1, 2)).write(null, true);
    for (byte[] media : new byte[][] {check, {22, 0, 0, 0}, {(byte) 0x80, 96, 0, 0}}) {
      assertThat(policy.passes(near, media, 0, media.length)).isTrue();
      assertThat(policy.passes(near.withPort(7701), media, 0, media.length)).isFalse();
    }
    for (byte[] other : new byte[][] {question, allocation, {0x40, 0, 0, 0}, {}}) {
      assertThat(policy.passes(near, other, 0, other.length)).isFalse();
      assertThat(policy.passes(near.withPort(9), other, 0, other.length)).isTrue();
    }
  }

  @Test
  void permitsOurOwnRelaysAlthoughTheirAddressIsPrivate() {
    PeerPolicy policy =
        new PeerPolicy(
            List.of(),
            List.of(),
            List.of(Address.parse("10.0.0.7", 0)),
            List.of(Address.parse("10.0.0.7", 0), Address.parse("fd00::7", 0)),
            Set.of(7700));
    assertThat(policy.permits(Address.parse("10.0.0.7", 0))).isTrue();
    assertThat(policy.permits(Address.parse("fd00::7", 0))).isTrue();
    assertThat(policy.reaches(Address.parse("10.0.0.7", 50_000))).isTrue();
    assertThat(policy.reaches(Address.parse("10.0.0.7", 7700))).isFalse();
    assertThat(policy.permits(Address.parse("10.0.0.8", 0))).isFalse();
    assertThat(policy.permits(Address.parse("::ffff:10.0.0.7", 0))).isFalse();
  }

  private static PeerPolicy allowing(String... ranges) {
    return new PeerPolicy(
        Stream.of(ranges).map(Cidr::parse).toList(), List.of(), List.of(), List.of(), Set.of());
  }

  private static final PeerPolicy PUBLIC_ONLY = allowing();
}
