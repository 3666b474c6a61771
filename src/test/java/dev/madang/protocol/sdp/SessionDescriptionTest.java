package dev.madang.protocol.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.protocol.sdp.MediaSection.Rid;
import dev.madang.protocol.sdp.MediaSection.Simulcast;
import dev.madang.protocol.sdp.MediaSection.Source;
import dev.madang.protocol.sdp.MediaSection.SourceGroup;
import dev.madang.rig.Fuzz;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionDescriptionTest {
  @Test
  void whatIsReadIsWrittenAsItWasUnderstood() {
    List<byte[]> corpus = Fuzz.corpus("sdp");
    assertThat(corpus).hasSizeGreaterThan(30);
    for (byte[] bytes : corpus) {
      SessionDescription read = SessionDescription.read(new String(bytes, StandardCharsets.UTF_8));

      assertThat(SessionDescription.read(read.write())).isEqualTo(read);
      assertThat(read.write()).matches("(?s)([a-z]=[ -~]*\r\n)+");
    }
  }

  @Test
  void readsWhatChromiumOffers() {
    SessionDescription offer = Offers.read("chromium-simulcast");

    assertThat(offer.session()).isEqualTo(7165194947654476174L);
    assertThat(offer.version()).isEqualTo(2);
    assertThat(offer.lite()).isFalse();
    assertThat(offer.extmapAllowMixed()).isTrue();
    assertThat(offer.bundles()).containsExactly(List.of("0", "1", "2"));
    assertThat(offer.media())
        .extracting(MediaSection::kind)
        .containsExactly(Kind.AUDIO, Kind.VIDEO, Kind.DATA);

    MediaSection audio = offer.media().get(0);
    assertThat(audio.direction()).isEqualTo(Direction.SENDONLY);
    assertThat(audio.codec(111))
        .isEqualTo(
            new Codec(
                111,
                "opus",
                48_000,
                2,
                Map.of("minptime", "10", "useinbandfec", "1"),
                List.of("transport-cc")));
    assertThat(audio.codec(63).parameters()).containsExactly(Map.entry("", "111/111"));
    assertThat(audio.msids())
        .containsExactly(
            new Msid(
                "b1f64e23-a5b0-4f1e-b217-82bb124c6b15", "7481f0ac-69df-42a1-9ea6-7bc83494a05e"));
    assertThat(audio.sources()).containsExactly(new Source(3596860457L, "FOYbT30GQ7q9kbJ/"));
    TransportDescription transport = audio.transport();
    assertThat(transport.ice().ufrag()).isEqualTo("rHBl");
    assertThat(transport.setup()).isEqualTo(Setup.ACTPASS);
    assertThat(transport.fingerprints())
        .singleElement()
        .asString()
        .startsWith("sha-256 64:5D:5B:62:B1:08:0A");
    assertThat(transport.candidates()).hasSize(4);
    assertThat(transport.endOfCandidates()).isFalse();

    MediaSection video = offer.media().get(1);
    assertThat(video.rtcpMux()).isTrue();
    assertThat(video.rtcpRsize()).isTrue();
    assertThat(video.extensions()).contains(new Extension(12, Offers.DESCRIPTOR));
    assertThat(video.rids())
        .containsExactly(new Rid("q", true), new Rid("h", true), new Rid("f", true));
    assertThat(video.simulcast()).isEqualTo(new Simulcast(List.of("q", "h", "f"), List.of()));
    assertThat(video.codec(96).feedback())
        .containsExactly("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
    assertThat(video.rtxOf(96).payloadType()).isEqualTo(97);

    assertThat(offer.media().get(2).sctp()).isEqualTo(new SctpDescription(5000, 262_144));
  }

  @Test
  void readsWhatFirefoxWritesAboveAllSections() {
    SessionDescription offer = Offers.read("firefox-simulcast");

    MediaSection video = offer.media().get(1);
    assertThat(offer.extmapAllowMixed()).isTrue();
    assertThat(video.transport().fingerprints()).hasSize(1);
    assertThat(video.transport().iceOptions()).containsExactly("trickle");
    assertThat(video.transport().endOfCandidates()).isTrue();
    // All of them are names that nobody else can look up.
    assertThat(video.transport().candidates())
        .hasSize(8)
        .allMatch(candidate -> candidate.address() == null);
    assertThat(video.groups()).contains(new SourceGroup("FID", List.of(2880624921L, 838443063L)));
    assertThat(video.extensions())
        .contains(new Extension(8, Direction.SENDONLY, Offers.DESCRIPTOR));
    assertThat(offer.media().get(2).sctp().maxMessageSize()).isEqualTo(1_073_741_823);
  }

  @Test
  void readsWhatOthersWriteDifferently() {
    MediaSection section =
        section(
            "m=video 9/2 UDP/TLS/RTP/SAVPF 96 97",
            "a=rtcp-fb:* nack",
            "a=rtcp-fb:96 nack pli",
            "a=fmtp:96 x; y = 1 ;;=;z=;y=2",
            "a=rtpmap:96 vp8/90000",
            "a=simulcast: send rid=~q,r;h recv f",
            "a=rid:q send max-width=1280;max-height=720",
            "a=rid:f recv",
            "a=ssrc:7 msid:stream track",
            "a=ssrc:7 cname:c n",
            "a=ssrc-group:SIM 7 8",
            "a=msid-unknown:7",
            "a=extmap:4100 urn:a",
            "a=extmap:2/recvonly urn:b attributes",
            "b=AS:1000",
            "a=candidate:this is none",
            "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host");

    assertThat(section.codecs())
        .containsExactly(
            new Codec(
                96,
                "vp8",
                90_000,
                1,
                Map.of("", "x", "y", "1", "z", ""),
                List.of("nack pli", "nack")));
    assertThat(section.simulcast()).isEqualTo(new Simulcast(List.of("q", "h"), List.of("f")));
    assertThat(section.rids()).containsExactly(new Rid("q", true), new Rid("f", false));
    assertThat(section.msids()).containsExactly(new Msid("stream", "track"));
    assertThat(section.sources()).containsExactly(new Source(7, "c n"));
    assertThat(section.extensions()).containsExactly(new Extension(2, Direction.RECVONLY, "urn:b"));
    assertThat(section.transport().candidates()).hasSize(1);
    assertThat(section.direction()).isEqualTo(Direction.SENDRECV);
  }

  @Test
  void linesMayEndEitherWay() {
    String text = Offers.text("chromium-data");

    assertThat(SessionDescription.read(text.replace("\r\n", "\n") + "\n\n"))
        .isEqualTo(SessionDescription.read(text.stripTrailing()));
  }

  @Test
  void nothingThatIsWrittenEndsALineByItself() {
    for (String bad : List.of("a\r\nb", "a\nb", "a\u0000b", "a\u007fb", "a\u2028b", "é")) {
      assertThatThrownBy(() -> new Msid(bad, "t")).isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Msid("s", bad)).isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Source(1, bad)).isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Rid(bad, true)).isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Extension(1, bad)).isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Codec(1, bad, 1, 1, Map.of(), List.of()))
          .isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Codec(1, "x", 1, 1, Map.of("k", bad), List.of()))
          .isInstanceOf(ProtocolException.class);
      assertThatThrownBy(() -> new Codec(1, "x", 1, 1, Map.of(), List.of(bad)))
          .isInstanceOf(ProtocolException.class);
    }
  }

  static MediaSection section(String... lines) {
    return SessionDescription.read("v=0\r\n" + String.join("\r\n", lines)).media().getFirst();
  }
}
