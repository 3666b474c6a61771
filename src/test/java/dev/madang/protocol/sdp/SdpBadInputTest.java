package dev.madang.protocol.sdp;

import static dev.madang.protocol.sdp.Offers.LOCAL;
import static dev.madang.protocol.sdp.Offers.OURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ProtocolException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Number 60 of the bad inputs. Each ends in a sentence for who sent it, or is taken without harm.
 */
class SdpBadInputTest {
  private static void assertRefused(String text) {
    assertRefused(text, "");
  }

  private static void assertRefused(String text, String... words) {
    assertThatThrownBy(() -> UpAnswer.to(SessionDescription.read(text), LOCAL, OURS, 1, null))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContainingAll(words)
        .satisfies(e -> assertThat(e.getMessage()).matches("[ -~…²⁶³]{1,200}"));
  }

  private static String repeated(int times, String line) {
    return IntStream.range(0, times)
        .mapToObj(i -> line.replace("#", Integer.toString(i)))
        .collect(Collectors.joining("\r\n"));
  }

  @Test
  void aMegabyteIsNotRead() {
    assertRefused("v=0\r\n" + "x".repeat(1 << 20), "1048581 characters");
  }

  @Test
  void tenThousandSectionsAreNotRead() {
    assertRefused("v=0\r\n" + repeated(5000, "m=x 0 y 0"), "more than 64 media sections");
    String many = "v=0\r\n" + repeated(10_000, "m=x 0 y 0");
    assertThatThrownBy(
            () -> SessionDescription.read(many, new SessionDescription.Limits(1 << 20, 100)))
        .hasMessageContaining("more than 100");
  }

  @Test
  void withoutBundleTheFirstSectionIsTakenAlone() {
    String text = Offers.text("chromium-simulcast").replaceAll("a=group:BUNDLE.*\r\n", "");

    UpAnswer up = UpAnswer.to(SessionDescription.read(text), LOCAL, OURS, 1, null);

    assertThat(up.answer().media()).extracting(MediaSection::port).containsExactly(9, 0, 0);
    assertThat(up.answer().bundles()).isEmpty();
    assertThat(up.tracks()).hasSize(1);
  }

  @Test
  void aBundleOfStrangersIsNone() {
    String text =
        Offers.text("chromium-simulcast").replaceAll("a=group:BUNDLE.*", "a=group:BUNDLE 7 8");

    assertThat(UpAnswer.to(SessionDescription.read(text), LOCAL, OURS, 1, null).tracks())
        .hasSize(1);
  }

  @Test
  void sectionsOutsideTheBundleAreRefused() {
    String text =
        Offers.text("chromium-simulcast").replaceAll("a=group:BUNDLE.*", "a=group:BUNDLE 1");

    assertThat(UpAnswer.to(SessionDescription.read(text), LOCAL, OURS, 1, null).tracks())
        .extracting(UpTrack::mid)
        .containsExactly("1");
  }

