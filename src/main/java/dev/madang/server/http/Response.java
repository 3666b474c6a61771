package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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

  static Response refusal(HttpRefusal refusal) {
    ByteBuf sentence = Unpooled.copiedBuffer(refusal.getMessage() + "\n", StandardCharsets.UTF_8);
    return new Response(refusal.status, Router.TEXT, sentence, List.of());
  }

  /// Whatever a stranger smuggled into a value, it stays one line, and of letters that arrive as
  /// sent.
  private static void oneLine(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        throw new IllegalArgumentException("not of printable ASCII in a header");
      }
    }
  }
}
