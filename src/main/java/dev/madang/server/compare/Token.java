package dev.madang.server.compare;

import dev.madang.wire.BigEndian;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Sixteen bytes that nobody guesses, as a [Grant] is known by.
record Token(long high, long low) {
  String text() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
  }

  byte[] bytes() {
    return ByteBuffer.allocate(Probe.TOKEN).putLong(high).putLong(low).array();
  }

  /// The one in a [Probe].
  static Token at(byte[] bytes, int offset) {
    return new Token(
        BigEndian.i64(bytes, offset + Probe.TOKEN_AT),
        BigEndian.i64(bytes, offset + Probe.TOKEN_AT + 8));
  }

  /// Null when it is none.
  static @Nullable Token read(@Nullable String text) {
    if (text == null || text.length() != TEXT) {
      return null;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      return new Token(bytes.getLong(), bytes.getLong());
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  private static final int TEXT = 22;
}
