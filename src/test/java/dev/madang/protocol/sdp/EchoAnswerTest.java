package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static dev.madang.protocol.sdp.Offers.audio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ProtocolException;
import org.junit.jupiter.api.Test;

class EchoAnswerTest {
  private static final DownTrack BACK = audio("back", "opus");

  private static EchoAnswer answer(String name) {
    return EchoAnswer.to(Offers.read(name), LOCAL, OURS.withRedundancy(false), BACK);
  }

  @Test
  void theSoundGoesBackAsOpusAndPicturesAreRefused() {
    EchoAnswer echo = answer("chromium-sendrecv");

    MediaSection sound = echo.answer().media().getFirst();
    assertThat(sound.direction()).isEqualTo(Direction.SENDRECV);
    assertThat(sound.codecs()).extracting(Codec::name).containsExactly("opus");
    assertThat(sound.sources()).hasSize(1);
    assertThat(echo.answer().media().stream().skip(1))
        .allMatch(section -> section.port() == 0 || section.sctp() != null);
    assertThat(SessionDescription.read(echo.answer().write())).isEqualTo(echo.answer());
  }

  @Test
  void dataChannelsAloneAreTaken() {
    EchoAnswer echo = answer("chromium-data");

    assertThat(echo.data()).isNotNull();
    assertThat(echo.answer().media()).allMatch(section -> section.sctp() != null);
  }

  @Test
  void whoeverDoesNotListenIsNotSpokenTo() {
    assertThat(answer("chromium-simulcast").answer().media().getFirst().port()).isZero();
    assertThatThrownBy(() -> answer("chromium-recvonly")).isInstanceOf(ProtocolException.class);
  }
}
