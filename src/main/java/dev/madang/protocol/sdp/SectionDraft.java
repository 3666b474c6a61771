package dev.madang.protocol.sdp;

import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.MediaSection.Msid;
import dev.madang.protocol.sdp.MediaSection.Rid;
import dev.madang.protocol.sdp.MediaSection.Simulcast;
import dev.madang.protocol.sdp.MediaSection.Source;
import dev.madang.protocol.sdp.MediaSection.SourceGroup;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A media section while it is read or made; once more for what stands above all of them.
final class SectionDraft {
  String media = "";
  int port;
  String protocol = "";
  List<String> formats = List.of();
  String mid = "";
  @Nullable Direction direction;
  boolean rtcpMux;
  boolean rtcpRsize;
  boolean bundleOnly;
  final List<Codec> codecs = new ArrayList<>();
  final List<Extension> extensions = new ArrayList<>();
  final List<Msid> msids = new ArrayList<>();
  final Map<Long, Source> sources = new LinkedHashMap<>();
  final List<SourceGroup> groups = new ArrayList<>();
  final List<Rid> rids = new ArrayList<>();
  @Nullable Simulcast simulcast;
  @Nullable String ufrag;
  @Nullable String password;
  List<String> iceOptions = List.of();
  final List<Fingerprint> fingerprints = new ArrayList<>();
  @Nullable Setup setup;
  final List<IceCandidate> candidates = new ArrayList<>();
  boolean endOfCandidates;
  int sctpPort;
  long maxMessageSize = SctpDescription.USUAL_SIZE;

  // rtpmap, fmtp and rtcp-fb of a payload type come in any order.
  private final Map<Integer, String> maps = new HashMap<>();
  private final Map<Integer, Map<String, String>> parameters = new HashMap<>();
  private final Map<Integer, Set<String>> feedback = new HashMap<>();
  private @Nullable Msid msidOfSource;

  /// RFC 8866 §5.14: `m=<media> <port> <proto> <fmt> ...`.
  void media(String value) {
    String[] words = value.trim().split(" +");
    if (words.length < 4) {
      throw new ProtocolException("the media line " + Words.shortened(value));
    }
    media = words[0];
    int slash = words[1].indexOf('/');
    port =
        (int)
            Words.number(
                slash < 0 ? words[1] : words[1].substring(0, slash), 0, 0xFFFF, "media port");
    protocol = words[2];
    formats = Arrays.asList(words).subList(3, words.length);
    if (isRtp()) {
      Set<Long> types = new LinkedHashSet<>();
      for (String format : formats) {
        if (!types.add(Words.number(format, 0, 127, "payload type"))) {
          throw new ProtocolException("payload type " + format + " twice in a section");
        }
      }
    }
  }

  private boolean isRtp() {
    return protocol.contains("RTP/");
  }

  // ---- attributes ---------------------------------------------------------------------------

  void attribute(String name, String value) {
    switch (name) {
      case "mid" -> mid = Words.word(value.trim(), 32, "mid");
      case "sendrecv" -> direction = Direction.SENDRECV;
      case "sendonly" -> direction = Direction.SENDONLY;
      case "recvonly" -> direction = Direction.RECVONLY;
      case "inactive" -> direction = Direction.INACTIVE;
      case "rtcp-mux" -> rtcpMux = true;
      case "rtcp-rsize" -> rtcpRsize = true;
      case "bundle-only" -> bundleOnly = true;
      case "rtpmap" -> rtpmap(value);
      case "fmtp" -> fmtp(value);
      case "rtcp-fb" -> rtcpFb(value);
      case "extmap" -> extmap(value);
      case "msid" -> {
        limit(msids.size(), "msid lines");
        msids.add(msid(value));
      }
      case "ssrc" -> ssrc(value);
      case "ssrc-group" -> ssrcGroup(value);
      case "rid" -> rid(value);
      case "simulcast" -> simulcast(value);
      default -> transportAttribute(name, value);
    }
  }

  private void transportAttribute(String name, String value) {
    switch (name) {
      case "ice-ufrag" -> ufrag = value.trim();
      case "ice-pwd" -> password = value.trim();
      case "ice-options" -> iceOptions = options(value);
      case "fingerprint" -> {
        Fingerprint fingerprint = Fingerprint.parse(value.trim());
        limit(fingerprints.size(), "fingerprints");
        if (fingerprint != null) {
          fingerprints.add(fingerprint);
        }
      }
      case "setup" -> setup = setup(value.trim());
      case "candidate" -> candidate(value);
      case "end-of-candidates" -> endOfCandidates = true;
      case "sctp-port" -> sctpPort = (int) Words.number(value.trim(), 1, 0xFFFF, "SCTP port");
      case "max-message-size" ->
          maxMessageSize = Words.number(value.trim(), 0, Long.MAX_VALUE, "message size");
      default -> {}
    }
  }

