package dev.madang.protocol.ice;

import dev.madang.wire.ProtocolException;

/** Checks of what far ends write. */
final class Text {
  private Text() {}

  static void iceChars(String text, int max, String what) {
    boolean good = !text.isEmpty() && text.length() <= max;
    for (int i = 0; good && i < text.length(); i++) {
      good = IceCredentials.valueOf(text.charAt(i)) >= 0;
    }
    if (!good) {
      throw new ProtocolException("the " + what + " " + shortened(text) + " of a candidate");
    }
  }

  /** A literal address or a name: nothing else than its characters is looked at. */
  static void hostName(String text) {
    boolean good = !text.isEmpty() && text.length() <= 255;
    for (int i = 0; good && i < text.length(); i++) {
      char c = text.charAt(i);
      good =
          c >= '0' && c <= '9'
              || c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c == '.'
              || c == ':'
              || c == '-'
              || c == '_';
    }
    if (!good) {
      throw new ProtocolException("a candidate at " + shortened(text));
    }
  }

  /** A stranger's text for a sentence: short, and without anything that moves a cursor. */
  static String shortened(String text) {
    StringBuilder safe = new StringBuilder("\"");
    for (int i = 0; i < text.length() && i < 32; i++) {
      char c = text.charAt(i);
      safe.append(c >= ' ' && c < 0x7F ? c : '?');
    }
    return safe.append(text.length() > 32 ? "…\"" : "\"").toString();
  }
}
