package dev.madang.protocol.socketio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes plain values as JSON in UTF-8 into an array that is used again for the next packet.
///
/// A `byte[]` becomes `{"_placeholder":true,"num":N}` and is kept as attachment N. What JSON cannot
/// say (an infinite number, half a surrogate pair) is written as `JSON.stringify` would.
final class JsonWriter {
  private byte[] bytes = new byte[1024];
  private int at;
  private @Nullable List<byte[]> attachments;

  void reset() {
    if (bytes.length > KEEP) {
      bytes = new byte[1024];
    }
    at = 0;
    attachments = null;
  }

  int position() {
    return at;
  }

  byte[] array() {
    return bytes;
  }

  /** The binary values met since [#reset()]. */
  List<byte[]> attachments() {
    return attachments == null ? List.of() : attachments;
  }

  void raw(char ascii) {
    room(1);
    bytes[at++] = (byte) ascii;
  }

  void raw(String ascii) {
    int length = ascii.length();
    room(length);
    for (int i = 0; i < length; i++) {
      bytes[at++] = (byte) ascii.charAt(i);
    }
  }

  void value(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("nested deeper than " + MAX_DEPTH + ", or in a circle");
    }
    switch (value) {
      case null -> raw("null");
      case String text -> string(text);
      case Boolean truth -> raw(truth ? "true" : "false");
      case Integer number -> integer(number);
      case Long number -> integer(number);
      case Double number -> floating(number);
      case Float number -> floating(number);
      case Number number -> raw(number.toString());
      case Map<?, ?> map -> object(map, depth);
      case Collection<?> list -> array(list, depth);
      case Object[] list -> array(Arrays.asList(list), depth);
      case byte[] data -> attachment(data);
      case Enum<?> name -> string(name.name());
      case Character letter -> string(letter.toString());
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
    }
  }

  private void object(Map<?, ?> map, int depth) {
    raw('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!first) {
        raw(',');
      }
      first = false;
      string(String.valueOf(entry.getKey()));
      raw(':');
      value(entry.getValue(), depth + 1);
    }
    raw('}');
  }

  private void array(Collection<?> list, int depth) {
    raw('[');
    boolean first = true;
    for (Object each : list) {
      if (!first) {
        raw(',');
      }
      first = false;
      value(each, depth + 1);
    }
    raw(']');
  }

  private void attachment(byte[] data) {
    if (attachments == null) {
      attachments = new ArrayList<>(2);
    }
    raw("{\"_placeholder\":true,\"num\":");
    integer(attachments.size());
    raw('}');
    attachments.add(data);
  }

  void integer(long number) {
    if (number < 0 || number > 9_999) {
      raw(Long.toString(number));
      return;
    }
    room(4);
    int small = (int) number;
    int from = at;
    int digits = small < 10 ? 1 : small < 100 ? 2 : small < 1000 ? 3 : 4;
    for (int i = digits - 1; i >= 0; i--) {
      bytes[from + i] = (byte) ('0' + small % 10);
      small /= 10;
    }
    at += digits;
  }

  private void floating(double number) {
    if (!Double.isFinite(number)) {
      raw("null");
    } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      integer((long) number);
    } else {
      raw(Double.toString(number));
    }
  }

  void string(String text) {
    int length = text.length();
    // Six bytes is what one character can become: an escape.
    room(length * 6 + 2);
    byte[] out = bytes;
    int to = at;
    out[to++] = '"';
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        if (c >= 0x20 && c != '"' && c != '\\') {
          out[to++] = (byte) c;
        } else {
          to = escape(c, out, to);
        }
      } else if (c < 0x800) {
        out[to++] = (byte) (0xC0 | c >> 6);
        out[to++] = (byte) (0x80 | c & 0x3F);
      } else if (!Character.isSurrogate(c)) {
        out[to++] = (byte) (0xE0 | c >> 12);
        out[to++] = (byte) (0x80 | c >> 6 & 0x3F);
        out[to++] = (byte) (0x80 | c & 0x3F);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        out[to++] = (byte) (0xF0 | point >> 18);
        out[to++] = (byte) (0x80 | point >> 12 & 0x3F);
        out[to++] = (byte) (0x80 | point >> 6 & 0x3F);
        out[to++] = (byte) (0x80 | point & 0x3F);
      } else {
        to = unicode(c, out, to);
      }
    }
    out[to++] = '"';
    at = to;
  }

  private static int escape(char c, byte[] out, int at) {
    int short_ = "\"\\\b\f\n\r\t".indexOf(c);
    if (short_ < 0) {
      return unicode(c, out, at);
    }
    out[at] = '\\';
    out[at + 1] = (byte) "\"\\bfnrt".charAt(short_);
    return at + 2;
  }

  private static int unicode(char c, byte[] out, int at) {
    out[at] = '\\';
    out[at + 1] = 'u';
    for (int i = 0; i < 4; i++) {
      out[at + 2 + i] = (byte) Character.forDigit(c >> (12 - 4 * i) & 0xF, 16);
    }
    return at + 6;
  }

  private void room(int more) {
    if (more > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(at, more)));
    }
  }

  private static final int MAX_DEPTH = 200;
  private static final int KEEP = 64 << 10;
}
