package dev.madang.protocol.engineio;

import dev.madang.wire.ProtocolException;
import java.util.Arrays;
import java.util.Base64;

/// One Engine.IO packet on its way in: a type and text, or a message of bytes.
public sealed interface Packet {

  /**
   * @param type `0` to `6`; the text is everything after it
   */
  record Text(char type, String text) implements Packet {}

  /** Always a message: nothing else is ever binary. */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Binary(byte[] data) implements Packet {}

  char OPEN = '0';
  char CLOSE = '1';
  char PING = '2';
  char PONG = '3';
  char MESSAGE = '4';
  char UPGRADE = '5';
  char NOOP = '6';

  /// Reads a packet that came as text. Revision 4 marks base64 by `b`, revision 3 by `b4`.
  static Packet read(String packet, int revision) {
    if (packet.isEmpty()) {
      throw new ProtocolException("empty packet");
    }
    char type = packet.charAt(0);
    if (type == 'b') {
      if (revision == 3 && (packet.length() < 2 || packet.charAt(1) != MESSAGE)) {
        throw new ProtocolException("binary packet that is no message");
      }
      return new Binary(base64(packet.substring(revision == 3 ? 2 : 1)));
    }
    if (type < OPEN || type > NOOP) {
      throw new ProtocolException("unknown packet type");
    }
    return new Text(type, packet.substring(1));
  }

  /// Reads a packet that came as bytes: the message itself, which in revision 3 has its type, 4, in
  /// front.
  static Packet read(byte[] packet, int revision) {
    if (revision == 4) {
      return new Binary(packet);
    }
    if (packet.length == 0 || packet[0] != 4) {
      throw new ProtocolException("binary packet that is no message");
    }
    return new Binary(Arrays.copyOfRange(packet, 1, packet.length));
  }

  private static byte[] base64(String text) {
    // The official Java client breaks lines after 76 characters, which others overlook.
    String unbroken = text.indexOf('\n') < 0 ? text : text.replace("\n", "");
    try {
      return Base64.getDecoder().decode(unbroken);
    } catch (IllegalArgumentException broken) {
      throw new ProtocolException("broken base64");
    }
  }
}
