package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static dev.madang.protocol.sdp.Offers.answer;
import static dev.madang.protocol.sdp.Offers.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.sdp.MediaSection.Rid;
import dev.madang.protocol.sdp.MediaSection.Simulcast;
import dev.madang.protocol.sdp.UpTrack.Encoding;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers that real far ends made, and what they are answered. */
class UpAnswerTest {
  @Test
  void receivesEveryLayerOfChromium() {
    UpAnswer up = answer("chromium-simulcast");

    UpTrack audio = up.tracks().get(0);
    assertThat(names(audio.payloads())).containsExactly("opus 111", "red 63");
    assertThat(audio.extensions())
        .containsExactlyInAnyOrderEntriesOf(Map.of(1, Offers.LEVEL, 3, Offers.TWCC, 4, Offers.MID));
    assertThat(audio.encodings()).containsExactly(new Encoding("", 3596860457L, -1));
    assertThat(audio.stream()).isEqualTo("b1f64e23-a5b0-4f1e-b217-82bb124c6b15");
    assertThat(audio.track()).isEqualTo("7481f0ac-69df-42a1-9ea6-7bc83494a05e");

    UpTrack video = up.tracks().get(1);
    assertThat(video.mid()).isEqualTo("1");
    assertThat(video.active()).isTrue();
    assertThat(names(video.payloads()))
        .containsExactly("VP8 96/97", "VP9 98/99", "H264 108/109", "AV1 45/46");
    assertThat(video.payloads().getFirst().codec().feedback())
        .containsExactlyInAnyOrder("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc");
    assertThat(video.extensions())
        .containsEntry(10, Offers.RID)
        .containsEntry(11, Offers.REPAIRED)
        .containsEntry(12, Offers.DESCRIPTOR);
    assertThat(video.encodings())
        .containsExactly(
            new Encoding("q", -1, -1), new Encoding("h", -1, -1), new Encoding("f", -1, -1));

    assertThat(up.data()).isEqualTo(new SctpDescription(5000, 262_144));
    assertThat(up.remote().ours()).isEqualTo(Setup.PASSIVE);
    assertThat(up.remote().trickle()).isTrue();
    assertThat(up.remote().ice().ufrag()).isEqualTo("rHBl");
  }

  @Test
  void onlyChromiumIsToldWithHowManyKilobitsToBegin() {
    MediaSection chromium = answer("chromium-simulcast").answer().media().get(1);
    MediaSection firefox = answer("firefox-simulcast").answer().media().get(1);
    assertThat(chromium.codec(96).parameters()).containsEntry("x-google-start-bitrate", "1000");
    assertThat(chromium.codec(108).parameters())
        .containsEntry("x-google-start-bitrate", "1000")
        .containsKey("profile-level-id");
    assertThat(firefox.codec(120).parameters()).doesNotContainKey("x-google-start-bitrate");
  }

  @Test
  void itsLinesAreWhatABrowserWantsToRead() {
    SessionDescription written =
        SessionDescription.read(answer("chromium-simulcast").answer().write());

    assertThat(written).isEqualTo(answer("chromium-simulcast").answer());
    assertThat(written.lite()).isTrue();
    assertThat(written.session()).isEqualTo(42);
    assertThat(written.bundles()).containsExactly(List.of("0", "1", "2"));
    assertThat(written.media()).extracting(MediaSection::port).containsOnly(9);
    assertThat(written.media())
        .extracting(section -> section.transport().ice())
        .containsOnly(LOCAL.ice());
    assertThat(written.media())
        .extracting(section -> section.transport().setup())
        .containsOnly(Setup.PASSIVE);
    // ffmpeg looks at the first candidate only, and wants UDP.
    TransportDescription transport = written.media().getFirst().transport();
    assertThat(transport.candidates())
        .containsExactly(LOCAL.candidates().get(1), LOCAL.candidates().get(0));
    assertThat(transport.endOfCandidates()).isTrue();
    MediaSection video = written.media().get(1);
    assertThat(video.direction()).isEqualTo(Direction.RECVONLY);
    assertThat(video.rtcpMux()).isTrue();
    assertThat(video.rtcpRsize()).isTrue();
    assertThat(video.rids())
        .containsExactly(new Rid("q", false), new Rid("h", false), new Rid("f", false));
    assertThat(video.simulcast()).isEqualTo(new Simulcast(List.of(), List.of("q", "h", "f")));
    assertThat(video.formats()).containsExactly("96", "97", "98", "99", "108", "109", "45", "46");
    assertThat(written.media().get(2).sctp())
        .isEqualTo(new SctpDescription(5000, OURS.maxMessageSize()));
  }

