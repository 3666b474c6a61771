package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static dev.madang.protocol.sdp.Offers.audio;
import static dev.madang.protocol.sdp.Offers.names;
import static dev.madang.protocol.sdp.Offers.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.UpTrack.Encoding;
import dev.madang.wire.ProtocolException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server and a client of our own, each by what the other wrote. */
class OwnClientsTest {
  private static final LocalTransport CLIENT =
      new LocalTransport(
          7,
          new IceCredentials("client", "client-password0client-pa".replace('-', '+')),
          LOCAL.fingerprint(),
          List.of(),
          false);

  private static SessionDescription sent(SessionDescription description) {
    SessionDescription read = SessionDescription.read(description.write());
    assertThat(read).isEqualTo(description);
    return read;
  }

  @Test
  void aClientPublishesLayersAndOpensDataChannels() {
    DownOffers client = new DownOffers(OURS, true);
    DownTrack camera =
        new DownTrack(
            "cam", Kind.VIDEO, "s", "c", 1, 2, List.of("VP8", "H264"), List.of("q", "h", "f"));

    SessionDescription offer = sent(client.next(CLIENT, List.of(audio("mic", "opus"), camera)));
    UpAnswer up = UpAnswer.to(offer, LOCAL, OURS, 1, null);
    DownAnswer agreed = client.accept(sent(up.answer()));

    assertThat(up.remote().lite()).isFalse();
    assertThat(agreed.remote().lite()).isTrue();
    assertThat(agreed.remote().candidates()).hasSize(2);
    assertThat(agreed.remote().ours()).isEqualTo(Setup.ACTIVE);
    assertThat(up.remote().ours()).isEqualTo(Setup.PASSIVE);
    assertThat(up.data()).isNotNull();
    assertThat(agreed.data()).isNotNull();
    assertThat(up.tracks()).extracting(UpTrack::mid).containsExactly("1", "2");
    UpTrack video = up.tracks().get(1);
    assertThat(video.track()).isEqualTo("cam");
    assertThat(video.encodings()).extracting(Encoding::rid).containsExactly("q", "h", "f");
    DownSection section = agreed.sections().get(1);
    assertThat(section.rids()).containsExactly("q", "h", "f");
    assertThat(section.payloads()).isEqualTo(video.payloads());
    assertThat(section.extensions()).isEqualTo(video.extensions());
  }

  @Test
  void aClientReceivesWhatTheServerOffers() {
    DownOffers server = new DownOffers(OURS);

    SessionDescription offer =
        sent(server.next(LOCAL, List.of(audio("a", "opus", "red"), video("v", "AV1"))));
    UpAnswer client = UpAnswer.to(offer, CLIENT, OURS, 1, null);
    DownAnswer agreed = server.accept(sent(client.answer()));

    assertThat(client.remote().lite()).isTrue();
    assertThat(client.answer().lite()).isFalse();
    assertThat(agreed.sections()).allMatch(DownSection::accepted);
    DownTrack track = video("v");
    assertThat(client.tracks().get(1).encodings())
        .containsExactly(new Encoding("", track.ssrc(), track.rtxSsrc()));
    assertThat(names(client.tracks().get(1).payloads())).containsExactly("AV1 45/46");
    assertThat(names(agreed.sections().get(0).payloads())).containsExactly("opus 111", "red 63");
  }

  @Test
  void aClientWatches() {
    WhepOffer client = WhepOffer.of(CLIENT, OURS, List.of(Kind.VIDEO, Kind.AUDIO));

    WhepAnswer server =
        WhepAnswer.to(
            sent(client.offer()),
            LOCAL,
            OURS,
            List.of(audio("a", "opus"), video("v", "H264")),
            1,
            null);
    WhepOffer.Agreed agreed = client.accept(sent(server.answer()));

    assertThat(agreed.remote().lite()).isTrue();
    assertThat(agreed.remote().ours()).isEqualTo(Setup.ACTIVE);
    assertThat(agreed.tracks()).extracting(UpTrack::track).containsExactly("v", "a");
    assertThat(names(agreed.tracks().getFirst().payloads())).containsExactly("H264 102/103");
    assertThat(agreed.tracks().getFirst().encodings())
        .containsExactly(new Encoding("", video("v").ssrc(), video("v").rtxSsrc()));
    assertThat(server.sections()).extracting(DownSection::mid).containsExactly("1", "0");
  }

  @Test
  void aWatcherWithoutATrackOfAKindHearsOfOneOnly() {
    WhepOffer client = WhepOffer.of(CLIENT, OURS, List.of(Kind.AUDIO, Kind.VIDEO));

    WhepAnswer server =
        WhepAnswer.to(client.offer(), LOCAL, OURS, List.of(audio("a", "opus")), 1, null);

    assertThat(client.accept(server.answer()).tracks())
        .extracting(UpTrack::kind)
        .containsExactly(Kind.AUDIO);
  }

  @Test
  void anAnswerOfAnotherShapeIsNone() {
    WhepOffer client = WhepOffer.of(CLIENT, OURS, List.of(Kind.AUDIO, Kind.VIDEO));

    assertThatThrownBy(() -> client.accept(Offers.read("chromium-answer-1")))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void aRefusedDataSectionStaysRefused() {
    DownOffers client = new DownOffers(OURS, true);
    SessionDescription offer = client.next(CLIENT, List.of(audio("mic", "opus")));
    WhepAnswer refusing =
        WhepAnswer.to(offer, LOCAL, OURS, List.of(audio("other", "opus")), 1, null);

    assertThat(client.accept(refusing.answer()).data()).isNull();
    assertThat(client.next(CLIENT, List.of(audio("mic", "opus"))).media().getFirst().port())
        .isZero();
  }
}
