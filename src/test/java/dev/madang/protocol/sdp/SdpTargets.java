package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.madang.rig.Fuzz;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/// What Jazzer feeds in `./madang fuzz`: descriptions, and news of ICE.
class SdpTargets {
  @MethodSource("seeds")
  @FuzzTest
  void sdp(byte[] bytes) {
    try {
      SessionDescription read = SessionDescription.read(new String(bytes, StandardCharsets.UTF_8));
      assertThat(SessionDescription.read(read.write())).isEqualTo(read);
      SessionDescription answer = UpAnswer.to(read, LOCAL, OURS, 1, null).answer();
      assertThat(SessionDescription.read(answer.write())).isEqualTo(answer);
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void iceFragment(byte[] bytes) {
    try {
      IceFragment.read(new String(bytes, StandardCharsets.UTF_8));
    } catch (ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
    }
  }

  static List<byte[]> seeds() {
    return Fuzz.corpus("sdp");
  }
}
