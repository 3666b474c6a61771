package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the frames that a WebSocket client sends (RFC 6455) out of buffers that hold any part of
/// them. It keeps nothing between messages. Throws [WebSocketFailure] on the first offence.
final class FrameReader {
  /// Called while [#read] runs, in the order of the frames.
  interface Output {
    void text(String message);

    /// The buffer is valid during the call.
    void binary(ByteBuf message);

    void ping(ByteBuf payload);

    void pong();

    /// The far end said goodbye; code 1005 when it gave none. Nothing is read after it.
    void closed(int code, String reason);
  }

  private final WebSocketOptions options;
  private final boolean deflate;

  private int opcode;
  private boolean deflated;
  private int fragments;
  private byte @Nullable [] message;
  private int length;
  private boolean closed;

  FrameReader(WebSocketOptions options, boolean deflate) {
    this.options = options;
    this.deflate = deflate;
  }

  /// Reads whole frames; a part of one stays in `in` and is offered again with more behind it.
  void read(ByteBuf in, LoopState loop, Output output) {
    while (!closed && frame(in, loop, output)) {}
    if (closed) {
      in.skipBytes(in.readableBytes());
    }
  }

  private boolean frame(ByteBuf in, LoopState loop, Output output) {
    int readable = in.readableBytes();
    if (readable < 2) {
      return false;
    }
    int at = in.readerIndex();
    int first = in.getByte(at);
    int second = in.getByte(at + 1);
    long size = second & 0x7F;
    int header = 6;
    check(first, second, (int) size);
    if (size == 126) {
      if (readable < 4) {
        return false;
      }
      size = in.getUnsignedShort(at + 2);
      header = 8;
      minimal(size > 125);
    } else if (size == 127) {
      if (readable < 10) {
        return false;
      }
      size = in.getLong(at + 2);
      header = 14;
      minimal(size > 0xFFFF || size < 0);
    }
    if (size < 0 || size > options.maxMessage() - length) {
      throw new WebSocketFailure(1009, "The message is too large.");
    }
    if (readable < header + size) {
      return false;
    }
    int mask = in.getInt(at + header - 4);
    in.skipBytes(header);
    payload(in, (int) size, mask, first, loop, output);
    return true;
  }

  private void check(int first, int second, int size) {
    int code = first & 0x0F;
    boolean fin = (first & 0x80) != 0;
    // RFC 6455, 5.1: "The server MUST close the connection upon receiving a frame that is not
    // masked."
    if ((second & 0x80) == 0) {
      throw protocolError("A frame is not masked.");
    }
    // RFC 6455, 5.2: "If a nonzero value is received and none of the negotiated extensions defines
    // the meaning of such a nonzero value, the receiving endpoint MUST _Fail the WebSocket
    // Connection_." RFC 7692, 6: RSV1 stands on the first frame of a message only.
    int rsv = first & 0x70;
    if (rsv != 0 && !(rsv == RSV1 && deflate && (code == TEXT || code == BINARY))) {
      throw protocolError("A reserved bit is set.");
    }
    switch (code) {
      case CONTINUATION -> {
        if (opcode == 0) {
          throw protocolError("A continuation continues nothing.");
        }
      }
      case TEXT, BINARY -> {
        if (opcode != 0) {
          throw protocolError("A message begins inside another.");
        }
      }
      case CLOSE, PING, PONG -> {
        // RFC 6455, 5.5: "All control frames MUST have a payload length of 125 bytes or less and
        // MUST NOT be fragmented."
        if (!fin || size > 125) {
          throw protocolError("A control frame is fragmented or too long.");
        }
      }
      default -> throw protocolError("The opcode is reserved.");
    }
  }

