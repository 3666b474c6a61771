package dev.madang.protocol.sdp;

import java.util.List;

/// What we can receive and send, and by which numbers we call it when we offer.
///
/// @param audio best first, each with the payload types that our own offers use
/// @param video best first
/// @param audioExtensions with the ids that our own offers use
/// @param videoExtensions where an URI is in both lists it has the same id
/// @param maxMessageSize of data channels, in bytes
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
}
