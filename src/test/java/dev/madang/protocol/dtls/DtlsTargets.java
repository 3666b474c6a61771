package dev.madang.protocol.dtls;

import static dev.madang.protocol.dtls.HandshakeFilterTest.admit;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.rig.Fuzz;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: what is in front of every handshake.
class DtlsTargets {
  @MethodSource("seeds")
  @FuzzTest
  void records(byte[] datagram) {
    for (boolean server : new boolean[] {true, false}) {
      int total = 0;
      for (byte[] record : admit(new HandshakeFilter(server), datagram)) {
        total += record.length;
        assertThat(RecordHeader.length(record, 0, record.length)).isEqualTo(record.length);
      }
      assertThat(total).isLessThanOrEqualTo(datagram.length);
    }
  }

  static List<byte[]> seeds() {
    return Fuzz.corpus("dtls");
  }
}
