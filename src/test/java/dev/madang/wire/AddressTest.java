package dev.madang.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8::1, 2001:db8::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "::ffff:192.0.2.1, ::ffff:c000:201",
    "1:2:3:4:5:6:192.0.2.1, 1:2:3:4:5:6:c000:201",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "fe80:0:0:0:1::, fe80::1:0:0:0"
  })
  void readsAndWritesAsRfc5952(String text, String canonical) {
    assertThat(Address.parse(text, 0).ipText()).isEqualTo(canonical);
    assertThat(Address.parse(canonical, 0)).isEqualTo(Address.parse(text, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4 ",
        "a.b.c.d",
        "1.2..4",
        "٣.2.3.4",
        "0x7f.1.1.1",
        "localhost",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::",
        "g::",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7:8::",
        "fe80::1%eth0",
        "[::1]",
        ":1",
        "1:",
        "::ffff:1.2.3.4:5"
      })
  void refusesWhatIsNoLiteral(String text) {
    assertThatThrownBy(() -> Address.parse(text, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void agreesWithThePlatformOnAnyIpv6Address() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      long high = random.nextLong() & mask(random);
      long low = random.nextLong() & mask(random);
      Address address = Address.v6(high, low, 0);
      assertThat(Address.parse(address.ipText(), 0)).isEqualTo(address);
      if (high != 0) {
        assertThat(InetAddress.getByName(address.ipText()).getAddress()).isEqualTo(address.ip());
      }
    }
  }

  private static long mask(SplittableRandom random) {
    long mask = 0;
    for (int group = 0; group < 4; group++) {
      mask |= (random.nextBoolean() ? 0xFFFFL : 0) << 16 * group;
    }
    return mask;
  }

  @Test
  void tellsFamiliesApartAlsoWhereTheBitsAreThoseOfTheOther() {
    Address mapped = Address.parse("::ffff:1.2.3.4", 5);
    Address plain = Address.parse("1.2.3.4", 5);
    assertThat(mapped).isNotEqualTo(plain);
    assertThat(plain).isEqualTo(Address.v4(0x01020304, 5)).hasToString("1.2.3.4:5");
    assertThat(mapped).hasToString("[::ffff:102:304]:5");
    assertThat(plain.host()).hasToString("1.2.3.4").isSameAs(plain.host());
    assertThat(plain.withPort(5)).isSameAs(plain);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, 192.0.2.2",
    "2001:db8:0:1::1, 2001:db8:0:1:ffff:ffff:ffff:ffff, 2001:db8:0:2::1",
    "::ffff:192.0.2.1, 192.0.2.1, ::ffff:192.0.2.2",
    "::1, ::2, ::ffff:0.0.0.2",
  })
  void countsAnIpv6CustomerByTheSlash64AndAMappedAddressAsWhatItIs(
      String one, String same, String other) {
    Address network = Address.parse(one, 4711).network();
    assertThat(network).isEqualTo(Address.parse(same, 1).network());
    assertThat(network).isNotEqualTo(Address.parse(other, 4711).network());
    assertThat(network.port()).isZero();
  }

  @Test
  void handsOutTheSameObjectForTheSameFarEnd() {
    AddressCache cache = new AddressCache();
    Address first = cache.v4(0x01020304, 9);
    assertThat(cache.v4(0x01020304, 9)).isSameAs(first);
    assertThat(cache.v6(0, 0xFFFF_0102_0304L, 9)).isSameAs(first);
    assertThat(cache.v6(1, 2, 3)).isSameAs(cache.v6(1, 2, 3)).isEqualTo(Address.v6(1, 2, 3));
    for (int i = 0; i < 100_000; i++) {
      assertThat(cache.v4(i * 7, i & 0xFFFF)).isEqualTo(Address.v4(i * 7, i & 0xFFFF));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, 11.0.0.0",
    "0.0.0.0/0, 255.255.255.255, ::1",
    "192.168.1.128/25, 192.168.1.255, 192.168.1.127",
    "1.2.3.4, 1.2.3.4, 1.2.3.5",
    "2001:db8::/32, 2001:db8:ffff::1, 2001:db9::",
    "::/0, ffff::, 1.2.3.4",
    "fe80::/10, febf::1, fec0::1",
    "2001:db8::/65, 2001:db8::7fff:0:0:0, 2001:db8::8000:0:0:0",
    "::1, ::1, ::2",
    "::ffff:0:0/96, ::ffff:1.2.3.4, 1.2.3.4"
  })
  void holdsTheAddressesOfItsRange(String range, String inside, String outside) {
    assertThat(Cidr.parse(range).contains(Address.parse(inside, 1))).isTrue();
    assertThat(Cidr.parse(range).contains(Address.parse(outside, 1))).isFalse();
    assertThat(Cidr.parse(Cidr.parse(range).toString())).isEqualTo(Cidr.parse(range));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/64", "x/8"})
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
