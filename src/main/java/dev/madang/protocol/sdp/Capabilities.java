package dev.madang.protocol.sdp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What we can receive and send, and by which numbers we call it when we offer.
///
/// A codec may stand here in several forms, as H264 in its profiles: an answer takes the best form
/// that is offered, our own offers have the first.
///
/// @param audio best first, each with the payload types of our own offers
/// @param video best first
/// @param audioExtensions with the ids of our own offers
/// @param videoExtensions where an URI is in both lists it has the same id
/// @param maxMessageSize the longest message that we take on a data channel, in bytes
/// @param offerersOrder whether an answer keeps the order of codecs in the offer instead of ours
public record Capabilities(
    List<Payload> audio,
    List<Payload> video,
    List<Extension> audioExtensions,
    List<Extension> videoExtensions,
    long maxMessageSize,
    boolean offerersOrder) {
  public Capabilities {
    audio = List.copyOf(audio);
    video = List.copyOf(video);
    audioExtensions = List.copyOf(audioExtensions);
    videoExtensions = List.copyOf(videoExtensions);
  }

  /// All that Madang forwards, under the payload types that Chromium gives them. Opus, with
  /// redundancy where both sides have it; VP8, VP9 profile 0, H264, AV1, H265.
  public static Capabilities usual(
      List<Extension> audioExtensions, List<Extension> videoExtensions) {
    return new Capabilities(
        List.of(
            audio(111, "opus", "minptime=10;useinbandfec=1", List.of("transport-cc")),
            audio(63, "red", "111/111", List.of())),
        List.of(
            video(96, "VP8", ""),
            video(98, "VP9", "profile-id=0"),
            video(102, "H264", H264 + "42e01f"),
            video(104, "H264", H264 + "42001f"),
            video(106, "H264", H264 + "4d001f"),
            video(108, "H264", H264 + "64001f"),
            video(110, "H264", "packetization-mode=0;profile-level-id=42e01f"),
            video(112, "H264", "packetization-mode=0;profile-level-id=42001f"),
            video(45, "AV1", "level-idx=5;profile=0;tier=0"),
            video(49, "H265", "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST")),
        audioExtensions,
        videoExtensions,
        256 * 1024,
        false);
  }

  /// The same with another order of video codecs: those named come first, the rest follow.
  public Capabilities preferring(String... names) {
    List<Payload> ordered = new ArrayList<>();
    for (String name : names) {
      video.stream().filter(payload -> payload.codec().is(name)).forEach(ordered::add);
    }
    video.stream().filter(payload -> !ordered.contains(payload)).forEach(ordered::add);
    return new Capabilities(
        audio, ordered, audioExtensions, videoExtensions, maxMessageSize, offerersOrder);
  }

  /** The same with redundancy before plain Opus, or without it. */
  public Capabilities withRedundancy(boolean first) {
    List<Payload> ordered = new ArrayList<>();
    for (Payload payload : audio) {
      if (!payload.codec().is("red")) {
        ordered.add(payload);
      } else if (first) {
        ordered.addFirst(payload);
      }
    }
    return new Capabilities(
        ordered, video, audioExtensions, videoExtensions, maxMessageSize, offerersOrder);
  }

  public Capabilities inOrderOfTheOffer() {
    return new Capabilities(audio, video, audioExtensions, videoExtensions, maxMessageSize, true);
  }

  List<Payload> of(Kind kind) {
    return switch (kind) {
      case AUDIO -> audio;
      case VIDEO -> video;
      case DATA, OTHER -> List.of();
    };
  }

  List<Extension> extensions(Kind kind) {
    return switch (kind) {
      case AUDIO -> audioExtensions;
      case VIDEO -> videoExtensions;
      case DATA, OTHER -> List.of();
    };
  }

  /** Of each codec the form that our offers have. */
  List<Payload> formsOffered(Kind kind) {
    return of(kind).stream()
        .filter(payload -> payload.equals(named(kind, payload.codec().name())))
        .toList();
  }

  /** The form of a codec that our offers have, or null when we do not know it. */
  @Nullable Payload named(Kind kind, String name) {
    for (Payload payload : of(kind)) {
      if (payload.codec().is(name)) {
        return payload;
      }
    }
    return null;
  }

  private static Payload audio(int type, String name, String parameters, List<String> feedback) {
    return new Payload(new Codec(type, name, 48_000, 2, parameters(parameters), feedback), -1);
  }

  private static Payload video(int type, String name, String parameters) {
    return new Payload(
        new Codec(type, name, 90_000, 1, parameters(parameters), VIDEO_FEEDBACK), type + 1);
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(";")) {
      int equals = pair.indexOf('=');
      parameters.put(equals < 0 ? "" : pair.substring(0, equals), pair.substring(equals + 1));
    }
    return parameters;
  }

  private static final String H264 =
      "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=";
  private static final List<String> VIDEO_FEEDBACK =
      List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
}
