package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer on its way out: `headers` are pairs of name and value.
record Response(int status, @Nullable String contentType, ByteBuf body, List<String> headers) {
  Response {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("no final status: " + status);
    }
    if (headers.size() % 2 != 0) {
      throw new IllegalArgumentException("a header name without a value");
    }
    for (String text : headers) {
      oneLine(text);
    }
    if (contentType != null) {
      oneLine(contentType);
    }
  }

  /// Whatever a stranger smuggled into a value, it stays one line.
  private static void oneLine(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ') {
        throw new IllegalArgumentException("a control character in a header");
      }
    }
  }
}
