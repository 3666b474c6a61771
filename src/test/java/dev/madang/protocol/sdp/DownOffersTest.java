package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static dev.madang.protocol.sdp.Offers.audio;
import static dev.madang.protocol.sdp.Offers.names;
import static dev.madang.protocol.sdp.Offers.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.protocol.sdp.MediaSection.Source;
import dev.madang.protocol.sdp.MediaSection.SourceGroup;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our offers, and what two browsers answered to exactly these: nine rounds in which tracks come
/// and go.
class DownOffersTest {
  private final DownOffers offers = new DownOffers(OURS);

  /** What was offered when the answers of the corpus were caught. */
  private static final List<List<DownTrack>> ROUNDS =
      List.of(
          List.of(audio("m1", "opus", "red"), video("c1", "VP8"), video("c2", "H264")),
          List.of(audio("m1", "opus"), video("c2", "H264"), video("c3", "VP9")),
          List.of(
              audio("m1", "opus", "red"),
              video("c2", "H264"),
              video("c3", "VP9"),
              video("c4", "AV1")),
          List.of(video("c4", "AV1")),
          List.of(video("c4", "AV1"), video("x1", "H265")),
          List.of(video("c4", "AV1"), audio("m2", "opus")),
          List.of(
              video("c4", "AV1"),
              audio("m2", "opus"),
              video("c5", "VP8"),
              video("c6", "VP8", "H264"),
              video("c7", "VP9")),
          List.of(),
          List.of(
              video("c8", "VP8"),
              video("c9", "VP8"),
              video("c10", "VP8"),
              video("c11", "VP8"),
              video("c12", "VP8")));

  private List<DownAnswer> play(String browser) {
    List<DownAnswer> answers = new ArrayList<>();
    for (int i = 0; i < ROUNDS.size(); i++) {
      offers.next(LOCAL, ROUNDS.get(i));
      answers.add(offers.accept(Offers.read(browser + "-answer-" + (i + 1))));
    }
    return answers;
  }

  private static List<String> accepted(DownAnswer answer) {
    return answer.sections().stream()
        .filter(DownSection::accepted)
        .map(section ->
            section.mid()
                + " "
                + section.track().id()
                + " "
                + String.join(", ", names(section.payloads())))
        .toList();
  }

  @Test
  void chromiumTakesThemAll() {
    List<DownAnswer> answers = play("chromium");

    assertThat(accepted(answers.get(0)))
        .containsExactly("0 m1 opus 111, red 63", "1 c1 VP8 96/97", "2 c2 H264 102/103");
    assertThat(answers.get(0).remote().ours()).isEqualTo(Setup.PASSIVE);
    assertThat(answers.get(0).sections().getFirst().extensions())
        .containsEntry(1, Offers.MID)
        .containsEntry(6, Offers.LEVEL);
    // A section falls silent first, and serves another track in the round after.
    assertThat(accepted(answers.get(1)))
        .containsExactly("0 m1 opus 111", "2 c2 H264 102/103", "3 c3 VP9 98/99");
    assertThat(accepted(answers.get(2)))
        .containsExactly(
            "0 m1 opus 111, red 63", "1 c4 AV1 45/46", "2 c2 H264 102/103", "3 c3 VP9 98/99");
    assertThat(accepted(answers.get(3))).containsExactly("1 c4 AV1 45/46");
    // It has no H265: the section is refused, and comes back under a new mid.
    assertThat(accepted(answers.get(4))).containsExactly("1 c4 AV1 45/46");
    assertThat(answers.get(4).sections())
        .extracting(section -> section.track().id())
        .containsExactly("c4", "x1");
    assertThat(accepted(answers.get(6)))
        .containsExactly(
            "0 m2 opus 111",
            "1 c4 AV1 45/46",
            "4 c5 VP8 96/97",
            "3 c6 VP8 96/97, H264 102/103",
            "5 c7 VP9 98/99");
    assertThat(answers.get(7).sections()).isEmpty();
    assertThat(answers.get(8).sections()).hasSize(5).allMatch(DownSection::accepted);
  }

