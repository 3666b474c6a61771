package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.wire.Address;
import dev.madang.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the tests of this folder say again and again. */
final class Offers {
  private Offers() {}

  /** A description from the corpus, by name without `.sdp`. */
  static String text(String name) {
    try (InputStream in = Offers.class.getResourceAsStream("/corpus/sdp/" + name + ".sdp")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SessionDescription read(String name) {
    return SessionDescription.read(text(name));
  }

  static final String MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
  static final String RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
  static final String REPAIRED = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
  static final String LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
  static final String TWCC =
      "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
  static final String DESCRIPTOR =
      "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
  static final String PLAYOUT = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";

  static final Capabilities OURS =
      Capabilities.usual(
          List.of(new Extension(1, MID), new Extension(4, TWCC), new Extension(6, LEVEL)),
          List.of(
              new Extension(1, MID),
              new Extension(2, RID),
              new Extension(3, REPAIRED),
              new Extension(4, TWCC),
              new Extension(8, DESCRIPTOR),
              new Extension(9, PLAYOUT)));

  private static final Address HERE = Address.parse("203.0.113.1", 7700);

  static final LocalTransport LOCAL =
      new LocalTransport(
          42,
          new IceCredentials("AbCdEf+/09", "VOkJxbRl1RmTxUk/WvJxBt22"),
          new Fingerprint("sha-256", Bytes.of(new byte[32])),
          List.of(
              IceCandidate.host(HERE, IceCandidate.Transport.TCP_PASSIVE, 8191),
              IceCandidate.host(HERE, IceCandidate.Transport.UDP, 65_535)));

  static UpAnswer answer(String name) {
    return UpAnswer.to(read(name), LOCAL, OURS, 1, null);
  }

  static DownTrack audio(String id, String... codecs) {
    return new DownTrack(
        id, Kind.AUDIO, "s-" + id, "cname", id.hashCode() & 0xFFFFL, -1, List.of(codecs));
  }

  static DownTrack video(String id, String... codecs) {
    long ssrc = id.hashCode() & 0xFFFFL;
    return new DownTrack(id, Kind.VIDEO, "s-" + id, "cname", ssrc, ssrc + 100_000, List.of(codecs));
  }

  /** Names and payload types: `VP8 96/97`. */
  static List<String> names(List<Payload> payloads) {
    return payloads.stream()
        .map(payload ->
            payload.codec().name()
                + " "
                + payload.codec().payloadType()
                + (payload.rtx() < 0 ? "" : "/" + payload.rtx()))
        .toList();
  }
}
