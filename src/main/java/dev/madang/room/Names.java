package dev.madang.room;

import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What rooms and people may be called. Names come from strangers and stand on other people's
/// screens, so nothing in them may be invisible, reorder the text around it or look like a path.
public final class Names {
  private Names() {}

  /// A room's name as it is kept: letters, digits and marks of any script, `-`, `_`, `.`, composed
  /// and in lower case, so that one name spelled in two ways is one room.
  ///
  /// @return null if it is none
  public static @Nullable String room(String text) {
    String name = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    boolean allowed = name.codePoints().allMatch(Names::mayNameARoom);
    boolean somethingToRead = name.codePoints().anyMatch(Character::isLetterOrDigit);
    return allowed
            && somethingToRead
            && !isMark(name.codePointAt(0))
            && name.codePointCount(0, name.length()) <= LONGEST
        ? name
        : null;
  }

  /// A person's name as others read it: without control and direction characters, blanks folded.
  ///
  /// @return null if nothing visible is left
  public static @Nullable String person(String text) {
    var clean = new StringBuilder();
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .map(point -> Character.isWhitespace(point) || Character.isSpaceChar(point) ? ' ' : point)
        .forEach(clean::appendCodePoint);
    String name = BLANKS.matcher(shown(clean.toString())).replaceAll(" ").strip();
    return isVisible(name) && name.codePointCount(0, name.length()) <= LONGEST ? name : null;
  }

  /// What others read of an offered file, and what it may be kept as: no folders, and no characters
  /// that turn what is read into something else.
  ///
  /// @return null if nothing visible is left
  static @Nullable String file(String text) {
    var clean = new StringBuilder();
    shown(text)
        .codePoints()
        .map(point -> point == '/' || point == '\\' ? '_' : point)
        .forEach(clean::appendCodePoint);
    String name = clean.toString().strip();
    return name.isEmpty() || name.equals(".") || name.equals("..") ? null : name;
  }

  /// Whether a text that is shown or compared as it stands, such as an identity or a reaction, has
  /// something to read and none of what a name may not have; no blanks but the plain one.
  public static boolean fit(String text) {
    return isVisible(text)
        && shown(text).equals(text)
        && text.codePoints().allMatch(point -> point == ' ' || !Character.isSpaceChar(point));
  }

  /// The text without what nobody sees. An emoji may ask to be drawn in colour, and a digit for its
  /// key; behind a letter the same sign only makes two names of one.
  private static String shown(String text) {
    int[] points = text.codePoints().toArray();
    var clean = new StringBuilder();
    for (int i = 0; i < points.length; i++) {
      if (points[i] == EMOJI_STYLE
          ? i > 0 && isDrawn(points[i - 1], i + 1 < points.length ? points[i + 1] : 0)
          : mayBeInAPersonsName(points[i])) {
        clean.appendCodePoint(points[i]);
      }
    }
    return clean.toString();
  }

  private static boolean isDrawn(int point, int next) {
    return Character.isEmoji(point) && (point > 0xFF || next == KEYCAP);
  }

  private static boolean isVisible(String text) {
    return text.codePoints().anyMatch(point -> point != ' ' && !isJoiner(point) && !isMark(point));
  }

  private static boolean mayNameARoom(int point) {
    return (Character.isLetterOrDigit(point) || isMark(point) || "-_.".indexOf(point) >= 0)
        && !isInvisibleLetter(point);
  }

  private static boolean mayBeInAPersonsName(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      // Emoji sequences and some scripts need the joiners; direction overrides nobody needs.
      case Character.FORMAT -> isJoiner(point);
      default -> !isInvisibleLetter(point);
    };
  }

  private static boolean isJoiner(int point) {
    return point == 0x200C || point == 0x200D;
  }

  private static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  /// Letters, signs and marks by category that show nothing: Hangul fillers, two Khmer vowels, a
  /// note's missing head, a joiner of marks, and what chooses between two looks of a letter.
  private static boolean isInvisibleLetter(int point) {
    return point == 0x034F
        || point == 0x1D159
        || point >= 0x180B && point <= 0x180F
        || point >= 0xFE00 && point <= EMOJI_STYLE
        || point >= 0xE0100 && point <= 0xE01EF
        || point == 0x115F
        || point == 0x1160
        || point == 0x2800
        || point == 0x3164
        || point == 0xFFA0
        || point == 0x17B4
        || point == 0x17B5;
  }

  private static final int EMOJI_STYLE = 0xFE0F;
  private static final int KEYCAP = 0x20E3;
  private static final int LONGEST = 64;
  private static final java.util.regex.Pattern BLANKS = java.util.regex.Pattern.compile(" +");
}
