package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of a client's opening handshake (RFC 6455, 4.2).
record WebSocketHandshake(String accept, @Nullable String protocol, boolean deflate) {
  /// Reads the request; answers it itself and returns null if it is no proper handshake.
  static @Nullable WebSocketHandshake of(Exchange exchange, WebSocketOptions options) {
    Headers headers = exchange.headers();
    String key = headers.first("sec-websocket-key");
    if (!exchange.wantsWebSocket() || !headers.hasToken("connection", "upgrade")) {
      exchange.respond(
          426,
          Router.TEXT,
          "This address speaks WebSocket.\n",
          "upgrade",
          "websocket",
          "connection",
          "upgrade");
      return null;
    }
    if (!"13".equals(headers.first("sec-websocket-version"))) {
      // RFC 6455, 4.4: the server answers with the versions it understands.
      exchange.respond(
          426,
          Router.TEXT,
          "WebSocket version 13 is spoken here.\n",
          "sec-websocket-version",
          "13");
      return null;
    }
    if (!exchange.method().equals("GET")
        || key == null
        || !isKey(key)
        || headers.all("sec-websocket-key").size() > 1
        || headers.has("transfer-encoding")
        || !"0".equals(orZero(headers.first("content-length")))) {
      exchange.respond(400, "This is no WebSocket handshake.");
      return null;
    }
    return new WebSocketHandshake(
        accept(key), protocol(headers, options), options.deflate() && offersDeflate(headers));
  }

  ByteBuf answer(ByteBufAllocator allocator, LoopState loop) {
    List<String> fields = new ArrayList<>();
    fields.addAll(
        List.of("upgrade", "websocket", "connection", "upgrade", "sec-websocket-accept", accept));
    if (protocol != null) {
      fields.addAll(List.of("sec-websocket-protocol", protocol));
    }
    if (deflate) {
      fields.addAll(List.of("sec-websocket-extensions", DEFLATE_ANSWER));
    }
    return Http1Writer.switching(allocator, loop, fields);
  }

  private static @Nullable String protocol(Headers headers, WebSocketOptions options) {
    for (String known : options.protocols()) {
      if (headers.hasToken("sec-websocket-protocol", known)) {
        return known;
      }
    }
    return null;
  }

  /// RFC 7692, 7.1: an offer is taken unless it wants a smaller window of us than our deflater has.
  private static boolean offersDeflate(Headers headers) {
    for (String line : headers.all("sec-websocket-extensions")) {
      for (String offer : line.split(",")) {
        String[] parts = offer.strip().split("\\s*;\\s*");
        if (!parts[0].equals("permessage-deflate")) {
          continue;
        }
        boolean fits = true;
        for (int i = 1; i < parts.length; i++) {
          fits &=
              parts[i].equals("server_no_context_takeover")
                  || parts[i].equals("client_no_context_takeover")
                  || parts[i].startsWith("client_max_window_bits")
                  || parts[i].equals("server_max_window_bits=15");
        }
        if (fits) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String orZero(@Nullable String value) {
    return value == null ? "0" : value;
  }

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String DEFLATE_ANSWER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
}
