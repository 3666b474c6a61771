package dev.madang.room.forward;

import dev.madang.media.Codec;

/// One way in which a track may be coded, as agreed with one far end.
///
/// @param payloadType 0-127
/// @param retransmission the payload type of its retransmissions (RFC 4588), or -1
public record Coding(int payloadType, Codec codec, int retransmission) {}
