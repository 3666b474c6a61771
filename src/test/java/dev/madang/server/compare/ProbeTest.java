package dev.madang.server.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.stun.Addressee;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProbeTest {
  @Test
  void anEchoIsAsLongAsItsQuestionAndAnAcknowledgementShorter() {
    byte[] question = new byte[500];
    Probe.write(question, Probe.ECHO, 2, 3, 77, 123);
    byte[] acknowledged = question.clone();
    Probe.write(acknowledged, Probe.ACKNOWLEDGE, 2, 3, 77, 123);
    assertThat(Probe.answer(question, 0, 500, 456)).isEqualTo(500);
    assertThat(Probe.answer(acknowledged, 0, 500, 456)).isEqualTo(Probe.HEADER);
    assertThat(Probe.kind(question, 0)).isEqualTo(Probe.ECHO + Probe.ANSWER);
    assertThat(Probe.workload(question, 0)).isEqualTo(2);
    assertThat(Probe.lane(question, 0)).isEqualTo(3);
    assertThat(Probe.sequence(question, 0)).isEqualTo(77);
    assertThat(Probe.sent(question, 0)).isEqualTo(123);
    assertThat(Probe.arrived(question, 0)).isEqualTo(456);
  }

  @Test
  void anAnswerIsNotAnsweredSoThatTwoServersDoNotTalkForever() {
    byte[] question = new byte[64];
    Probe.write(question, Probe.ECHO, 1, 1, 1, 1);
    assertThat(Probe.answer(question, 0, 64, 2)).isEqualTo(64);
    assertThat(Probe.answer(question, 0, 64, 3)).isZero();
  }

  @Test
  void noAnswerToAnythingIsLongerThanIt() {
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = (byte) (0xC0 + random.nextInt(4));
      }
      assertThat(Probe.answer(bytes, 0, bytes.length, 0))
          .as("seed %d", seed)
          .isBetween(0, bytes.length);
    }
  }

  @Test
  void aProbeIsTakenForNothingElseOnTheUdpPort() {
    byte[] question = new byte[64];
    for (int kind : new int[] {Probe.OPEN, Probe.ECHO, Probe.ACKNOWLEDGE}) {
      Probe.write(question, kind, 1, 1, 1, 1);
      assertThat(Addressee.of(question, 0, 64)).isEqualTo(Addressee.PROBE);
    }
  }
}
