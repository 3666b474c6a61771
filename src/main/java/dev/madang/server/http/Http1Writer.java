package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes the bytes of an HTTP/1.1 answer's head: one buffer, one pass, nothing in between.
final class Http1Writer {
  private Http1Writer() {}

  /// Writes a whole answer, without flushing it.
  static void write(
      ChannelHandlerContext to,
      LoopState loop,
      Response response,
      byte[] always,
      String connection,
      boolean headOnly) {
    ByteBuf content = response.body();
    int length = content.readableBytes();
    boolean bodiless =
        headOnly || length == 0 || response.status() == 204 || response.status() == 304;
    boolean copied = !bodiless && length <= COPIED_BODY;
    ByteBuf out = head(to.alloc(), loop, response, always, connection, length, copied ? length : 0);
    if (copied) {
      out.writeBytes(content, content.readerIndex(), length);
    }
    to.write(out, to.voidPromise());
    if (bodiless || copied) {
      content.release();
      return;
    }
    // In pieces, so that progress through a long body can be seen from outside.
    while (content.readableBytes() > PIECE) {
      to.write(content.readRetainedSlice(PIECE), to.voidPromise());
    }
    to.write(content, to.voidPromise());
  }

  /// Writes the head of an answer whose body ends with the connection (RFC 9112, 6.3: "the message
  /// body length is determined by the number of octets received prior to the server closing the
  /// connection").
  static void open(ChannelHandlerContext to, LoopState loop, Response response, byte[] always) {
    to.write(head(to.alloc(), loop, response, always, "close", -1, 0), to.voidPromise());
  }

  /// The head, with room behind it for `extra` bytes of body; a negative length is not told.
  private static ByteBuf head(
      ByteBufAllocator allocator,
      LoopState loop,
      Response response,
      byte[] always,
      String connection,
      int length,
      int extra) {
    int status = response.status();
    List<String> headers = response.headers();
    ByteBuf out = allocator.directBuffer(256 + always.length + 32 * headers.size() + extra);
    out.writeBytes(STATUS_LINES[status]);
    out.writeBytes(loop.dateLine());
    out.writeBytes(always);
    String type = response.contentType();
    if (type != null) {
      field(out, "content-type", type);
    }
    for (int i = 0; i < headers.size(); i += 2) {
      field(out, headers.get(i), headers.get(i + 1));
    }
    if (!connection.isEmpty()) {
      field(out, "connection", connection);
    }
    // RFC 9110, 8.6: "A server MUST NOT send a Content-Length header field in any response with a
    // status code of 1xx (Informational) or 204 (No Content)."
    if (length >= 0 && status >= 200 && status != 204 && status != 304) {
      out.writeBytes(CONTENT_LENGTH);
      decimal(out, length);
      out.writeShort(CRLF);
    }
    out.writeShort(CRLF);
    return out;
  }

  /// The head of an answer that leaves HTTP.
  static ByteBuf switching(ByteBufAllocator allocator, LoopState loop, List<String> headers) {
    ByteBuf out = allocator.directBuffer(512);
    out.writeBytes(STATUS_LINES[101]);
    out.writeBytes(loop.dateLine());
    for (int i = 0; i < headers.size(); i += 2) {
      field(out, headers.get(i), headers.get(i + 1));
    }
    return out.writeShort(CRLF);
  }

  private static void field(ByteBuf out, String name, String value) {
    ByteBufUtil.writeAscii(out, name);
    out.writeShort(COLON_SPACE);
    ByteBufUtil.writeAscii(out, value);
    out.writeShort(CRLF);
  }

  private static void decimal(ByteBuf out, int value) {
    if (value >= 10) {
      decimal(out, value / 10);
    }
    out.writeByte('0' + value % 10);
  }

  private static final int COPIED_BODY = 4096;
  private static final int PIECE = 256 * 1024;
  private static final int CRLF = '\r' << 8 | '\n';
  private static final int COLON_SPACE = ':' << 8 | ' ';
  private static final byte[] CONTENT_LENGTH =
      "content-length: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] STATUS_LINES = new byte[600][];

  static {
    for (int status = 100; status < 600; status++) {
      String line = "HTTP/1.1 " + status + " " + HttpResponseStatus.valueOf(status).reasonPhrase();
      STATUS_LINES[status] = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
  }
}
