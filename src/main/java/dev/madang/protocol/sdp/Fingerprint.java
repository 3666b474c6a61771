package dev.madang.protocol.sdp;

import dev.madang.wire.Bytes;

/// A hash of the certificate that its owner will show (RFC 8122 §5).
///
/// @param algorithm `sha-256`, `sha-384` or `sha-512`; weaker ones are not read
public record Fingerprint(String algorithm, Bytes hash) {}
