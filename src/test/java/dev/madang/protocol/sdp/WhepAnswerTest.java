package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static dev.madang.protocol.sdp.Offers.audio;
import static dev.madang.protocol.sdp.Offers.names;
import static dev.madang.protocol.sdp.Offers.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.wire.ProtocolException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WhepAnswerTest {
  private static WhepAnswer answer(String name, DownTrack... tracks) {
    return WhepAnswer.to(Offers.read(name), LOCAL, OURS, List.of(tracks), 1, null);
  }

  @Test
  void sendsToChromiumByItsNumbers() {
    WhepAnswer whep =
        answer("chromium-recvonly", audio("a", "opus", "red"), video("v", "H264", "VP8"));

    assertThat(whep.sections()).allMatch(DownSection::accepted);
    assertThat(names(whep.sections().get(0).payloads())).containsExactly("opus 111", "red 63");
    assertThat(names(whep.sections().get(1).payloads()))
        .containsExactly("H264 108/109", "VP8 96/97");
    MediaSection video = whep.answer().media().get(1);
    assertThat(video.direction()).isEqualTo(Direction.SENDONLY);
    assertThat(video.msids()).containsExactly(new Msid("s-v", "v"));
    assertThat(video.sources()).hasSize(2);
    assertThat(video.formats()).containsExactly("108", "109", "96", "97");
    assertThat(whep.remote().ours()).isEqualTo(Setup.PASSIVE);
    assertThat(SessionDescription.read(whep.answer().write())).isEqualTo(whep.answer());
  }

  @Test
  void sendsToFirefoxByItsNumbers() {
    WhepAnswer whep = answer("firefox-recvonly", audio("a", "opus"), video("v", "VP8"));

    assertThat(names(whep.sections().get(0).payloads())).containsExactly("opus 109");
    assertThat(names(whep.sections().get(1).payloads())).containsExactly("VP8 120/124");
    // Those that it only receives are just right.
    assertThat(whep.sections().get(1).extensions()).containsEntry(6, Offers.PLAYOUT);
    assertThat(whep.answer().media().get(1).extensions())
        .contains(new Extension(6, Direction.SENDONLY, Offers.PLAYOUT));
  }

  @Test
  void aTrackThatCannotBeDecodedIsNotSent() {
    WhepAnswer whep =
        answer("firefox-recvonly", video("h264", "H264"), video("vp8", "VP8"), audio("a", "opus"));

    assertThat(whep.sections())
        .extracting(section -> section.track().id() + section.accepted())
        .containsExactly("h264false", "vp8true", "atrue");
    assertThat(whep.sections().getFirst().mid()).isEmpty();
  }

  @Test
  void sectionsWithoutATrackAreOnHold() {
    WhepAnswer whep = answer("chromium-recvonly", video("v", "VP8"));

    assertThat(whep.answer().media())
        .extracting(MediaSection::direction)
        .containsExactly(Direction.INACTIVE, Direction.SENDONLY);
    assertThat(whep.answer().media().getFirst().msids()).isEmpty();
  }

  @Test
  void whoOnlySendsReceivesNothing() {
    WhepAnswer whep = answer("chromium-simulcast", audio("a", "opus"), video("v", "VP8"));

    assertThat(whep.sections()).noneMatch(DownSection::accepted);
    // Data channels are refused.
    assertThat(whep.answer().media()).extracting(MediaSection::port).containsExactly(9, 9, 0);
    assertThat(whep.answer().bundles()).containsExactly(List.of("0", "1"));
  }

  @Test
  void dataAloneIsNothingToSend() {
    assertThatThrownBy(() -> answer("chromium-data", audio("a", "opus")))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("nothing");
  }
}
