package dev.madang.check;

import dev.madang.wire.Printable;

/// One thing that was looked at: whether it is well, why, and what to do.
///
/// @param name one word, the same for programs in every language
/// @param en what was found, and what to do if it is not well
/// @param ko the same in Korean
public record Finding(String name, Mark mark, String en, String ko) {
  /// What the far end said stands in some of these sentences: it must not steer a terminal.
  public Finding {
    en = Printable.of(en);
    ko = Printable.of(ko);
  }

  /// How it is.
  public enum Mark {
    PASS("✓"),
    WARN("!"),
    FAIL("✗"),
    /** It could not be looked at; the sentence says why. */
    SKIP("–");

    private final String sign;

    Mark(String sign) {
      this.sign = sign;
    }
  }

  static Finding pass(String name, String en, String ko) {
    return new Finding(name, Mark.PASS, en, ko);
  }

  static Finding warn(String name, String en, String ko) {
    return new Finding(name, Mark.WARN, en, ko);
  }

  static Finding fail(String name, String en, String ko) {
    return new Finding(name, Mark.FAIL, en, ko);
  }

  static Finding skip(String name, String en, String ko) {
    return new Finding(name, Mark.SKIP, en, ko);
  }

  /// For a terminal, one line.
  public String line(boolean korean) {
    return "  %s  %-12s %s".formatted(mark.sign, name, korean ? ko : en);
  }
}
