package dev.madang.protocol.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.wire.BigEndian;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloPartsTest {
  private final HelloParts parts = new HelloParts();

  @Test
  void aBrowsersHelloIsWholeAfterItsTwoParts() {
    byte[] first = Fuzz.corpus("dtls").getFirst();
    byte[] second = Fuzz.corpus("dtls").get(1);
    for (List<byte[]> order : List.of(List.of(first, second), List.of(second, first))) {
      assertThat(parts.add(order.getFirst())).isTrue();
      assertThat(parts.add(order.getFirst())).isFalse();
      assertThat(parts.isWhole()).isFalse();
      assertThat(parts.add(order.getLast())).isTrue();
      assertThat(parts.isWhole()).isTrue();
      assertThat(parts.take())
          .startsWith(order.getFirst())
          .endsWith(order.getLast())
          .hasSize(first.length + second.length);
      assertThat(parts.isWhole()).isFalse();
    }
  }

  @Test
  void aPartOfAnotherHelloTakesThePlaceOfAllBefore() {
    byte[] other = hello(300, 0, 100);
    BigEndian.put32(other, RecordHeader.SIZE + 12 + 2, 0xABCD);
    parts.add(hello(300, 0, 100));
    assertThat(parts.add(other)).isTrue();
    parts.add(hello(300, 100, 200));
    assertThat(parts.isWhole()).isTrue();
    assertThat(parts.take()).startsWith(other).hasSize(2 * 25 + 300);

    parts.add(hello(300, 0, 100));
    parts.add(hello(200, 0, 100));
    parts.add(hello(300, 100, 200));
    assertThat(parts.isWhole()).isFalse();
  }

  @Test
  void onlyTheFirstMessageIsKept() {
    assertThat(parts.add(record(HandshakeFilterTest.message(1, 100, 3, 0, 100)))).isFalse();
    assertThat(parts.add(record(HandshakeFilterTest.message(11, 100, 0, 0, 100)))).isFalse();
    assertThat(parts.add(HandshakeFilterTest.record(22, 1, new byte[40]))).isFalse();
    assertThat(parts.take()).isEmpty();
  }

  /** 31. */
  @Test
  void partsThatOverlapWithoutEndFillNothing() {
    for (int from = 1; from < 7000; from++) {
      parts.add(hello(8192, from, 1100));
    }
    assertThat(parts.isWhole()).isFalse();
    assertThat(parts.take().length).isBetween(1, HelloParts.MAX_BYTES);
  }

  private static byte[] hello(int length, int from, int part) {
    return record(HandshakeFilterTest.message(1, length, 0, from, part));
  }

  private static byte[] record(byte[] message) {
    return HandshakeFilterTest.record(22, 0, message);
  }
}
