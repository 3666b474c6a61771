package dev.madang.wire;

import java.util.Arrays;

/// IP addresses as text. The JDK's own reader asks a resolver for anything that is no literal.
final class IpText {
  private IpText() {}

  static byte[] parse(String text) {
    return text.indexOf(':') < 0 ? parse4(text, text) : parse6(text);
  }

  private static byte[] parse4(String part, String whole) {
    byte[] ip = new byte[4];
    int at = 0;
    for (int i = 0; i < 4; i++) {
      int end = i < 3 ? part.indexOf('.', at) : part.length();
      // No leading zeros: some read them as octal, and two readers of one address is how filters
      // are passed.
      if (end <= at || end - at > 3 || (end - at > 1 && part.charAt(at) == '0')) {
        throw notAnAddress(whole);
      }
      int value = number(part, at, end, 10, whole);
      if (value > 255) {
        throw notAnAddress(whole);
      }
      ip[i] = (byte) value;
      at = end + 1;
    }
    return ip;
  }

  private static byte[] parse6(String text) {
    byte[] ip = new byte[16];
    int filled = 0;
    int gap = -1;
    int at = 0;
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < text.length()) {
      int colon = text.indexOf(':', at);
      int end = colon < 0 ? text.length() : colon;
      if (colon < 0 && text.indexOf('.', at) >= 0) {
        if (filled > 12) {
          throw notAnAddress(text);
        }
        System.arraycopy(parse4(text.substring(at), text), 0, ip, filled, 4);
        filled += 4;
        break;
      }
      if (end == at || end - at > 4 || filled > 14) {
        throw notAnAddress(text);
      }
      int value = number(text, at, end, 16, text);
      ip[filled++] = (byte) (value >> 8);
      ip[filled++] = (byte) value;
      if (colon < 0) {
        break;
      }
      at = colon + 1;
      if (at == text.length()) {
        throw notAnAddress(text);
      }
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          throw notAnAddress(text);
        }
        gap = filled;
        at++;
      }
    }
    if (gap < 0 ? filled != 16 : filled > 14) {
      throw notAnAddress(text);
    }
    if (gap >= 0) {
      int tail = filled - gap;
      System.arraycopy(ip, gap, ip, 16 - tail, tail);
      Arrays.fill(ip, gap, 16 - tail, (byte) 0);
    }
    return ip;
  }

  private static int number(String text, int from, int to, int radix, String whole) {
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        throw notAnAddress(whole);
      }
      value = value * radix + digit;
    }
    return value;
  }

  /// RFC 5952 §4: lower case, no leading zeros, and `::` for the longest run of two or more zero
  /// groups, the first of equals.
  static String write(byte[] ip) {
    StringBuilder text = new StringBuilder(40);
    if (ip.length == 4) {
      return text.append(ip[0] & 0xFF)
          .append('.')
          .append(ip[1] & 0xFF)
          .append('.')
          .append(ip[2] & 0xFF)
          .append('.')
          .append(ip[3] & 0xFF)
          .toString();
    }
    int runAt = -1;
    int run = 1;
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && group(ip, i + length) == 0) {
        length++;
      }
      if (length > run) {
        runAt = i;
        run = length;
      }
      i += length;
    }
    for (int i = 0; i < 8; i++) {
      if (i == runAt) {
        text.append("::");
        i += run - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(ip, i)));
    }
    return text.toString();
  }

  private static int group(byte[] ip, int index) {
    return (ip[2 * index] & 0xFF) << 8 | (ip[2 * index + 1] & 0xFF);
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException("\"" + text + "\" is not an IP address");
  }
}
