package dev.madang.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a client came.
///
/// @param address its IP address as RFC 5952 writes it, after trusted proxies
/// @param secure whether it came by TLS
/// @param headers of the first request, names in small letters
/// @param query of the first request
/// @param auth what the client sent when it entered the namespace; its word alone
public record Handshake(
    String address,
    boolean secure,
    Map<String, String> headers,
    Map<String, String> query,
    Map<String, @Nullable Object> auth) {

  Handshake with(Map<String, @Nullable Object> auth) {
    return auth.isEmpty() ? this : new Handshake(address, secure, headers, query, auth);
  }
}
