package dev.madang.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Text from strangers, strictly.
final class Utf8 {
  private Utf8() {}

  /// RFC 6455, 8.1: what is not UTF-8 fails the connection. Nearly all of it is ASCII, which is
  /// copied, not decoded.
  static String string(byte[] bytes, int length) {
    int bits = 0;
    for (int i = 0; i < length; i++) {
      bits |= bytes[i];
    }
    if (bits >= 0) {
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WebSocketFailure(1007, "The text is not UTF-8.");
    }
  }
}
