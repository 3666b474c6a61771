package dev.madang.protocol.sdp;

/// The SCTP association of data channels (RFC 8841).
///
/// @param port 1 to 65535
/// @param maxMessageSize in bytes; 0 = any size
public record SctpDescription(int port, long maxMessageSize) {}
