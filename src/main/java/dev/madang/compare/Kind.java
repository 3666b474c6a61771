package dev.madang.compare;

import dev.madang.protocol.sctp.Delivery;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A way to carry messages, as one word of the command line and one row of the table.
public enum Kind {
  UDP("udp", "UDP"),
  TCP("tcp", "TCP"),
  WEBSOCKET("websocket", "WebSocket"),
  SOCKET_IO("socketio", "Socket.IO (WebSocket)"),
  POLLING("polling", "Socket.IO (polling)"),
  EVENTS("events", "Server-Sent Events + POST"),
  CHANNEL("channel", "data channel (reliable)"),
  UNORDERED("channel-unordered", "data channel (unordered)"),
  LOSSY("channel-lossy", "data channel (no retransmits)"),
  LIFETIME("channel-lifetime", "data channel (100 ms lifetime)"),
  MEDIA("media", "WebRTC media (RTP)");

  private final String word;
  private final String label;

  Kind(String word, String label) {
    this.word = word;
    this.label = label;
  }

  public String word() {
    return word;
  }

  public String label() {
    return label;
  }

  /// Of a data channel's messages; null of what is none.
  @Nullable Delivery delivery() {
    return switch (this) {
      case CHANNEL -> Delivery.RELIABLE;
      case UNORDERED -> Delivery.UNORDERED;
      case LOSSY -> Delivery.LOSSY;
      case LIFETIME -> Delivery.lifetime(false, Duration.ofMillis(100));
      case UDP, TCP, WEBSOCKET, SOCKET_IO, POLLING, EVENTS, MEDIA -> null;
    };
  }

  /// Whether what was sent arrives, as long as the lane stands.
  boolean isReliable() {
    return this != UDP && this != LOSSY && this != LIFETIME && this != MEDIA;
  }

  /// Whether a workload makes sense on it: an RTP stream carries no files, and has no bursts longer
  /// than a datagram.
  boolean carries(Workload workload) {
    return switch (workload.shape()) {
      case BULK, LOADED -> this != UDP && this != MEDIA;
      case TOGETHER, IN_TURN, CONNECT -> true;
    };
  }

  /// @throws IllegalArgumentException with a sentence, when there is none of this word
  static Kind named(String word) {
    return Arrays.stream(values())
        .filter(each -> each.word.equals(word))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "There is no lane `" + word + "`: " + String.join(", ", words()) + "."));
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Kind::word).toList();
  }
}
