package dev.madang.server.http;

import io.netty.buffer.ByteBuf;

/// Finds the end of a request's head in bytes that may come in any pieces, looking at each once.
/// Lives on its connection's loop.
final class HeadFinder {
  private int searched;

  /// The length of a head that `in` has whole, or -1.
  int find(ByteBuf in, int limit, LoopState loop) {
    // RFC 9112, 2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore
    // at least one empty line (CRLF) received prior to the request-line."
    if (searched == 0 && in.readableBytes() >= 2 && in.getShort(in.readerIndex()) == CRLF) {
      in.skipBytes(2);
    }
    int readable = Math.min(in.readableBytes(), limit);
    byte[] scratch = loop.scratch(readable);
    int from = Math.max(0, searched - 3);
    in.getBytes(in.readerIndex() + from, scratch, from, readable - from);
    for (int i = from + 3; i < readable; i++) {
      if (scratch[i] == '\n'
          && scratch[i - 1] == '\r'
          && scratch[i - 2] == '\n'
          && scratch[i - 3] == '\r') {
        searched = 0;
        return i + 1;
      }
    }
    searched = readable;
    if (readable == limit) {
      throw new HttpRefusal(431, "The headers are larger than " + readable + " bytes.");
    }
    return -1;
  }

  private static final short CRLF = '\r' << 8 | '\n';
}
