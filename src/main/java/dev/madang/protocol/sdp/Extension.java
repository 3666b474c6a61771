package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;

/// A header extension (RFC 8285 §5).
///
/// @param id 1 to 14, or to 255 where the two-byte form is allowed
/// @param direction in which it is used, seen from whoever wrote it
public record Extension(int id, Direction direction, String uri) {
  public Extension {
    if (id < 1 || id > 255) {
      throw new ProtocolException("a header extension with id " + id);
    }
    Words.word(uri, 256, "header extension");
  }

  public Extension(int id, String uri) {
    this(id, Direction.SENDRECV, uri);
  }
}
