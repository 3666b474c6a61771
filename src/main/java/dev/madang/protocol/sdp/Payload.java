package dev.madang.protocol.sdp;

/// A codec that both sides agreed on.
///
/// @param codec under the payload type that goes on the wire
/// @param rtx the payload type of its retransmissions, or -1
public record Payload(Codec codec, int rtx) {}
