package dev.madang.server.http;

import dev.madang.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Reads request targets. Whatever is not well-formed is a [ProtocolException].
final class Target {
  private Target() {}

  /// Undoes percent-encoding, once, as UTF-8.
  static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0)) {
      return text;
    }
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter == '%') {
        if (i + 2 >= text.length()) {
          throw new ProtocolException("A percent sign in the address is followed by nothing.");
        }
        int value =
            Character.digit(text.charAt(i + 1), 16) << 4 | Character.digit(text.charAt(i + 2), 16);
        if (value <= 0) {
          throw new ProtocolException("A percent sign in the address is followed by no byte.");
        }
        bytes[length++] = (byte) value;
        i += 2;
      } else if (letter == '+' && plusIsSpace) {
        bytes[length++] = ' ';
      } else {
        bytes[length++] = (byte) letter;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolException("The address is not UTF-8.");
    }
  }

  /// The parameters of a query, decoded; of two with one name the first counts.
  static Map<String, String> query(String raw) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : raw.split("&")) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
      parameters.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1), true));
    }
    return parameters;
  }
}
