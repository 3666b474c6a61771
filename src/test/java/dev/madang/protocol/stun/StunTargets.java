package dev.madang.protocol.stun;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.rig.Fuzz;
import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: messages whose length is right, and streams of them.
class StunTargets {
  @MethodSource("seeds")
  @FuzzTest
  void stun(byte[] given) {
    byte[] bytes = Arrays.copyOf(given, Math.max(20, given.length & ~3));
    bytes[2] = (byte) (bytes.length - 20 >>> 8);
    bytes[3] = (byte) (bytes.length - 20);
    try {
      StunMessage.read(bytes, 0, bytes.length);
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void stream(byte[] bytes) {
    StunFraming framing = new StunFraming();
    try {
      framing.receive(bytes, 0, bytes.length);
      while (framing.next(2048)) {
        assertThat(framing.length()).isBetween(4, 2048);
      }
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  static List<byte[]> seeds() {
    return Fuzz.corpus("stun");
  }
}
