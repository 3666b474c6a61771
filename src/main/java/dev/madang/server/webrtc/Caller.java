package dev.madang.server.webrtc;

import dev.madang.wire.Address;

/// From whom a wish for a connection came.
///
/// @param address whom the limits count it for
/// @param host the name by which it knows us, without a port, empty when it did not say; a literal
///   address is one where it reaches us
public record Caller(Address address, String host) {
  /// @param host with a port, as it asked for us: `example.org` of `example.org:443`, `::1` of
  ///   `[::1]:7700`
  public static Caller at(Address address, String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return new Caller(address, end < 0 ? "" : host.substring(1, end));
    }
    int colon = host.indexOf(':');
    return new Caller(address, colon < 0 ? host : host.substring(0, colon));
  }
}