  @Test
  void receivesEveryLayerOfFirefox() {
    UpAnswer up = answer("firefox-simulcast");

    assertThat(names(up.tracks().get(0).payloads())).containsExactly("opus 109");
    // Stereo was asked for: it is taken.
    assertThat(up.tracks().get(0).payloads().getFirst().codec().parameters())
        .containsEntry("stereo", "1")
        .containsEntry("minptime", "10");
    UpTrack video = up.tracks().get(1);
    assertThat(names(video.payloads())).containsExactly("VP8 120/124", "VP9 121/125", "AV1 99/100");
    assertThat(video.encodings()).extracting(Encoding::rid).containsExactly("q", "h", "f");
    // Those that it only receives are no use on a way that it only sends on.
    assertThat(video.extensions())
        .doesNotContainValue(Offers.PLAYOUT)
        .containsEntry(8, Offers.DESCRIPTOR);
    assertThat(up.remote().trickle()).isFalse();
    assertThat(up.data().maxMessageSize()).isEqualTo(1_073_741_823);
  }

  @ParameterizedTest
  @CsvSource({
    "chromium-vp9-svc,VP9,VP9 98/99",
    "firefox-vp9-svc,VP9,VP9 121/125",
    "chromium-av1-svc,AV1,AV1 45/46",
    "firefox-av1-svc,AV1,AV1 99/100"
  })
  void aCodecThatTheOfferPutsFirstMayStayFirst(String name, String codec, String payload) {
    SessionDescription offer = Offers.read(name);

    UpAnswer theirs = UpAnswer.to(offer, LOCAL, OURS.inOrderOfTheOffer(), 1, null);
    UpAnswer ours = UpAnswer.to(offer, LOCAL, OURS.preferring(codec), 1, null);
    UpAnswer usual = UpAnswer.to(offer, LOCAL, OURS, 1, null);

    assertThat(names(theirs.tracks().getLast().payloads())).first().isEqualTo(payload);
    assertThat(names(ours.tracks().getLast().payloads())).first().isEqualTo(payload);
    assertThat(names(usual.tracks().getLast().payloads())).first().asString().startsWith("VP8");
    // Firefox describes its layers with simulcast only.
    if (name.startsWith("chromium")) {
      assertThat(theirs.tracks().getLast().extensions()).containsValue(Offers.DESCRIPTOR);
    }
    assertThat(theirs.tracks().getLast().encodings()).hasSize(1);
  }

  @Test
  void redundancyMayComeFirst() {
    SessionDescription offer = Offers.read("chromium-sendrecv");

    UpAnswer with = UpAnswer.to(offer, LOCAL, OURS.withRedundancy(true), 1, null);
    UpAnswer without = UpAnswer.to(offer, LOCAL, OURS.withRedundancy(false), 1, null);

    assertThat(names(with.tracks().getFirst().payloads())).containsExactly("red 63", "opus 111");
    assertThat(names(without.tracks().getFirst().payloads())).containsExactly("opus 111");
  }

  @Test
  void whatWouldGoBothWaysComesOneWay() {
    UpAnswer up = answer("chromium-sendrecv");

    assertThat(up.answer().media())
        .extracting(MediaSection::direction)
        .containsExactly(Direction.RECVONLY, Direction.RECVONLY, Direction.RECVONLY);
    assertThat(up.tracks()).extracting(UpTrack::mid).containsExactly("0", "1", "2");
    UpTrack video = up.tracks().get(1);
    assertThat(video.encodings())
        .singleElement()
        .satisfies(encoding -> {
          assertThat(encoding.ssrc()).isPositive();
          assertThat(encoding.rtxSsrc()).isPositive().isNotEqualTo(encoding.ssrc());
        });
  }