  @Test
  void firefoxTakesAllButWhatItCannotDecode() {
    List<DownAnswer> answers = play("firefox");

    assertThat(accepted(answers.get(0))).containsExactly("0 m1 opus 111", "1 c1 VP8 96/97");
    assertThat(accepted(answers.get(2)))
        .containsExactly("0 m1 opus 111", "1 c4 AV1 45/46", "3 c3 VP9 98/99");
    assertThat(accepted(answers.get(6)))
        .containsExactly(
            "0 m2 opus 111",
            "1 c4 AV1 45/46",
            "5 c5 VP8 96/97",
            "3 c6 VP8 96/97",
            "6 c7 VP9 98/99");
    assertThat(answers.get(8).sections()).hasSize(5).allMatch(DownSection::accepted);
  }

  @Test
  void anOfferSaysAllThatABrowserMustKnow() {
    SessionDescription offer =
        offers.next(LOCAL, List.of(audio("m1", "opus", "red"), video("c1", "VP8", "H264")));

    assertThat(SessionDescription.read(offer.write())).isEqualTo(offer);
    assertThat(offer.lite()).isTrue();
    assertThat(offer.version()).isEqualTo(1);
    assertThat(offer.bundles()).containsExactly(List.of("0", "1"));
    MediaSection video = offer.media().get(1);
    assertThat(video.direction()).isEqualTo(Direction.SENDONLY);
    assertThat(video.formats()).containsExactly("96", "97", "102", "103");
    assertThat(video.msids()).containsExactly(new Msid("s-c1", "c1"));
    DownTrack track = video("c1");
    assertThat(video.groups())
        .containsExactly(new SourceGroup("FID", List.of(track.ssrc(), track.rtxSsrc())));
    assertThat(video.sources())
        .containsExactly(new Source(track.ssrc(), "cname"), new Source(track.rtxSsrc(), "cname"));
    assertThat(video.transport().setup()).isEqualTo(Setup.ACTPASS);
    assertThat(video.extensions()).isEqualTo(OURS.videoExtensions());
    assertThat(offer.media().get(0).transport().candidates()).hasSize(2);
  }

  @Test
  void aMidStaysWithItsTrack() {
    SessionDescription first = offers.next(LOCAL, ROUNDS.get(0));
    offers.accept(Offers.read("chromium-answer-1"));
    List<DownTrack> turned = ROUNDS.get(0).reversed();

    SessionDescription second = offers.next(LOCAL, turned);

    assertThat(second.media()).isEqualTo(first.media());
    assertThat(second.version()).isEqualTo(2);
  }

  @Test
  void aRestartOffersNewCredentials() {
    offers.next(LOCAL, ROUNDS.get(0));
    offers.accept(Offers.read("chromium-answer-1"));
    IceCredentials fresh = new IceCredentials("0123456789", "0123456789012345678901234");

    SessionDescription offer =
        offers.next(
            new LocalTransport(42, fresh, LOCAL.fingerprint(), LOCAL.candidates()), ROUNDS.get(0));

    assertThat(offer.media()).extracting(section -> section.transport().ice()).containsOnly(fresh);
  }

  @Test
  void anAnswerMayRenumberPayloads() {
    offers.next(LOCAL, ROUNDS.get(0));
    String answer =
        Offers.text("chromium-answer-1")
            .replace("SAVPF 96 97", "SAVPF 120 121")
            .replace("rtpmap:96 ", "rtpmap:120 ")
            .replace("rtcp-fb:96 ", "rtcp-fb:120 ")
            .replace("rtpmap:97 ", "rtpmap:121 ")
            .replace("fmtp:97 apt=96", "fmtp:121 apt=120");

    DownAnswer agreed = offers.accept(SessionDescription.read(answer));

    assertThat(accepted(agreed)).contains("1 c1 VP8 120/121");
  }

  @Test
  void whatTheAnswerStrikesOutIsNotSent() {
    offers.next(LOCAL, ROUNDS.get(0));
    String answer =
        Offers.text("chromium-answer-1")
            .replace("SAVPF 96 97", "SAVPF 96")
            .replace("a=rtpmap:97 rtx/90000\r\n", "")
            .replace("a=fmtp:97 apt=96\r\n", "")
            .replaceAll("a=extmap:4 .*\r\n", "")
            .replaceAll("a=extmap:1 \\S+", "a=extmap:1 urn:something-else")
            .replace("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:96 nack of-mine\r\n");

    DownSection video = offers.accept(SessionDescription.read(answer)).sections().get(1);

    assertThat(names(video.payloads())).containsExactly("VP8 96");
    assertThat(video.payloads().getFirst().codec().feedback())
        .doesNotContain("nack", "nack of-mine")
        .contains("nack pli");
    assertThat(video.extensions()).doesNotContainKeys(1, 4);
  }