  private void payload(ByteBuf in, int size, int mask, int first, LoopState loop, Output output) {
    int code = first & 0x0F;
    boolean fin = (first & 0x80) != 0;
    if (code >= CLOSE) {
      control(code, in, size, mask, loop, output);
      return;
    }
    boolean rsv1 = (first & RSV1) != 0;
    if (fin && code != CONTINUATION && !rsv1) {
      if (code == TEXT) {
        byte[] scratch = loop.scratch(size);
        in.readBytes(scratch, 0, size);
        unmask(scratch, 0, size, mask);
        output.text(Utf8.string(scratch, size));
      } else {
        ByteBuf payload = in.readSlice(size);
        unmask(payload, mask);
        output.binary(payload);
      }
      return;
    }
    if (code != CONTINUATION) {
      opcode = code;
      deflated = rsv1;
      fragments = 0;
    }
    if (++fragments > options.maxFragments()) {
      throw new WebSocketFailure(1008, "The message has too many fragments.");
    }
    append(in, size, mask);
    if (fin) {
      complete(loop, output);
    }
  }

  private void append(ByteBuf in, int size, int mask) {
    byte[] grown = message == null ? new byte[Math.max(size, 64)] : message;
    if (grown.length - length < size) {
      grown = Arrays.copyOf(grown, Math.max(length + size, grown.length * 2));
    }
    message = grown;
    in.readBytes(grown, length, size);
    unmask(grown, length, size, mask);
    length += size;
  }

  private void complete(LoopState loop, Output output) {
    byte[] whole = message == null ? new byte[0] : message;
    int size = length;
    int code = opcode;
    message = null;
    length = 0;
    opcode = 0;
    if (deflated) {
      whole = loop.inflate(whole, size, options.maxMessage());
      size = whole.length;
    }
    if (code == TEXT) {
      output.text(Utf8.string(whole, size));
    } else {
      output.binary(Unpooled.wrappedBuffer(whole, 0, size));
    }
  }

  private void control(int code, ByteBuf in, int size, int mask, LoopState loop, Output output) {
    ByteBuf payload = in.readSlice(size);
    unmask(payload, mask);
    switch (code) {
      case PING -> output.ping(payload);
      case PONG -> output.pong();
      default -> {
        closed = true;
        close(payload, size, loop, output);
      }
    }
  }

  private static void close(ByteBuf payload, int size, LoopState loop, Output output) {
    if (size == 0) {
      output.closed(1005, "");
      return;
    }
    if (size == 1) {
      throw protocolError("A close code has two bytes.");
    }
    int code = payload.readUnsignedShort();
    if (!mayBeSent(code)) {
      throw protocolError("This close code may not be sent.");
    }
    byte[] scratch = loop.scratch(size - 2);
    payload.readBytes(scratch, 0, size - 2);
    output.closed(code, Utf8.string(scratch, size - 2));
  }

  /// RFC 6455, 7.4: 1004, 1005, 1006 and 1015 are reserved, 1016-2999 are for future revisions.
  static boolean mayBeSent(int code) {
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
        || code >= 3000 && code <= 4999;
  }

  private static void unmask(byte[] bytes, int from, int size, int mask) {
    long wide = (mask & 0xFFFF_FFFFL) << 32 | mask & 0xFFFF_FFFFL;
    int at = from;
    int end = from + size;
    for (; at <= end - 8; at += 8) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
    }
    for (int shift = 24; at < end; at++, shift -= 8) {
      bytes[at] ^= (byte) (mask >>> (shift & 31));
    }
  }

  private static void unmask(ByteBuf bytes, int mask) {
    long wide = (mask & 0xFFFF_FFFFL) << 32 | mask & 0xFFFF_FFFFL;
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    for (; at <= end - 8; at += 8) {
      bytes.setLong(at, bytes.getLong(at) ^ wide);
    }
    for (int shift = 24; at < end; at++, shift -= 8) {
      bytes.setByte(at, bytes.getByte(at) ^ mask >>> (shift & 31));
    }
  }

  /// RFC 6455, 5.2: "the minimal number of bytes MUST be used to encode the length".
  private static void minimal(boolean is) {
    if (!is) {
      throw protocolError("A length is not encoded in the fewest bytes.");
    }
  }

  private static WebSocketFailure protocolError(String reason) {
    return new WebSocketFailure(1002, reason);
  }

  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int RSV1 = 0x40;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
}
