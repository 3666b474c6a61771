package dev.madang.protocol.srtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SrtpFuzzTest {
  @Test
  void acceptsNothingThatWasTouchedAndEverythingThatWasNot() {
    for (SrtpProfile profile : SrtpProfile.values()) {
      Fuzz.each(20, seed -> run(profile, seed.random()));
    }
  }

  private static void run(SrtpProfile profile, RandomGenerator random) {
    SrtpSender sender = SrtpTest.sender(profile);
    SrtpReceiver receiver = SrtpTest.receiver(profile);
    for (int i = 0; i < 200; i++) {
      boolean rtcp = random.nextInt(4) == 0;
      int length = random.nextInt(12, 300);
      byte[] plain = rtcp ? SrtpTest.rtcp(i % 5, length) : SrtpTest.rtp(i % 5, i, length);
      byte[] packet = new byte[length + (rtcp ? profile.rtcpOverhead() : profile.rtpOverhead())];
      if (rtcp) {
        sender.protectRtcp(plain, 0, length, packet, 0);
      } else {
        sender.protect(plain, 0, 12, length, packet, 0);
      }
      byte[] touched = Fuzz.mutate(packet, random);
      if (!Arrays.equals(touched, packet)) {
        assertThat(unprotect(receiver, rtcp, touched, random)).isNegative();
        assertThat(unprotect(receiver, !rtcp, touched, random)).isNegative();
      }
      assertThat(unprotect(receiver, !rtcp, packet, random)).isNegative();
      assertThat(unprotect(receiver, rtcp, packet, random)).isEqualTo(length);
    }
  }

  /** Somewhere in an array that ends soon after. */
  private static int unprotect(
      SrtpReceiver receiver, boolean rtcp, byte[] packet, RandomGenerator random) {
    int offset = random.nextInt(5);
    byte[] bytes = new byte[offset + packet.length + random.nextInt(2)];
    System.arraycopy(packet, 0, bytes, offset, packet.length);
    return rtcp
        ? receiver.unprotectRtcp(bytes, offset, packet.length)
        : receiver.unprotect(bytes, offset, packet.length);
  }
}