  @Test
  void whoRefusesEverythingHasNoTransport() {
    offers.next(LOCAL, ROUNDS.get(0));
    String answer =
        Offers.text("chromium-answer-1")
            .replaceAll("m=(audio|video) \\d+ ", "m=$1 0 ")
            .replaceAll("a=group:.*", "a=group:BUNDLE");

    DownAnswer agreed = offers.accept(SessionDescription.read(answer));

    assertThat(agreed.remote()).isNull();
    assertThat(agreed.sections()).hasSize(3).noneMatch(DownSection::accepted);
    // And once more, everything under new mids.
    offers.next(LOCAL, List.of());
    offers.accept(
        SessionDescription.read("v=0\r\nm=audio 0 x 0\r\nm=video 0 x 0\r\nm=video 0 x 0\r\n"));
    SessionDescription again = offers.next(LOCAL, ROUNDS.get(1));
    assertThat(again.media()).extracting(MediaSection::mid).containsExactly("3", "4", "5");
  }

  @Test
  void thereIsAConnectionBeforeThereIsATrack() {
    SessionDescription offer = offers.next(LOCAL, List.of());

    LocalTransport far = new LocalTransport(7, LOCAL.ice(), LOCAL.fingerprint(), List.of(), false);
    UpAnswer answer = UpAnswer.to(offer, far, OURS, 1, null);
    DownAnswer agreed = offers.accept(answer.answer());

    assertThat(agreed.remote()).isNotNull();
    assertThat(agreed.sections()).isEmpty();
    // The silent section is the first track's.
    SessionDescription next = offers.next(LOCAL, List.of(audio("m1", "opus"), video("c1", "VP8")));
    assertThat(next.media()).extracting(MediaSection::mid).containsExactly("0", "1");
    assertThat(next.media()).extracting(MediaSection::direction).containsOnly(Direction.SENDONLY);
  }

  @Test
  void twoTracksHaveTwoIds() {
    assertThatThrownBy(() -> offers.next(LOCAL, List.of(audio("a", "opus"), video("a", "VP8"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Number 61. */
  @Test
  void anAnswerToNoOfferIsRefused() {
    assertThatThrownBy(() -> offers.accept(Offers.read("chromium-answer-1")))
        .isInstanceOf(ProtocolException.class);
    offers.next(LOCAL, ROUNDS.get(0));
    offers.accept(Offers.read("chromium-answer-1"));

    assertThatThrownBy(() -> offers.accept(Offers.read("chromium-answer-1")))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("an answer to no offer");
  }

  @Test
  void anAnswerToAnOlderOfferIsRefusedAndTheRightOneTaken() {
    offers.next(LOCAL, ROUNDS.get(0));
    offers.accept(Offers.read("chromium-answer-1"));
    SessionDescription offer = offers.next(LOCAL, ROUNDS.get(1));

    assertThatThrownBy(() -> offers.accept(Offers.read("chromium-answer-1")))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("an answer to another offer");
    assertThat(offers.outstanding()).isEqualTo(offer);

    offers.accept(Offers.read("chromium-answer-2"));
    assertThat(offers.outstanding()).isNull();
  }

  @Test
  void offersNeverCross() {
    offers.next(LOCAL, ROUNDS.get(0));

    assertThatThrownBy(() -> offers.next(LOCAL, ROUNDS.get(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"actpass", "holdconn"})
  void anAnswerMustTakeAPart(String setup) {
    offers.next(LOCAL, ROUNDS.get(0));
    String answer = Offers.text("chromium-answer-1").replace("setup:active", "setup:" + setup);

    assertThatThrownBy(() -> offers.accept(SessionDescription.read(answer)))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void thePartsInTheHandshakeStay() {
    offers.next(LOCAL, ROUNDS.get(0));
    String passive = Offers.text("chromium-answer-1").replace("setup:active", "setup:passive");
    assertThat(offers.accept(SessionDescription.read(passive)).remote().ours())
        .isEqualTo(Setup.ACTIVE);
    offers.next(LOCAL, ROUNDS.get(1));

    assertThatThrownBy(() -> offers.accept(Offers.read("chromium-answer-2")))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("DTLS");
  }
}
