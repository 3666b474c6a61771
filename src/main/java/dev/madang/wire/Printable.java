package dev.madang.wire;

/// What somebody else said, to be shown on a terminal or in a log: it must not steer either. Pure.
public final class Printable {
  private Printable() {}

  /// The text with a dot for each character that shows nothing: controls, and signs of format such
  /// as those that turn the direction around, and ends of lines and paragraphs.
  public static String of(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009F\\p{Cf}\\p{Zl}\\p{Zp}]", "·");
  }

  /// The same on one line after the other.
  public static String lines(String text) {
    return String.join("\n", text.lines().map(Printable::of).toList());
  }
}
