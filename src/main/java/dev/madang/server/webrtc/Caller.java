package dev.madang.server.webrtc;

import dev.madang.wire.Address;

/// From whom a wish for a connection came.
///
/// @param address whom the limits count it for
/// @param host the name by which it knows us, without a port, empty when it did not say; a literal
///   address is one where it reaches us
public record Caller(Address address, String host) {}
