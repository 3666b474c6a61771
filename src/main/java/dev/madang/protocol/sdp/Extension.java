package dev.madang.protocol.sdp;

/// A header extension (RFC 8285 §5).
///
/// @param id 1 to 14, or to 255 where the two-byte form is allowed
/// @param direction in which it is used, seen from whoever wrote it
public record Extension(int id, Direction direction, String uri) {
  public Extension(int id, String uri) {
    this(id, Direction.SENDRECV, uri);
  }
}
