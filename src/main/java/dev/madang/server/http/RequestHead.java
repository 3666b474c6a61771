package dev.madang.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The head of an HTTP/1.1 request, read strictly: whatever two parsers could understand in two
/// ways is refused, because request smuggling lives on such differences.
///
/// @param target in origin form: path and query
/// @param host what the client believes it talks to
/// @param bodyLength bytes, or [#CHUNKED]
record RequestHead(
    String method,
    String target,
    String host,
    Headers headers,
    long bodyLength,
    boolean keepAlive,
    boolean expectsContinue) {
  static final long CHUNKED = -1;

  /// Reads `length` bytes of `bytes`, which end with the empty line.
  static RequestHead parse(byte[] bytes, int length, int maxHeaders, LoopState loop) {
    return new Parser(bytes, length, maxHeaders, loop).head();
  }

  private static final class Parser {
    private final byte[] bytes;
    private final int length;
    private final int maxHeaders;
    private final LoopState loop;
    private int at;
    private int fields;

    private @Nullable String host;
    private long contentLength = NONE;
    private boolean chunked;
    private boolean close;
    private boolean expectsContinue;

    Parser(byte[] bytes, int length, int maxHeaders, LoopState loop) {
      this.bytes = bytes;
      this.length = length;
      this.maxHeaders = maxHeaders;
      this.loop = loop;
    }

    RequestHead head() {
      String method = method();
      String target = target();
      int minor = version();
      while (bytes[at] != '\r') {
        field();
      }
      if (at != length - 2) {
        throw new HttpRefusal(400, "A header line is malformed.");
      }
      // RFC 9112, 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1
      // request message that lacks a Host header field and to any request message that contains
      // more than one Host header field line".
      if (host == null) {
        if (minor == 1) {
          throw new HttpRefusal(400, "The Host header is missing.");
        }
        host = "";
      }
      if (target.charAt(0) != '/') {
        target = originForm(method, target);
      }
      // RFC 9112, 6.1: a message with both "might indicate an attempt to perform request smuggling
      // or response splitting and ought to be handled as an error".
      if (chunked && contentLength != NONE) {
        throw new HttpRefusal(400, "Content-Length and Transfer-Encoding contradict each other.");
      }
      if (chunked && minor == 0) {
        throw new HttpRefusal(400, "HTTP/1.0 knows no Transfer-Encoding.");
      }
      return new RequestHead(
          method,
          target,
          host,
          new Headers(bytes, Arrays.copyOf(loop.offsets, fields * 4)),
          chunked ? CHUNKED : Math.max(0, contentLength),
          !close && minor == 1,
          expectsContinue && minor == 1);
    }

    private String method() {
      int start = at;
      while (token(bytes[at])) {
        at++;
      }
      int size = at - start;
      if (size == 0 || size > 24 || bytes[at] != ' ') {
        throw new HttpRefusal(400, "This is no HTTP request.");
      }
      at++;
      for (String known : METHODS) {
        if (known.length() == size && matches(start, known)) {
          return known;
        }
      }
      throw new HttpRefusal(501, "This method is not known here.");
    }

    private String target() {
      int start = at;
      while (bytes[at] > ' ' && bytes[at] != 0x7F) {
        at++;
      }
      if (at == start || bytes[at] != ' ') {
        throw new HttpRefusal(400, "The request's address is malformed.");
      }
      return text(start, at++);
    }

    private int version() {
      if (!matches(at, "HTTP/") || bytes[at + 6] != '.' || bytes[at + 8] != '\r') {
        throw new HttpRefusal(400, "The request line is malformed.");
      }
      int minor = bytes[at + 7] - '0';
      if (bytes[at + 5] != '1' || minor < 0 || minor > 1) {
        throw new HttpRefusal(505, "This port speaks HTTP/1.1, and HTTP/2 over TLS.");
      }
      at += 8;
      endOfLine();
      return minor;
    }

    private void field() {
      int nameStart = at;
      while (token(bytes[at])) {
        at++;
      }
      int nameEnd = at;
      // RFC 9112, 5.1: "No whitespace is allowed between the field name and colon." Folded lines
      // begin with whitespace and end here too.
      if (nameEnd == nameStart || bytes[at] != ':') {
        throw new HttpRefusal(400, "A header is malformed.");
      }
      at++;
      while (bytes[at] == ' ' || bytes[at] == '\t') {
        at++;
      }
      int valueStart = at;
      while (bytes[at] >= ' ' && bytes[at] != 0x7F || bytes[at] == '\t' || bytes[at] < 0) {
        at++;
      }
      int valueEnd = at;
      endOfLine();
      while (valueEnd > valueStart && (bytes[valueEnd - 1] == ' ' || bytes[valueEnd - 1] == '\t')) {
        valueEnd--;
      }
      if (fields == maxHeaders) {
        throw new HttpRefusal(431, "More than " + maxHeaders + " headers.");
      }
      if (loop.offsets.length < fields * 4 + 4) {
        loop.offsets = Arrays.copyOf(loop.offsets, loop.offsets.length * 2);
      }
      int[] offsets = loop.offsets;
      int field = fields++ * 4;
      offsets[field] = nameStart;
      offsets[field + 1] = nameEnd;
      offsets[field + 2] = valueStart;
      offsets[field + 3] = valueEnd;
      notice(nameStart, nameEnd - nameStart, valueStart, valueEnd);
    }

    /// Understands the few fields that decide how the bytes that follow are read.
    private void notice(int name, int size, int valueStart, int valueEnd) {
      switch (size) {
        case 4 -> {
          if (named(name, "host")) {
            host(text(valueStart, valueEnd));
          }
        }
        case 6 -> {
          if (named(name, "expect")) {
            if (!text(valueStart, valueEnd).equalsIgnoreCase("100-continue")) {
              throw new HttpRefusal(417, "Only 100-continue can be expected here.");
            }
            expectsContinue = true;
          }
        }
        case 10 -> {
          if (named(name, "connection")) {
            connection(text(valueStart, valueEnd));
          }
        }
        case 14 -> {
          if (named(name, "content-length")) {
            contentLength(valueStart, valueEnd);
          }
        }
        case 17 -> {
          if (named(name, "transfer-encoding")) {
            if (chunked || !text(valueStart, valueEnd).equalsIgnoreCase("chunked")) {
              throw new HttpRefusal(501, "Only one transfer coding is known here: chunked.");
            }
            chunked = true;
          }
        }
        default -> {}
      }
    }

    private void host(String value) {
      if (host != null) {
        throw new HttpRefusal(400, "There are two Host headers.");
      }
      for (int i = 0; i < value.length(); i++) {
        if (HOST_LETTERS.indexOf(value.charAt(i)) < 0) {
          throw new HttpRefusal(400, "The Host header is malformed.");
        }
      }
      host = value;
    }

    private void connection(String value) {
      for (String each : value.split(",")) {
        close |= each.strip().equalsIgnoreCase("close");
      }
    }

    private void contentLength(int start, int end) {
      if (contentLength != NONE || end == start || end - start > 18) {
        throw new HttpRefusal(400, "The Content-Length is malformed.");
      }
      long value = 0;
      for (int i = start; i < end; i++) {
        int digit = bytes[i] - '0';
        if (digit < 0 || digit > 9) {
          throw new HttpRefusal(400, "The Content-Length is malformed.");
        }
        value = value * 10 + digit;
      }
      contentLength = value;
    }

    /// RFC 9112, 3.2.2: "When an origin server receives a request with an absolute-form of
    /// request-target, the origin server MUST ignore the received Host header field (if any) and
    /// instead use the host information of the request-target." A target that contradicts the
    /// header is a lie to one of two parsers, so it is refused rather than chosen between.
    private String originForm(String method, String target) {
      if (target.equals("*") && method.equals("OPTIONS")) {
        return "/*";
      }
      int scheme = target.indexOf("://");
      if (scheme < 0
          || !target.regionMatches(true, 0, "http", 0, 4)
          || scheme != 4 && !(scheme == 5 && (target.charAt(4) | 0x20) == 's')) {
        throw new HttpRefusal(400, "The request's address is malformed.");
      }
      int authority = scheme + 3;
      int path = authority;
      while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
        path++;
      }
      if (!target.substring(authority, path).equalsIgnoreCase(host)) {
        throw new HttpRefusal(400, "The address and the Host header contradict each other.");
      }
      String rest = target.substring(path);
      return rest.startsWith("/") ? rest : "/" + rest;
    }

    private void endOfLine() {
      if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
        throw new HttpRefusal(400, "A header line is malformed.");
      }
      at += 2;
    }

    private boolean named(int start, String name) {
      return Headers.equalsIgnoreCase(bytes, start, name);
    }

    private boolean matches(int start, String text) {
      if (length - start < text.length()) {
        return false;
      }
      for (int i = 0; i < text.length(); i++) {
        if (bytes[start + i] != text.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private String text(int start, int end) {
      return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /// RFC 9110, 5.6.2: tchar.
    private static boolean token(byte letter) {
      return letter >= 0 && TOKEN[letter];
    }
  }

  private static final long NONE = -1;
  private static final String[] METHODS = {
    "GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH"
  };
  private static final String HOST_LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]%";
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c = '0'; c <= 'z'; c++) {
      TOKEN[c] = Character.isLetterOrDigit(c);
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
  }
}
