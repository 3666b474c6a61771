package dev.madang.protocol.dtls;

import static dev.madang.protocol.dtls.HandshakeFilterTest.admit;
import static dev.madang.protocol.dtls.HandshakeFilterTest.message;
import static dev.madang.protocol.dtls.HandshakeFilterTest.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Seed;
import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What is in front of every handshake meets any datagram. */
class RecordFuzzTest {
  @Test
  void anyBytesBecomeWholeRecordsWithBoundedMessages() {
    Fuzz.each(200, seed -> filter(seed));
  }

  private static void filter(Seed seed) {
    RandomGenerator random = seed.random();
    List<byte[]> corpus = new ArrayList<>(Fuzz.corpus("dtls"));
    corpus.add(
        new ByteWriter()
            .bytes(record(22, 0, message(11, 300, 1, 0, 300)))
            .bytes(record(22, 0, message(15, 80, 2, 0, 80)))
            .bytes(record(20, 0, new byte[] {1}))
            .bytes(record(22, 1, new byte[40]))
            .toArray());
    HandshakeFilter filter = new HandshakeFilter(random.nextBoolean());
    for (int i = 0; i < 100; i++) {
      byte[] datagram = Fuzz.mutate(corpus.get(random.nextInt(corpus.size())), random);
      int total = 0;
      for (byte[] record : admit(filter, datagram)) {
        total += record.length;
        assertThat(RecordHeader.length(record, 0, record.length)).isEqualTo(record.length);
        if (RecordHeader.epoch(record, 0) == 0) {
          assertThat(RecordHeader.type(record, 0)).isIn(20, 22);
        }
      }
      assertThat(total).isLessThanOrEqualTo(datagram.length);
    }
  }
}
