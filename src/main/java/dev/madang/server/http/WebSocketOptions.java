package dev.madang.server.http;

import java.util.List;

/// What one route accepts from a WebSocket client.
///
/// @param maxMessage bytes of one message, all its fragments together and inflated
/// @param maxFragments frames of one message
/// @param maxQueued bytes waiting for a far end that does not read; one more closes the connection
/// @param deflate whether permessage-deflate is taken when offered, without context takeover
/// @param protocols subprotocols in the order of preference; the first that the client offers too
///   is taken
public record WebSocketOptions(
    int maxMessage, int maxFragments, int maxQueued, boolean deflate, List<String> protocols) {
  public static WebSocketOptions defaults() {
    return new WebSocketOptions(1_000_000, 1024, 4_000_000, false, List.of());
  }

  public WebSocketOptions withMaxMessage(int bytes) {
    return new WebSocketOptions(bytes, maxFragments, maxQueued, deflate, protocols);
  }

  public WebSocketOptions withMaxFragments(int frames) {
    return new WebSocketOptions(maxMessage, frames, maxQueued, deflate, protocols);
  }

  public WebSocketOptions withMaxQueued(int bytes) {
    return new WebSocketOptions(maxMessage, maxFragments, bytes, deflate, protocols);
  }

  public WebSocketOptions withDeflate(boolean on) {
    return new WebSocketOptions(maxMessage, maxFragments, maxQueued, on, protocols);
  }

  public WebSocketOptions withProtocols(List<String> offered) {
    return new WebSocketOptions(maxMessage, maxFragments, maxQueued, deflate, offered);
  }
}
