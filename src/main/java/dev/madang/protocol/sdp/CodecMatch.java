package dev.madang.protocol.sdp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the codecs in an offered section we take. */
final class CodecMatch {
  private CodecMatch() {}

  /// The codecs of a section that we know, one of each name, by the section's numbers.
  static List<Payload> taken(MediaSection section, Bundle bundle, Capabilities capabilities) {
    List<Payload> ours = capabilities.of(section.kind());
    Map<String, Payload> taken = new LinkedHashMap<>();
    for (Payload known : ours) {
      String name = known.codec().name().toLowerCase(Locale.ROOT);
      if (!taken.containsKey(name)) {
        Payload payload = find(section, bundle, known.codec());
        if (payload != null) {
          taken.put(name, payload);
        }
      }
    }
    List<Payload> payloads = new ArrayList<>(taken.values());
    payloads.removeIf(payload -> !hasWhatItRepeats(payload.codec(), payloads));
    if (capabilities.offerersOrder()) {
      payloads.sort(
          Comparator.comparingInt(payload ->
              section.formats().indexOf(Integer.toString(payload.codec().payloadType()))));
    }
    return payloads;
  }

  private static @Nullable Payload find(MediaSection section, Bundle bundle, Codec ours) {
    for (Codec theirs : section.codecs()) {
      if (fits(ours, theirs) && bundle.agrees(theirs)) {
        Codec rtx = section.rtxOf(theirs.payloadType());
        return new Payload(
            answered(ours, theirs), rtx == null || !bundle.agrees(rtx) ? -1 : rtx.payloadType());
      }
    }
    return null;
  }

  /// RFC 2198 §5: the parameters of `red` are the payload types inside it.
  private static boolean hasWhatItRepeats(Codec codec, List<Payload> payloads) {
    if (!codec.is("red")) {
      return true;
    }
    String inside = codec.parameter("", "").split("/", 2)[0];
    return payloads.stream()
        .anyMatch(other -> Integer.toString(other.codec().payloadType()).equals(inside));
  }

  /// The codec as we answer it: with those kinds of feedback that both have, and the parameters
  /// that were offered, for they name the form. Of Opus, which has one form, ours are added.
  private static Codec answered(Codec ours, Codec theirs) {
    Map<String, String> parameters = new LinkedHashMap<>(theirs.parameters());
    if (ours.is("opus")) {
      parameters.putAll(ours.parameters());
    }
    return new Codec(
        theirs.payloadType(),
        theirs.name(),
        theirs.clockRate(),
        theirs.channels(),
        parameters,
        theirs.feedback().stream().filter(ours.feedback()::contains).toList());
  }

  static boolean fits(Codec ours, Codec theirs) {
    return ours.is(theirs.name())
        && ours.clockRate() == theirs.clockRate()
        && ours.channels() == theirs.channels()
        && fitsInForm(ours, theirs);
  }

  /// What makes two forms of a codec different: RFC 6184 §8.2.2 (H264), RFC 9628 §6 (VP9), the AV1
  /// payload format §7.2, RFC 7798 §7.2.2 (H265). A level does not: nobody here decodes.
  private static boolean fitsInForm(Codec ours, Codec theirs) {
    return switch (ours.name().toUpperCase(Locale.ROOT)) {
      case "H264" ->
          same(ours, theirs, "packetization-mode", "0")
              && H264Profile.of(ours) != H264Profile.UNKNOWN
              && H264Profile.of(ours) == H264Profile.of(theirs);
      case "VP9" -> same(ours, theirs, "profile-id", "0");
      case "AV1" -> same(ours, theirs, "profile", "0");
      case "H265" -> same(ours, theirs, "profile-id", "1") && same(ours, theirs, "tx-mode", "SRST");
      default -> true;
    };
  }

  private static boolean same(Codec ours, Codec theirs, String parameter, String usual) {
    return ours.parameter(parameter, usual).equals(theirs.parameter(parameter, usual));
  }

  /** The profiles of `profile-level-id` (RFC 6184 §8.1, table 5). */
  private enum H264Profile {
    CONSTRAINED_BASELINE,
    BASELINE,
    MAIN,
    HIGH,
    UNKNOWN;

    /// Without the parameter it is "the Baseline profile, without additional constraints at Level
    /// 1".
    static H264Profile of(Codec codec) {
      String text = codec.parameter("profile-level-id", "42000a");
      if (!text.matches("[0-9A-Fa-f]{6}")) {
        return UNKNOWN;
      }
      int profile = Integer.parseInt(text.substring(0, 2), 16);
      boolean constrained = (Integer.parseInt(text.substring(2, 4), 16) & 0x40) != 0;
      return switch (profile) {
        case 0x42 -> constrained ? CONSTRAINED_BASELINE : BASELINE;
        case 0x4D -> MAIN;
        case 0x64 -> HIGH;
        default -> UNKNOWN;
      };
    }
  }
}
