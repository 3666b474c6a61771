package dev.madang.chat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What all namespaces of a server have in common.
///
/// @param connectTimeout how long a client may stay without entering any namespace
/// @param namespacesPerClient namespaces one client may be in at once
/// @param dynamicNamespaces namespaces that exist only because a client asked for them
/// @param attachments binary values in one packet
/// @param attachmentBytes of one packet together, with its text
/// @param attachmentTimeout how long a packet's attachments may take
/// @param pendingBytes of packets whose attachments are on their way, of all clients together; when
///   it is more, whoever took longest is closed
/// @param depth arrays and objects within each other in one packet
/// @param namespaceLength characters of a namespace's name
/// @param recovery for missed packets after a reconnect; null for none
public record SocketSettings(
    Duration connectTimeout,
    int namespacesPerClient,
    int dynamicNamespaces,
    int attachments,
    long attachmentBytes,
    Duration attachmentTimeout,
    long pendingBytes,
    int depth,
    int namespaceLength,
    @Nullable Recovery recovery) {

  /// Connection state recovery: events missed during a short cut are sent again, rooms and data are
  /// kept.
  ///
  /// @param within how long a client may be away
  /// @param age after which a packet is forgotten; longer than `within`, because a cut is noticed
  ///   late
  /// @param roomBytes kept for one room
  /// @param totalBytes kept for one namespace
  /// @param sessions clients that are away and waited for, in one namespace
  /// @param skipMiddlewares whether who comes back need not be asked again
  public record Recovery(
      Duration within,
      Duration age,
      long roomBytes,
      long totalBytes,
      int sessions,
      boolean skipMiddlewares) {

    public static Recovery defaults() {
      return new Recovery(
          Duration.ofMinutes(2), Duration.ofMinutes(3), 1 << 20, 64 << 20, 10_000, true);
    }
  }

  public static SocketSettings defaults() {
    return new SocketSettings(
        Duration.ofSeconds(45),
        32,
        10_000,
        10,
        4 << 20,
        Duration.ofSeconds(30),
        64 << 20,
        32,
        256,
        null);
  }
}