  @Test
  void midsAndRidsAndPayloadTypesAreUnique() {
    assertRefused(Offers.text("chromium-simulcast").replace("a=mid:1", "a=mid:0"), "two", "mid 0");
    assertRefused(Offers.text("chromium-simulcast").replace("a=rid:h", "a=rid:q"), "rid q twice");
    assertRefused(
        Offers.text("chromium-simulcast").replace("SAVPF 96 97", "SAVPF 96 96"), "96 twice");
    assertRefused(Offers.text("chromium-simulcast").replace("a=extmap:5 ", "a=extmap:6 "), "id 6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"128", "256", "-1", "99999999999999999999", "٩٦", "0x60", "96.5", "a"})
  void payloadTypesAreSmallNumbers(String type) {
    assertRefused(
        Offers.text("chromium-simulcast").replace("SAVPF 96 ", "SAVPF " + type + " "),
        "payload type");
    assertRefused(
        Offers.text("chromium-simulcast").replace("rtpmap:96 ", "rtpmap:" + type + " "),
        "payload type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=fmtp:96",
        "a=fmtp:96 ",
        "a=fmtp:96 ;;;;;",
        "a=fmtp:96 =",
        "a=fmtp:96 =x;=y",
        "a=fmtp:96 apt=96",
        "a=fmtp:97 apt=97",
        "a=fmtp:97 apt=",
        "a=fmtp:97 apt=999999999999999999999",
        "a=fmtp:3 unknown=type",
        "a=rtcp-fb:96",
        "a=rtcp-fb:* ",
        "a=rtcp-fb:3 nack",
        "a=rtpmap:3 GSM/8000",
        "a=ssrc-group:FID",
        "a=ssrc-group:FID 1",
        "a=ssrc-group:FID 1 1",
        "a=ssrc-group:FID 1 2 3 4 5",
        "a=ssrc-group:SIM 1 2 3 99",
        "a=ssrc-group:NONSENSE 1 2",
        "a=ssrc:1",
        "a=ssrc:1 nonsense",
        "a=simulcast:",
        "a=simulcast:send ",
        "a=simulcast:send a;b;c",
        "a=candidate:",
        "a=candidate:1 1 udp 1 192.0.2.1 0 typ host",
        "a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
        "a=candidate:1 1 udp 99999999999 x y z",
        "a=extmap:4096 urn:x",
        "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:200 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
        "a=",
        "a=:",
        "x=y",
        "m"
      })
  void oddLinesDoNoHarm(String line) {
    if (line.equals("m")) {
      assertRefused(UpAnswerTest.offer("a=rtpmap:96 VP8/90000").write() + line, "no line");
      return;
    }
    SessionDescription offer =
        UpAnswerTest.offer("a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", line);

    UpTrack track = UpAnswer.to(offer, LOCAL, OURS, 1, null).tracks().getFirst();

    assertThat(track.payloads()).hasSize(1);
    assertThat(track.encodings()).hasSize(1);
    assertThat(track.extensions()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=rid:q",
        "a=rid:q sideways",
        "a=rid:q;h send",
        "a=rid:0123456789abcdefg send",
        "a=rid: send",
        "a=simulcast:sideways q",
        "a=simulcast:send q;;h",
        "a=rtpmap:96",
        "a=rtpmap:96 VP8",
        "a=rtpmap:96 VP8/",
        "a=rtpmap:96 VP8/0",
        "a=rtpmap:96 VP8/90000/0",
        "a=rtpmap:96 VP8/99999999999",
        "a=extmap:0 urn:x",
        "a=extmap:1",
        "a=extmap:1/sideways urn:x",
        "a=ssrc:4294967296 cname:x",
        "a=ssrc:x cname:x",
        "a=ssrc-group:FID 1 x",
        "a=mid:",
        "a=mid:has space",
        "a=setup:sideways",
        "a=sctp-port:0",
        "a=max-message-size:-1",
        "a=ice-ufrag:ab",
        "a=ice-pwd:short",
        "a=ice-ufrag:a b c d",
        "a=fingerprint:sha-256 zz",
        "a=fingerprint:sha-256 00:11",
        "m=video",
        "m=video x y z",
        "m=video 65536 UDP/TLS/RTP/SAVPF 96",
        "m=video -1 UDP/TLS/RTP/SAVPF 96"
      })
  void brokenLinesAreRefusedWithASentence(String line) {
    assertRefused(UpAnswerTest.offer("a=rtpmap:97 VP8/90000").write() + line + "\r\n");
  }

  @Test
  void linesAndListsEnd() {
    String head = UpAnswerTest.offer().write();
    for (String line :
        List.of(
            "a=rid:r# send",
            "a=msid:s t#",
            "a=ssrc:# cname:x",
            "a=ssrc-group:FID # 1",
            "a=fmtp:96 k#=v",
            "a=rtcp-fb:96 f#",
            "a=fingerprint:sha-256 00" + ":00".repeat(31))) {
      assertRefused(head + repeated(100, line), "more than");
    }
    assertRefused(head + "a=simulcast:send " + repeated(50, "r#").replace("\r\n", ";"), "layers");
    assertRefused(head + "a=x:" + "y".repeat(10_000), "10004 characters");
    assertRefused("v=0\r\n" + repeated(100, "a=group:BUNDLE #"), "groups");
    // Candidates end without a word: there are enough.
    SessionDescription many =
        SessionDescription.read(
            UpAnswerTest.offer("a=rtpmap:96 VP8/90000").write()
                + repeated(500, "a=candidate:# 1 udp 1 192.0.2.1 5000 typ host"));
    assertThat(many.media().getFirst().transport().candidates()).hasSize(64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0000", "\u0007", "\r", "\u001b[2J", "\u007f", "\u0085", "\t"})
  void controlCharactersAreRefusedWhereverTheyStand(String control) {
    for (String place : List.of("a=msid:b1f64e23", "a=mid:0", "a=ice-ufrag:", "s=-", "opus")) {
      assertRefused(
          Offers.text("chromium-simulcast").replace(place, place + control), "control character");
    }
  }

  @Test
  void anMsidCannotBeginAnotherLine() {
    // What would end the line ends it when it is read, so it can stand in no value.
    SessionDescription read =
        SessionDescription.read(
            Offers.text("chromium-simulcast")
                .replaceFirst("a=msid:", "a=msid:x\r\na=mid:injected\r\na=msid:"));

    assertThat(read.media().getFirst().msids().getFirst().stream()).isEqualTo("x");
    assertThat(read.media().getFirst().mid()).isEqualTo("injected");
  }

  @Test
  void aTransportWithoutSecretsIsRefused() {
    String text = Offers.text("chromium-data");
    assertRefused(text.replaceAll("a=fingerprint.*\r\n", ""), "no fingerprint");
    assertRefused(
        text.replaceAll("a=fingerprint.*", "a=fingerprint:sha-1 00" + ":11".repeat(19)),
        "no fingerprint");
    assertRefused(text.replaceAll("a=ice-ufrag.*\r\n", ""), "no ice-ufrag");
    assertRefused(text.replaceAll("a=ice-pwd.*\r\n", ""), "no ice-ufrag");
    assertRefused(text.replace("a=setup:actpass", "a=setup:holdconn"), "holdconn");
    assertRefused(text.replace("t=0 0", "t=0 0\r\na=ice-lite"), "ICE-lite");
  }

  @Test
  void aStrongFingerprintBesideAWeakOneIsTaken() {
    String text =
        Offers.text("chromium-data")
            .replace("a=fingerprint:", "a=fingerprint:SHA-1 00:11\r\na=fingerprint:");

    assertThat(
            UpAnswer.to(SessionDescription.read(text), LOCAL, OURS, 1, null)
                .remote()
                .fingerprints())
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RTP/AVP", "RTP/SAVP0", "UDP/TLS/UDPTL", "DTLS/SCTP", "x"})
  void mediaInTheClearIsRefused(String protocol) {
    assertRefused(
        Offers.text("chromium-recvonly").replace("UDP/TLS/RTP/SAVPF", protocol), "nothing");
  }

  @Test
  void mediaWithItsRtcpElsewhereIsRefused() {
    assertRefused(Offers.text("chromium-recvonly").replace("a=rtcp-mux\r\n", ""), "nothing");
  }

  @Test
  void directionsMayFlipAsTheyLike() {
    String text = Offers.text("chromium-sendrecv");
    for (Direction direction : Direction.values()) {
      String flipped =
          text.replaceAll("a=(sendrecv|inactive)", "a=sendonly\r\na=recvonly\r\na=" + direction);

      UpAnswer up = UpAnswer.to(SessionDescription.read(flipped), LOCAL, OURS, 1, null);

      assertThat(up.tracks()).hasSize(3).allMatch(track -> track.active() == direction.sends());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\r\n", "v=1", "V=0", "{\"sdp\":\"v=0\"}", "v=0", "v=0\r\no=x", "v=0\r\nm=x"})
  void whatIsNoOfferIsRefused(String text) {
    assertRefused(text);
  }
}
