package dev.madang.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The header lines that go with every answer, and those that go with pages as well. Immutable.
final class StandingHeaders {
  private final List<String> all =
      List.of(
          "x-content-type-options", "nosniff",
          "referrer-policy", "no-referrer",
          "cross-origin-resource-policy", "same-origin");
  private final List<String> pages;
  private final List<String> securePages = List.of("cross-origin-opener-policy", "same-origin");
  private final byte[] allLines;
  private final byte[] pageLines;
  private final byte[] securePageLines;

  /// `frameAncestors`: the origins whose pages may show ours in a frame, besides our own.
  StandingHeaders(List<String> frameAncestors) {
    for (String each : frameAncestors) {
      if (!each.matches("[!-+\\--:<-~]+")) {
        throw new IllegalArgumentException(
            "http.frame-ancestors: \""
                + each
                + "\" is no origin; write it like https://example.com");
      }
    }
    pages =
        List.of(
            "content-security-policy",
            CONTENT_POLICY + "; frame-ancestors 'self' " + String.join(" ", frameAncestors),
            "permissions-policy",
            PERMISSIONS);
    allLines = lines(all);
    pageLines = joined(allLines, lines(pages));
    securePageLines = joined(pageLines, lines(securePages));
  }

  /// As lines of HTTP/1.1. What browsers heed on encrypted pages only, and complain about on
  /// others, goes with those alone.
  byte[] lines(Response response, boolean secure) {
    if (!isPage(response)) {
      return allLines;
    }
    return secure ? securePageLines : pageLines;
  }

  /// As pairs of name and value, for HTTP/2, which is encrypted always.
  List<List<String>> pairs(Response response) {
    return isPage(response) ? List.of(all, pages, securePages) : List.of(all);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static boolean isPage(Response response) {
    return response.contentType() != null && response.contentType().startsWith("text/html");
  }

  private static byte[] lines(List<String> pairs) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < pairs.size(); i += 2) {
      lines.append(pairs.get(i)).append(": ").append(pairs.get(i + 1)).append("\r\n");
    }
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /// No inline script and no foreign origin. Style attributes are allowed: they cannot run
  /// anything.
  private static final String CONTENT_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
          + "img-src 'self' data: blob:; media-src 'self' data: blob: mediastream:; "
          + "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
          + "base-uri 'none'; form-action 'self'";

  private static final String PERMISSIONS =
      "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), "
          + "fullscreen=(self), autoplay=(self), picture-in-picture=(self), "
          + "screen-wake-lock=(self), clipboard-write=(self), geolocation=(), payment=(), usb=(), "
          + "serial=(), hid=(), midi=()";
}
