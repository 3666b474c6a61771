package dev.madang.room;

import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;

/// A message that participants send each other by the data channels of their connections with the
/// server. Always binary on the wire, whatever is in it; a kind of 2 is a piece of a file that two
/// of them exchange:
///
/// ```
///    0                 1                                     3
///   ┌─────────────────┬─────────────────────────────────────┬──────────────┬─────────┐
///   │ 0 text, 1 bytes │ length of the identity, big-endian  │ identity     │ content │
///   └─────────────────┴─────────────────────────────────────┴──────────────┴─────────┘
/// ```
///
/// The identity, in UTF-8, is the receiver's on the way to the server, empty for everybody, and the
/// sender's on the way from it. Content is at most [#MOST_CONTENT] bytes; of text, UTF-8.
///
/// @param kind [#TEXT], [#BYTES] or [#FILE]
/// @param bytes of which the content are those from `offset` on
public record Envelope(int kind, String identity, byte[] bytes, int offset) {
  public static final int TEXT = 0;
  public static final int BYTES = 1;

  /// Not for everybody.
  public static final int FILE = 2;

  public static final int MOST_CONTENT = 64 << 10;

  /// What a participant sends.
  ///
  /// @throws ProtocolException when it is no such message, or too long
  public static Envelope read(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes);
    int kind = reader.u8();
    if (kind > FILE) {
      throw new ProtocolException("a message of kind " + kind);
    }
    int length = reader.u16();
    if (length > MOST_IDENTITY) {
      throw new ProtocolException("a message to an identity of " + length + " bytes");
    }
    String identity = reader.utf8(length);
    if (kind == FILE && identity.isEmpty()) {
      throw new ProtocolException("a piece of a file for everybody");
    }
    if (reader.remaining() > MOST_CONTENT) {
      throw new ProtocolException("a message of " + reader.remaining() + " bytes");
    }
    return new Envelope(kind, identity, bytes, bytes.length - reader.remaining());
  }

  /// Whether it is for this participant.
  public boolean isFor(String participant) {
    return identity.isEmpty() || identity.equals(participant);
  }

  /// The same content with the sender on it.
  public byte[] from(String sender) {
    byte[] name = sender.getBytes(StandardCharsets.UTF_8);
    int content = bytes.length - offset;
    return new ByteWriter(3 + name.length + content)
        .u8(kind)
        .u16(name.length)
        .bytes(name)
        .bytes(bytes, offset, content)
        .array();
  }

  /// 128 characters take no more.
  private static final int MOST_IDENTITY = 512;
}
