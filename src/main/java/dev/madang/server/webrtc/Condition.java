package dev.madang.server.webrtc;

import dev.madang.room.SignalMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the media of one who is in a room goes through the server. Immutable.
///
/// @param up by which it sends; null while there is no such connection, or nothing is known of it
/// @param down by which it receives; the same
public record Condition(@Nullable Vitals up, @Nullable Vitals down, List<Sent> sent) {
  /// A track that comes to the server.
  ///
  /// @param id and `source`: what its sender calls it
  /// @param rids the names of its layers, the smallest picture first; none without simulcast
  /// @param bits a second, of each layer
  public record Sent(
      String id, SignalMessage.Source source, String codec, List<String> rids, List<Long> bits) {}
}
