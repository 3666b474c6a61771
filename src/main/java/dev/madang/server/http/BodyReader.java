package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Reads the body of one HTTP/1.1 request, counted or chunked, to its end. What it keeps is bounded
/// by `limit`; when nobody wants the body any more it reads on and keeps nothing.
///
/// ```
/// SIZE ──"0\r\n"──► TRAILER ──empty line──► END
///  ▲ └──n──► DATA ──n bytes──► CRLF
///  └────────────────────────────┘
/// ```
final class BodyReader {
  private enum Chunk {
    SIZE,
    DATA,
    CRLF,
    TRAILER,
    END
  }

  private final boolean chunked;
  private final StringBuilder line = new StringBuilder(0);
  private Chunk chunk = Chunk.SIZE;
  private long left;
  private long bytes;
  private int extensions;
  private int trailers;
  private int limit = -1;
  private @Nullable ByteBuf kept;

  BodyReader(long length) {
    chunked = length == RequestHead.CHUNKED;
    left = chunked ? 0 : length;
  }

  /// Keeps what is read from now on, up to `most` bytes.
  void keep(int most) {
    limit = most;
    if (left > most) {
      throw tooLarge();
    }
  }

  /// Reads what `in` has of this body; true once it is whole.
  boolean read(ByteBuf in, ByteBufAllocator allocator) {
    int before = in.readableBytes();
    try {
      return readOn(in, allocator);
    } finally {
      bytes += before - in.readableBytes();
    }
  }

  private boolean readOn(ByteBuf in, ByteBufAllocator allocator) {
    if (!chunked) {
      take(in, allocator);
      return left == 0;
    }
    while (chunk != Chunk.END) {
      switch (chunk) {
        case SIZE -> {
          if (!line(in)) {
            return false;
          }
          size();
        }
        case DATA -> {
          take(in, allocator);
          if (left > 0) {
            return false;
          }
          chunk = Chunk.CRLF;
        }
        case CRLF -> {
          if (!line(in)) {
            return false;
          }
          if (!line.isEmpty()) {
            throw new HttpRefusal(400, "A chunk is longer than it says.");
          }
          chunk = Chunk.SIZE;
        }
        case TRAILER -> {
          if (!line(in)) {
            return false;
          }
          if (line.isEmpty()) {
            chunk = Chunk.END;
          } else if (++trailers > MAX_TRAILERS) {
            throw new HttpRefusal(431, "Too many trailers.");
          }
          line.setLength(0);
        }
        case END -> {}
      }
    }
    return true;
  }

  /// The whole body, now the caller's.
  ByteBuf whole() {
    ByteBuf whole = kept == null ? Unpooled.EMPTY_BUFFER : kept;
    kept = null;
    return whole;
  }

  /// Bytes of a counted body not read yet; for a chunked one nobody knows.
  long left() {
    return chunked ? Long.MAX_VALUE : left;
  }

  /// Bytes read since [#keep] or [#skip], chunks' frames included.
  long bytes() {
    return bytes;
  }

  /// Keeps nothing of what is read from now on.
  void skip() {
    release();
    bytes = 0;
  }

  void release() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
    limit = -1;
  }

  private void take(ByteBuf in, ByteBufAllocator allocator) {
    int now = (int) Math.min(left, in.readableBytes());
    if (now == 0) {
      return;
    }
    left -= now;
    if (limit < 0) {
      in.skipBytes(now);
    } else if (kept == null && left == 0 && !chunked) {
      kept = in.readRetainedSlice(now);
    } else {
      if (kept == null) {
        kept = allocator.buffer(Math.max(now, 512));
      }
      if (kept.readableBytes() + now > limit) {
        throw tooLarge();
      }
      kept.writeBytes(in, now);
    }
  }

  /// RFC 9112, 7.1: chunk = chunk-size [ chunk-ext ] CRLF. Extensions are skipped, and counted: "A
  /// server ought to limit the total length of chunk extensions received in a request".
  private void size() {
    int digits = 0;
    long size = 0;
    while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0) {
      size = size << 4 | Character.digit(line.charAt(digits++), 16);
      if (digits > 8) {
        throw new HttpRefusal(400, "A chunk's size is malformed.");
      }
    }
    int rest = digits;
    while (rest < line.length() && (line.charAt(rest) == ' ' || line.charAt(rest) == '\t')) {
      rest++;
    }
    if (digits == 0 || rest < line.length() && line.charAt(rest) != ';') {
      throw new HttpRefusal(400, "A chunk's size is malformed.");
    }
    extensions += line.length() - digits;
    if (extensions > MAX_EXTENSIONS) {
      throw new HttpRefusal(400, "Too many chunk extensions.");
    }
    line.setLength(0);
    left = size;
    chunk = size == 0 ? Chunk.TRAILER : Chunk.DATA;
  }

  /// Reads a line into [#line] without its end; true once the end has come.
  private boolean line(ByteBuf in) {
    while (in.isReadable()) {
      char letter = (char) (in.readByte() & 0xFF);
      int length = line.length();
      if (letter == '\n' && length > 0 && line.charAt(length - 1) == '\r') {
        line.setLength(length - 1);
        return true;
      }
      if (length > 0 && line.charAt(length - 1) == '\r'
          || letter < ' ' && letter != '\r' && letter != '\t') {
        throw new HttpRefusal(400, "A chunk is malformed.");
      }
      if (length == MAX_LINE) {
        throw new HttpRefusal(400, "A chunk's line is too long.");
      }
      line.append(letter);
    }
    return false;
  }

  private static HttpRefusal tooLarge() {
    return new HttpRefusal(413, "The body is too large.");
  }

  private static final int MAX_LINE = 512;
  private static final int MAX_EXTENSIONS = 4096;
  private static final int MAX_TRAILERS = 32;
}
