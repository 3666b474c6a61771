package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.protocol.sdp.MediaSection.Rid;
import dev.madang.protocol.sdp.MediaSection.Simulcast;
import dev.madang.protocol.sdp.MediaSection.Source;
import dev.madang.protocol.sdp.MediaSection.SourceGroup;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a session description, in the order of RFC 8829 §5.2.1. */
final class SessionWriter {
  private final StringBuilder out = new StringBuilder(2048);

  private SessionWriter() {}

  static String write(SessionDescription description) {
    SessionWriter writer = new SessionWriter();
    writer.session(description);
    description.media().forEach(writer::section);
    return writer.out.toString();
  }

  private void session(SessionDescription description) {
    line("v=0");
    line("o=- " + description.session() + " " + description.version() + " IN IP4 127.0.0.1");
    line("s=-");
    line("t=0 0");
    if (description.lite()) {
      line("a=ice-lite");
    }
    for (List<String> bundle : description.bundles()) {
      line(bundle.isEmpty() ? "a=group:BUNDLE" : "a=group:BUNDLE " + String.join(" ", bundle));
    }
    if (description.extmapAllowMixed()) {
      line("a=extmap-allow-mixed");
    }
    line("a=msid-semantic:WMS *");
  }

  private void section(MediaSection section) {
    line(
        "m="
            + section.media()
            + " "
            + section.port()
            + " "
            + section.protocol()
            + " "
            + String.join(" ", section.formats()));
    line("c=IN IP4 0.0.0.0");
    transport(section.transport());
    if (!section.mid().isEmpty()) {
      line("a=mid:" + section.mid());
    }
    section.extensions().forEach(this::extension);
    line("a=" + section.direction());
    section.msids().forEach(this::msid);
    flag(section.rtcpMux(), "rtcp-mux");
    flag(section.rtcpRsize(), "rtcp-rsize");
    flag(section.bundleOnly(), "bundle-only");
    section.codecs().forEach(this::codec);
    for (Rid rid : section.rids()) {
      line("a=rid:" + rid.id() + (rid.sends() ? " send" : " recv"));
    }
    if (section.simulcast() != null) {
      simulcast(section.simulcast());
    }
    for (SourceGroup group : section.groups()) {
      line(
          "a=ssrc-group:"
              + group.semantics()
              + group.ssrcs().stream().map(ssrc -> " " + ssrc).collect(Collectors.joining()));
    }
    for (Source source : section.sources()) {
      line("a=ssrc:" + source.ssrc() + " cname:" + source.cname());
    }
    if (section.sctp() != null) {
      line("a=sctp-port:" + section.sctp().port());
      line("a=max-message-size:" + section.sctp().maxMessageSize());
    }
  }

  private void transport(TransportDescription transport) {
    IceCredentials ice = transport.ice();
    if (ice != null) {
      line("a=ice-ufrag:" + ice.ufrag());
      line("a=ice-pwd:" + ice.password());
    }
    if (!transport.iceOptions().isEmpty()) {
      line("a=ice-options:" + String.join(" ", transport.iceOptions()));
    }
    transport.fingerprints().forEach(fingerprint -> line("a=fingerprint:" + fingerprint));
    if (transport.setup() != null) {
      line("a=setup:" + transport.setup());
    }
    for (IceCandidate candidate : transport.candidates()) {
      line("a=" + candidate.write());
    }
    flag(transport.endOfCandidates(), "end-of-candidates");
  }

  private void extension(Extension extension) {
    line(
        "a=extmap:"
            + extension.id()
            + (extension.direction() == Direction.SENDRECV ? "" : "/" + extension.direction())
            + " "
            + extension.uri());
  }

  private void msid(Msid msid) {
    line(
        "a=msid:"
            + (msid.stream().isEmpty() ? "-" : msid.stream())
            + (msid.track().isEmpty() ? "" : " " + msid.track()));
  }

  private void codec(Codec codec) {
    int type = codec.payloadType();
    line(
        "a=rtpmap:"
            + type
            + " "
            + codec.name()
            + "/"
            + codec.clockRate()
            + (codec.channels() == 1 ? "" : "/" + codec.channels()));
    for (String feedback : codec.feedback()) {
      line("a=rtcp-fb:" + type + " " + feedback);
    }
    if (!codec.parameters().isEmpty()) {
      line("a=fmtp:" + type + " " + parameters(codec.parameters()));
    }
  }

  private static String parameters(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(pair ->
            pair.getKey().isEmpty() ? pair.getValue() : pair.getKey() + "=" + pair.getValue())
        .collect(Collectors.joining(";"));
  }

  private void simulcast(Simulcast simulcast) {
    line(
        "a=simulcast:"
            + layers("send", simulcast.send())
            + (simulcast.send().isEmpty() || simulcast.receive().isEmpty() ? "" : " ")
            + layers("recv", simulcast.receive()));
  }

  private static String layers(String direction, List<String> layers) {
    return layers.isEmpty() ? "" : direction + " " + String.join(";", layers);
  }

  private void flag(boolean set, String name) {
    if (set) {
      line("a=" + name);
    }
  }

  private void line(String line) {
    out.append(line).append("\r\n");
  }
}
