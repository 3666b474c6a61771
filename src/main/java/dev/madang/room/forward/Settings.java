package dev.madang.room.forward;

import dev.madang.room.bandwidth.Limits;
import java.nio.charset.StandardCharsets;

/// How a forwarder behaves; the same for all of one server.
///
/// @param streams how many SSRCs one far end may send with
/// @param canonicalName the CNAME of everything we send (RFC 7022: a random word)
/// @param bandwidth between what bounds a receiver's is looked for
public record Settings(int streams, byte[] canonicalName, Limits bandwidth) {
  public static Settings defaults(String canonicalName) {
    return new Settings(64, canonicalName.getBytes(StandardCharsets.UTF_8), Limits.defaults());
  }
}