  /// RFC 8866 §6.6: `<payload type> <encoding name>/<clock rate>[/<encoding parameters>]`.
  private void rtpmap(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      throw new ProtocolException("the rtpmap " + Words.shortened(value));
    }
    maps.putIfAbsent(payloadType(value.substring(0, space)), value.substring(space + 1).trim());
  }

  /// RFC 8866 §6.15. Pairs behind semicolons; what is no pair is taken as it is, nothing as
  /// nothing.
  private void fmtp(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      return;
    }
    Map<String, String> pairs =
        parameters.computeIfAbsent(
            payloadType(value.substring(0, space)), _ -> new LinkedHashMap<>());
    for (String pair : value.substring(space + 1).split(";")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? "" : pair.substring(0, equals).trim();
      String text = equals < 0 ? pair.trim() : pair.substring(equals + 1).trim();
      if (!key.isEmpty() || equals < 0 && !text.isEmpty()) {
        limit(pairs.size(), "codec parameters");
        pairs.putIfAbsent(key, text);
      }
    }
  }

  private void rtcpFb(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      return;
    }
    String type = value.substring(0, space);
    Set<String> of =
        feedback.computeIfAbsent(
            type.equals("*") ? ALL : payloadType(type), _ -> new LinkedHashSet<>());
    limit(of.size(), "kinds of feedback");
    of.add(value.substring(space + 1).trim().replaceAll(" +", " "));
  }

  private static int payloadType(String text) {
    return (int) Words.number(text, 0, 127, "payload type");
  }

  /// RFC 8285 §8: `<value>["/"<direction>] <URI> <extensionattributes>`. Values from 4096 on ask
  /// the other side for a smaller one; nobody here needs them.
  private void extmap(String value) {
    String[] words = value.trim().split(" +", 3);
    if (words.length < 2) {
      throw new ProtocolException("the header extension " + Words.shortened(value));
    }
    int slash = words[0].indexOf('/');
    long id = Words.number(slash < 0 ? words[0] : words[0].substring(0, slash), 1, 4351, "extmap");
    Direction way = slash < 0 ? Direction.SENDRECV : direction(words[0].substring(slash + 1));
    if (id > 255) {
      return;
    }
    for (Extension other : extensions) {
      if (other.id() == id) {
        throw new ProtocolException("two header extensions with id " + id + " in a section");
      }
    }
    extensions.add(new Extension((int) id, way, words[1]));
  }

  private static Direction direction(String word) {
    for (Direction direction : Direction.values()) {
      if (direction.toString().equals(word)) {
        return direction;
      }
    }
    throw new ProtocolException("the direction " + Words.shortened(word));
  }

  private static Setup setup(String word) {
    for (Setup setup : Setup.values()) {
      if (setup.toString().equals(word)) {
        return setup;
      }
    }
    throw new ProtocolException("setup:" + Words.shortened(word));
  }

  private static List<String> options(String value) {
    List<String> options = Arrays.asList(value.trim().split(" +"));
    limit(options.size() - 1, "ICE options");
    return value.isBlank() ? List.of() : options;
  }

  /// RFC 8830 §2: `<stream> [<track>]`, the stream `-` for none.
  private static Msid msid(String value) {
    String[] words = value.trim().split(" +", 2);
    return new Msid(words[0].equals("-") ? "" : words[0], words.length < 2 ? "" : words[1]);
  }

  /// RFC 5576 §4.1: `<ssrc> <attribute>[:<value>]`. The msid of a source is the older way to write
  /// that of a section.
  private void ssrc(String value) {
    int space = value.indexOf(' ');
    long ssrc =
        Words.number(space < 0 ? value : value.substring(0, space), 0, 0xFFFF_FFFFL, "SSRC");
    String rest = space < 0 ? "" : value.substring(space + 1).trim();
    Source known = sources.get(ssrc);
    if (known == null) {
      limit(sources.size(), "SSRCs");
    }
    if (rest.startsWith("cname:")) {
      sources.put(ssrc, new Source(ssrc, rest.substring("cname:".length()).trim()));
    } else if (known == null) {
      sources.put(ssrc, new Source(ssrc, ""));
    }
    if (rest.startsWith("msid:") && msidOfSource == null) {
      msidOfSource = msid(rest.substring("msid:".length()));
    }
  }

  private void ssrcGroup(String value) {
    String[] words = value.trim().split(" +");
    limit(groups.size(), "groups of SSRCs");
    limit(words.length - 1, "SSRCs in a group");
    List<Long> ssrcs = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      ssrcs.add(Words.number(words[i], 0, 0xFFFF_FFFFL, "SSRC"));
    }
    groups.add(new SourceGroup(words[0], ssrcs));
  }

  /// RFC 8851 §10: `<rid-id> "send"/"recv" [restrictions]`.
  private void rid(String value) {
    String[] words = value.trim().split(" +", 3);
    if (words.length < 2 || !words[1].equals("send") && !words[1].equals("recv")) {
      throw new ProtocolException("the rid line " + Words.shortened(value));
    }
    Rid rid = new Rid(words[0], words[1].equals("send"));
    for (Rid other : rids) {
      if (other.id().equals(rid.id())) {
        throw new ProtocolException("rid " + rid.id() + " twice in a section");
      }
    }
    if (rids.size() == MAX_LAYERS) {
      throw new ProtocolException("more than " + MAX_LAYERS + " rids in a section");
    }
    rids.add(rid);
  }

  /// RFC 8853 §5.1: `send <list> [recv <list>]` in either order; layers behind semicolons,
  /// alternatives for a layer behind commas, `~` before one that begins paused.
  private void simulcast(String value) {
    String[] words = value.trim().split(" +");
    List<String> send = List.of();
    List<String> receive = List.of();
    for (int i = 0; i + 1 < words.length; i += 2) {
      switch (words[i]) {
        case "send" -> send = layers(words[i + 1]);
        case "recv" -> receive = layers(words[i + 1]);
        default -> throw new ProtocolException("the simulcast " + Words.shortened(value));
      }
    }
    simulcast = new Simulcast(send, receive);
  }

  private static List<String> layers(String list) {
    List<String> layers = new ArrayList<>();
    // An old draft wrote rid= before the list.
    for (String layer : list.replaceFirst("^rid=", "").split(";")) {
      String first = layer.split(",", 2)[0];
      if (layers.size() == MAX_LAYERS) {
        throw new ProtocolException("more than " + MAX_LAYERS + " layers of simulcast");
      }
      layers.add(first.startsWith("~") ? first.substring(1) : first);
    }
    return layers;
  }

  /** One that cannot be read is left out: there may be others, and checks find their own way. */
  private void candidate(String value) {
    if (candidates.size() == MAX_LINES) {
      return;
    }
    try {
      candidates.add(IceCandidate.parse("candidate:" + value));
    } catch (ProtocolException _) {
      // The next one, then.
    }
  }

  private static void limit(int count, String what) {
    if (count >= MAX_LINES) {
      throw new ProtocolException("more than " + MAX_LINES + " " + what + " in a section");
    }
  }

  /** The codecs and header extensions of a section that we make. */
  void offer(List<Payload> payloads, List<Extension> known) {
    for (Payload payload : payloads) {
      codecs.addAll(payload.lines());
    }
    formats = codecs.stream().map(codec -> Integer.toString(codec.payloadType())).toList();
    extensions.addAll(known);
  }

  // ---- what it makes ------------------------------------------------------------------------

  /// RFC 8866 §6 and RFC 8839 §5: what is said above holds for the sections that do not say it.
  void inherit(SectionDraft above) {
    direction = direction == null ? above.direction : direction;
    setup = setup == null ? above.setup : setup;
    if (ufrag == null && password == null) {
      ufrag = above.ufrag;
      password = above.password;
    }
    if (iceOptions.isEmpty()) {
      iceOptions = above.iceOptions;
    }
    if (fingerprints.isEmpty()) {
      fingerprints.addAll(above.fingerprints);
    }
  }

  MediaSection section() {
    if (isRtp() && codecs.isEmpty()) {
      readCodecs();
    }
    if (msids.isEmpty() && msidOfSource != null) {
      msids.add(msidOfSource);
    }
    boolean sctp = !isRtp() && protocol.endsWith("DTLS/SCTP") && sctpPort > 0;
    return new MediaSection(
        media,
        port,
        protocol,
        formats,
        mid,
        direction == null ? Direction.SENDRECV : direction,
        rtcpMux,
        rtcpRsize,
        bundleOnly,
        codecs,
        extensions,
        msids,
        List.copyOf(sources.values()),
        groups,
        rids,
        simulcast,
        transport(),
        sctp ? new SctpDescription(sctpPort, maxMessageSize) : null);
  }

  private TransportDescription transport() {
    IceCredentials ice =
        ufrag == null || password == null ? null : new IceCredentials(ufrag, password);
    return new TransportDescription(
        ice, iceOptions, fingerprints, setup, candidates, endOfCandidates);
  }

  private void readCodecs() {
    Set<String> everywhere = feedback.getOrDefault(ALL, Set.of());
    for (String format : formats) {
      int type = (int) Words.numberOr(format, -1);
      String map = maps.get(type);
      if (map == null) {
        continue;
      }
      String[] parts = map.split("/", 3);
      Set<String> own = new LinkedHashSet<>(feedback.getOrDefault(type, Set.of()));
      own.addAll(everywhere);
      codecs.add(
          new Codec(
              type,
              parts[0],
              (int) Words.number(parts.length < 2 ? "" : parts[1], 1, 10_000_000, "clock rate"),
              parts.length < 3 ? 1 : (int) Words.number(parts[2], 1, 255, "channels"),
              parameters.getOrDefault(type, Map.of()),
              List.copyOf(own)));
    }
  }

  private static final int ALL = -1;

  /** Lines of one kind in a section. */
  private static final int MAX_LINES = 64;

  private static final int MAX_LAYERS = 8;
}