  @Test
  void whatIsOnHoldStaysOnHold() {
    for (String name : List.of("chromium-inactive", "chromium-recvonly", "firefox-recvonly")) {
      UpAnswer up = answer(name);

      assertThat(up.answer().media())
          .extracting(MediaSection::direction)
          .containsOnly(Direction.INACTIVE);
      assertThat(up.tracks()).hasSize(2).noneMatch(UpTrack::active);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"chromium-data", "firefox-data"})
  void dataChannelsNeedNoMedia(String name) {
    UpAnswer up = answer(name);

    assertThat(up.tracks()).isEmpty();
    assertThat(up.data()).isNotNull();
    assertThat(up.answer().media().getFirst().kind()).isEqualTo(Kind.DATA);
  }

  /** It offers setup:passive, no candidates, and a profile that no browser names. */
  @Test
  void ffmpegIsCalledByUs() {
    UpAnswer up = answer("ffmpeg-8");

    assertThat(up.remote().ours()).isEqualTo(Setup.ACTIVE);
    assertThat(up.remote().trickle()).isFalse();
    assertThat(up.answer().media())
        .extracting(section -> section.transport().setup())
        .containsOnly(Setup.ACTIVE);
    assertThat(names(up.tracks().get(0).payloads())).containsExactly("opus 111");
    UpTrack video = up.tracks().get(1);
    assertThat(names(video.payloads())).containsExactly("H264 106/105");
    assertThat(video.payloads().getFirst().codec().feedback()).containsExactly("nack");
    assertThat(video.payloads().getFirst().codec().parameter("profile-level-id", ""))
        .isEqualTo("42000d");
    assertThat(video.encodings()).containsExactly(new Encoding("", 4267647087L, 4267647088L));
    assertThat(video.track()).isEqualTo("video");
    assertThat(video.extensions()).isEmpty();
  }

  @Test
  void ffmpegWithoutSoundStillCountsItsSound() {
    String text = Offers.text("ffmpeg-8");
    String silent =
        text.substring(0, text.indexOf("m=audio")) + text.substring(text.indexOf("m=video"));

    UpAnswer up = UpAnswer.to(SessionDescription.read(silent), LOCAL, OURS, 1, null);

    assertThat(up.tracks()).extracting(UpTrack::mid).containsExactly("1");
    assertThat(up.answer().bundles()).containsExactly(List.of("1"));
    assertThat(up.answer().media().getFirst().transport().candidates()).isNotEmpty();
  }

  /** It gives up unless every layer is answered. */
  @Test
  void obsSendsAllItsLayers() {
    UpAnswer up = answer("obs-32");

    UpTrack video = up.tracks().get(1);
    assertThat(video.encodings()).extracting(Encoding::rid).containsExactly("0", "1", "2");
    assertThat(names(video.payloads())).containsExactly("H264 96");
    assertThat(up.answer().write()).contains("a=simulcast:recv 0;1;2\r\n", "a=rid:1 recv\r\n");
    assertThat(up.tracks().get(0).payloads().getFirst().codec().parameters())
        .containsEntry("stereo", "1")
        .containsEntry("sprop-stereo", "1");
  }

  @Test
  void gstreamersBundleOnlySectionIsNoRefusedOne() {
    UpAnswer up = answer("gstreamer-webrtcbin");

    assertThat(up.tracks()).extracting(UpTrack::mid).containsExactly("video0", "audio1");
    assertThat(names(up.tracks().get(0).payloads())).containsExactly("H264 96/97");
    assertThat(names(up.tracks().get(1).payloads())).containsExactly("OPUS 98");
    assertThat(up.tracks().get(0).encodings())
        .containsExactly(new Encoding("", 2485877649L, 1718206172L));
    assertThat(up.answer().media()).extracting(MediaSection::port).containsOnly(9);
  }

