package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;

/** Checks of what stands in a line: nothing that is kept may end the line it is written into. */
final class Words {
  private Words() {}

  /// A word: visible ASCII, as RFC 8866 §9's `token` and a little more, for that is what is sent.
  static String word(String text, int max, String what) {
    return checked(text, '!', 1, max, what);
  }

  /** Several words, or none. */
  static String words(String text, int max, String what) {
    return checked(text, ' ', 0, max, what);
  }

  /// RFC 8851 §10: rid-id = 1*(alpha-numeric / "-" / "_"). Sixteen characters are what fits a
  /// one-byte header extension.
  static String rid(String text) {
    boolean good = !text.isEmpty() && text.length() <= 16;
    for (int i = 0; good && i < text.length(); i++) {
      char c = text.charAt(i);
      good =
          c >= '0' && c <= '9'
              || c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c == '-'
              || c == '_';
    }
    if (!good) {
      throw new ProtocolException("the rid " + shortened(text));
    }
    return text;
  }

  private static String checked(String text, char least, int min, int max, String what) {
    boolean good = text.length() >= min && text.length() <= max;
    for (int i = 0; good && i < text.length(); i++) {
      char c = text.charAt(i);
      good = c >= least && c <= '~';
    }
    if (!good) {
      throw new ProtocolException("the " + what + " " + shortened(text));
    }
    return text;
  }

  /// Digits that make a number.
  ///
  /// @throws ProtocolException when they do not, or make one out of bounds
  static long number(String text, long min, long max, String what) {
    long value = numberOr(text, -1);
    if (value < min || value > max) {
      throw new ProtocolException("the " + what + " " + shortened(text));
    }
    return value;
  }

  /** A number of less than 2⁶³; `otherwise` when the text is something else. */
  static long numberOr(String text, long otherwise) {
    if (text.isEmpty() || text.length() > 19) {
      return otherwise;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return otherwise;
      }
      value = value * 10 + (c - '0');
    }
    return value < 0 ? otherwise : value;
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
