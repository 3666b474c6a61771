package dev.madang.server.http;

import org.jspecify.annotations.Nullable;

/// Reads a Range header (RFC 9110, 14.2).
final class ByteRange {
  private ByteRange() {}

  /// First and last byte; empty when no byte of it exists; null when the header is to be ignored,
  /// which "a server MAY" do and we do for anything but one range of bytes.
  static long @Nullable [] parse(String header, long length) {
    if (!header.startsWith("bytes=")) {
      return null;
    }
    String range = header.substring(6).strip();
    int dash = range.indexOf('-');
    if (dash < 0 || !range.matches("\\d{0,18}-\\d{0,18}") || range.length() == 1) {
      return null;
    }
    long from;
    long to = length - 1;
    if (dash == 0) {
      from = length - Math.min(length, Long.parseLong(range.substring(1)));
    } else {
      from = Long.parseLong(range.substring(0, dash));
      if (dash < range.length() - 1) {
        long last = Long.parseLong(range.substring(dash + 1));
        if (last < from) {
          return null;
        }
        to = Math.min(to, last);
      }
    }
    return from <= to ? new long[] {from, to} : new long[0];
  }
}