  @Test
  void layersToldBySsrcAreLayersToo() {
    UpTrack track =
        video(
            "a=rtpmap:96 VP8/90000",
            "a=ssrc:1 cname:c",
            "a=ssrc:2 cname:c",
            "a=ssrc:3 cname:c",
            "a=ssrc:11 cname:c",
            "a=ssrc:12 cname:c",
            "a=ssrc-group:SIM 1 2 3",
            "a=ssrc-group:FID 1 11",
            "a=ssrc-group:FID 2 12");

    assertThat(track.encodings())
        .containsExactly(new Encoding("", 1, 11), new Encoding("", 2, 12), new Encoding("", 3, -1));
  }

  @Test
  void aSectionThatCannotBeTakenIsRefusedAlone() {
    String offer =
        Offers.text("chromium-sendrecv")
            .replaceFirst("(?s)(m=video .*?)(m=video)", "m=text 9 RTP/AVP 96\r\na=mid:1\r\n$2");

    UpAnswer up = UpAnswer.to(SessionDescription.read(offer), LOCAL, OURS, 1, null);

    assertThat(up.answer().media()).extracting(MediaSection::port).containsExactly(9, 0, 9);
    assertThat(up.answer().media().get(1).media()).isEqualTo("text");
    assertThat(up.answer().bundles()).containsExactly(List.of("0", "2"));
    assertThat(up.tracks()).extracting(UpTrack::mid).containsExactly("0", "2");
  }

  @ParameterizedTest
  @CsvSource({
    "actpass,,PASSIVE",
    "active,,PASSIVE",
    "passive,,ACTIVE",
    "actpass,ACTIVE,ACTIVE",
    "actpass,PASSIVE,PASSIVE",
    "passive,ACTIVE,ACTIVE"
  })
  void thePartsInTheHandshakeAreKept(String offered, Setup established, Setup ours) {
    SessionDescription offer =
        SessionDescription.read(
            Offers.text("chromium-data").replace("setup:actpass", "setup:" + offered));

    UpAnswer up = UpAnswer.to(offer, LOCAL, OURS, 1, established);

    assertThat(up.remote().ours()).isEqualTo(ours);
    assertThat(up.answer().media().getFirst().transport().setup()).isEqualTo(ours);
  }

  @ParameterizedTest
  @CsvSource({"holdconn,", "active,ACTIVE", "passive,PASSIVE"})
  void partsThatCannotBePlayedAreRefused(String offered, Setup established) {
    SessionDescription offer =
        SessionDescription.read(
            Offers.text("chromium-data").replace("setup:actpass", "setup:" + offered));

    assertThatThrownBy(() -> UpAnswer.to(offer, LOCAL, OURS, 1, established))
        .isInstanceOf(ProtocolException.class);
  }

  /** aiortc numbers the extensions of each section by itself. */
  @Test
  void anExtensionIdMeansTheSameInEverySection() {
    String offer =
        Offers.text("chromium-sendrecv")
            .replace("a=extmap:14 urn:ietf:params:rtp-hdrext:toffset", "")
            .replaceFirst("(?s)(m=video.*?)a=extmap:3 \\S+", "$1a=extmap:1 " + Offers.DESCRIPTOR);

    UpAnswer up = UpAnswer.to(SessionDescription.read(offer), LOCAL, OURS, 1, null);

    assertThat(up.tracks().get(0).extensions()).containsEntry(1, Offers.LEVEL);
    assertThat(up.tracks().get(1).extensions()).doesNotContainKey(1);
  }

