package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// Writes the frames that a WebSocket server sends (RFC 6455, 5.2): never masked, never fragmented.
final class FrameWriter {
  private FrameWriter() {}

  static void header(ByteBuf out, int opcode, int length) {
    out.writeByte(0x80 | opcode);
    if (length <= 125) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[] payload, int length) {
    ByteBuf out = allocator.directBuffer(10 + length);
    header(out, opcode, length);
    return out.writeBytes(payload, 0, length);
  }

  static ByteBuf close(ByteBufAllocator allocator, int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = text.length;
    if (length > MAX_REASON) {
      length = MAX_REASON;
      while ((text[length] & 0xC0) == 0x80) {
        length--;
      }
    }
    ByteBuf out = allocator.directBuffer(4 + length);
    header(out, FrameReader.CLOSE, 2 + length);
    return out.writeShort(code).writeBytes(text, 0, length);
  }

  private static final int MAX_REASON = 123;
}
