package dev.madang.protocol.sctp;

import java.nio.charset.StandardCharsets;

/// Writes ERROR and ABORT chunks with one error cause each, RFC 9260 §3.3.7 and §3.3.10.
final class ErrorCause {
  private ErrorCause() {}

  /** The far end breaks off when it reads this. */
  static void abort(PacketWriter packet, int cause, String words) {
    byte[] text = words.getBytes(StandardCharsets.UTF_8);
    write(packet, Chunk.ABORT, cause, text, 0, Math.min(text.length, MAX));
  }

  static void invalidStream(PacketWriter packet, int stream) {
    byte[] value = {(byte) (stream >>> 8), (byte) stream, 0, 0};
    write(packet, Chunk.ERROR, Chunk.INVALID_STREAM, value, 0, 4);
  }

  /// §5.1.5: "the receiver of the expired cookie [...] MUST transmit an ERROR chunk with a 'Stale
  /// Cookie' error cause". How stale, nobody needs to know.
  static void staleCookie(PacketWriter packet) {
    write(packet, Chunk.ERROR, Chunk.STALE_COOKIE, new byte[4], 0, 4);
  }

  static void cookieWhileShuttingDown(PacketWriter packet) {
    write(packet, Chunk.ERROR, Chunk.COOKIE_WHILE_SHUTTING_DOWN, new byte[0], 0, 0);
  }

  static void unrecognizedParameters(PacketWriter packet, byte[] parameters) {
    write(packet, Chunk.ERROR, Chunk.UNRECOGNIZED_PARAMETERS, parameters, 0, parameters.length);
  }

  /** A whole chunk goes back, or the beginning of one. */
  static void unrecognizedChunk(PacketWriter packet, byte[] bytes, int at, int length) {
    int part = Math.min(length, MAX);
    write(packet, Chunk.ERROR, Chunk.UNRECOGNIZED_CHUNK, bytes, at, part);
  }

  private static void write(
      PacketWriter packet, int type, int cause, byte[] bytes, int at, int length) {
    int to = packet.chunk(type, 0, 4 + length);
    Chunk.put16(packet.bytes(), to, cause);
    Chunk.put16(packet.bytes(), to + 2, 4 + length);
    System.arraycopy(bytes, at, packet.bytes(), to + 4, length);
  }

  /** Bytes of a chunk, or of words, that are sent. */
  private static final int MAX = 256;
}