  @ParameterizedTest
  @CsvSource({
    // What is offered, and which of it is taken.
    "42e01f;1/42001f;1,H264 96",
    "42001f;1/42e01f;1,H264 97",
    "42001f;0/42e01f;0,H264 97",
    "640c1f;1/4d001f;1,H264 97",
    "640034;1/640034;0,H264 96",
    "42c00d;0/42000d;1,H264 97",
    "nonsense;1/42e01f;1,H264 97",
    "58a01f;1/zz,",
  })
  void theBestFormOfH264IsTaken(String forms, String taken) {
    String[] form = forms.split("/");
    SessionDescription offer =
        offer(
            "a=rtpmap:96 H264/90000",
            "a=fmtp:96 profile-level-id=" + form[0].replace(";", ";packetization-mode="),
            "a=rtpmap:97 H264/90000",
            "a=fmtp:97 profile-level-id=" + form[1].replace(";", ";packetization-mode="));

    if (taken == null) {
      assertThatThrownBy(() -> UpAnswer.to(offer, LOCAL, OURS, 1, null))
          .isInstanceOf(ProtocolException.class);
      return;
    }
    assertThat(names(UpAnswer.to(offer, LOCAL, OURS, 1, null).tracks().getFirst().payloads()))
        .containsExactly(taken);
  }

  @ParameterizedTest
  @CsvSource({
    "VP9,profile-id=2",
    "AV1,profile=1",
    "H265,profile-id=2",
    "H265,tx-mode=MRST",
    "ulpfec,",
    "flexfec-03,",
    "red,",
    "rtx,apt=96",
    "VP10,"
  })
  void otherFormsAreNotTaken(String codec, String parameters) {
    SessionDescription offer =
        offer("a=rtpmap:96 " + codec + "/90000", "a=fmtp:96 " + parameters, "a=rtpmap:97 x/1");

    assertThatThrownBy(() -> UpAnswer.to(offer, LOCAL, OURS, 1, null))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("nothing");
  }

  @Test
  void moreThanThirtyTwoSectionsAreRefusedAndTheFirstAreTaken() {
    StringBuilder lines = new StringBuilder("a=rtpmap:96 VP8/90000\r\n");
    for (int mid = 1; mid < 64; mid++) {
      lines
          .append("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:")
          .append(mid)
          .append("\r\na=rtcp-mux\r\na=sendonly\r\n");
    }
    UpAnswer up = UpAnswer.to(bundled(lines.toString()), LOCAL, OURS, 1, null);

    assertThat(up.tracks()).extracting(UpTrack::mid).hasSize(32).contains("0", "31");
    assertThat(up.answer().media()).hasSize(64);
    assertThat(up.answer().media().subList(0, 32)).extracting(MediaSection::port).containsOnly(9);
    assertThat(up.answer().media().subList(32, 64)).extracting(MediaSection::port).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"4, true", "5, false"})
  void aSectionOfMoreThanFourLayersIsRefused(int layers, boolean taken) {
    List<String> lines = new ArrayList<>(List.of("a=rtpmap:96 VP8/90000"));
    List<String> rids = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      rids.add("r" + i);
      lines.add("a=rid:r" + i + " send");
    }
    lines.add("a=simulcast:send " + String.join(";", rids));
    SessionDescription offer = offer(lines.toArray(String[]::new));

    if (taken) {
      assertThat(UpAnswer.to(offer, LOCAL, OURS, 1, null).tracks()).hasSize(1);
    } else {
      assertThatThrownBy(() -> UpAnswer.to(offer, LOCAL, OURS, 1, null))
          .isInstanceOf(ProtocolException.class);
    }
  }

  private static UpTrack video(String... lines) {
    return UpAnswer.to(offer(lines), LOCAL, OURS, 1, null).tracks().getFirst();
  }

  /** The same with more sections behind it, in one bundle. */
  private static SessionDescription bundled(String lines) {
    SessionDescription one = offer(lines);
    List<String> mids = one.media().stream().map(MediaSection::mid).toList();
    return new SessionDescription(
        one.session(), one.version(), false, false, List.of(mids), one.media());
  }

  /** An offer of a section of pictures with the payload types 96 and 97. */
  static SessionDescription offer(String... lines) {
    return SessionDescription.read(
        "v=0\r\na=group:BUNDLE 0\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\n"
            + "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00"
            + ":00".repeat(31)
            + "\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:0\r\na=rtcp-mux\r\na=sendonly\r\n"
            + String.join("\r\n", lines));
  }
}
