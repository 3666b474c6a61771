package dev.madang.protocol.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.wire.ByteWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakeFilterTest {
  @Test
  void aBrowsersHelloPassesInItsTwoParts() {
    List<byte[]> corpus = Fuzz.corpus("dtls");
    HandshakeFilter filter = new HandshakeFilter(true);
    byte[] first = corpus.getFirst();
    byte[] second = corpus.get(1);

    assertThat(withoutNumbers(admit(filter, first))).containsExactly(withoutNumber(first));
    assertThat(filter.helloRandom()).isEqualTo(Arrays.copyOfRange(first, 27, 59));
    assertThat(withoutNumbers(admit(filter, second))).containsExactly(withoutNumber(second));
    assertThat(filter.helloRandom()).isNull();
  }

  @Test
  void eachRecordOfADatagramGoesAlone() {
    byte[] certificate = record(22, 0, message(11, 300, 1, 0, 300));
    byte[] verify = record(22, 0, message(15, 80, 2, 0, 80));
    byte[] change = record(20, 0, new byte[] {1});
    byte[] finished = record(22, 1, new byte[40]);
    byte[] flight =
        new ByteWriter().bytes(certificate).bytes(verify).bytes(change).bytes(finished).toArray();

    List<byte[]> admitted = admit(new HandshakeFilter(true), flight);
    assertThat(withoutNumbers(admitted))
        .containsExactly(
            withoutNumber(certificate),
            withoutNumber(verify),
            withoutNumber(change),
            withoutNumber(finished));
    // Plain ones are counted anew, others are as they were.
    assertThat(RecordHeader.sequence(admitted.get(0), 0)).isZero();
    assertThat(RecordHeader.sequence(admitted.get(1), 0)).isEqualTo(1);
    assertThat(RecordHeader.sequence(admitted.get(2), 0)).isEqualTo(2);
    assertThat(admitted.get(3)).isEqualTo(finished);
  }

  /** 31. */
  @Test
  void aPartThatIsEmptyTinyOrBeyondTheWholeIsDropped() {
    HandshakeFilter filter = new HandshakeFilter(true);
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 0, 0)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 300, 0)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 10, 5)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 250, 100)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 0xFF_FFFF, 100)))).isEmpty();
    byte[] truncated = record(22, 0, Arrays.copyOf(message(11, 300, 1, 0, 300), 200));
    assertThat(admit(filter, truncated)).isEmpty();
    assertThat(admit(filter, record(22, 0, new byte[0]))).hasSize(1);
    assertThat(admit(filter, record(22, 0, new byte[11]))).isEmpty();

    // The last part may be small, and a message may be empty.
    assertThat(admit(filter, record(22, 0, message(11, 300, 1, 290, 10)))).hasSize(1);
    assertThat(admit(filter, record(22, 0, message(14, 0, 1, 0, 0)))).hasSize(1);
  }

  /** 31, 32. */
  @Test
  void aMessageLongerThanAnyShouldBeIsDropped() {
    HandshakeFilter filter = new HandshakeFilter(true);
    assertThat(admit(filter, record(22, 0, message(11, 0xFF_FFFF, 1, 0, 500)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 8193, 1, 0, 500)))).isEmpty();
    assertThat(admit(filter, record(22, 0, message(11, 8192, 1, 0, 500)))).hasSize(1);
  }

  /** 35. */
  @Test
  void aServerHearsOfNewCiphersOnlyAfterTheClientProvedItself() {
    byte[] change = record(20, 0, new byte[] {1});
    HandshakeFilter server = new HandshakeFilter(true);
    assertThat(admit(server, change)).isEmpty();
    assertThat(admit(server, record(22, 0, message(16, 70, 2, 0, 70)))).hasSize(1);
    assertThat(admit(server, change)).isEmpty();
    assertThat(admit(server, record(22, 0, message(15, 80, 3, 0, 80)))).hasSize(1);
    assertThat(admit(server, change)).hasSize(1);
    assertThat(admit(new HandshakeFilter(false), change)).hasSize(1);
  }

  /** 36. */
  @Test
  void aPlainAlertIsRememberedAndDropped() {
    HandshakeFilter filter = new HandshakeFilter(false);
    assertThat(filter.alert()).isEqualTo(-1);
    assertThat(admit(filter, record(21, 0, new byte[] {2, 40}))).isEmpty();
    assertThat(filter.alert()).isEqualTo(40);
    assertThat(admit(filter, record(21, 1, new byte[26]))).hasSize(1);
  }

  static List<byte[]> admit(HandshakeFilter filter, byte[] datagram) {
    byte[] within = new byte[datagram.length + 7];
    System.arraycopy(datagram, 0, within, 3, datagram.length);
    return filter.admit(within, 3, datagram.length);
  }

  static byte[] record(int type, int epoch, byte[] data) {
    ByteWriter writer = new ByteWriter().u8(type).u16(0xFEFD).u16(epoch).u16(0).i32(77);
    return writer.u16(data.length).bytes(data).toArray();
  }

  static byte[] message(int type, int length, int number, int offset, int part) {
    ByteWriter writer = new ByteWriter().u8(type).u8(length >>> 16).u16(length & 0xFFFF);
    writer.u16(number).u8(offset >>> 16).u16(offset & 0xFFFF);
    return writer.u8(part >>> 16).u16(part & 0xFFFF).bytes(new byte[part]).toArray();
  }

  private static List<byte[]> withoutNumbers(List<byte[]> records) {
    return records.stream().map(HandshakeFilterTest::withoutNumber).toList();
  }

  private static byte[] withoutNumber(byte[] record) {
    byte[] copy = record.clone();
    Arrays.fill(copy, 5, 11, (byte) 0);
    return copy;
  }
}
