package dev.madang.protocol.engineio;

import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Several packets in one HTTP body, in the three forms that exist.
///
/// Revision 4: packets with the record separator (30) between them. Revision 3, text: `<length in
/// UTF-16 units>:<packet>`, again and again. Revision 3, binary (for clients that can, when a
/// binary message is among them): 0 for text or 1 for binary, the length as digits of one byte
/// each, 255, the packet.
///
/// Outgoing packets are [Message]s, or a one-letter control packet as a [Character].
public final class Payload {
  private Payload() {}

  public static List<Packet> readText(String body, int revision, int maxPackets) {
    return revision == 4 ? readV4(body, maxPackets) : readV3(body, maxPackets);
  }

  /// The binary form of revision 3; revision 4 has none.
  public static List<Packet> readBinary(byte[] body, int maxPackets) {
    List<Packet> packets = new ArrayList<>();
    int at = 0;
    while (at < body.length) {
      int kind = body[at++];
      if (kind != 0 && kind != 1) {
        throw new ProtocolException("neither text nor binary");
      }
      int length = 0;
      int digits = 0;
      while (at < body.length && body[at] != -1) {
        int digit = body[at++];
        if (digit < 0 || digit > 9 || ++digits > MAX_DIGITS) {
          throw new ProtocolException("length is no number");
        }
        length = length * 10 + digit;
      }
      if (digits == 0 || at >= body.length || length > body.length - at - 1) {
        throw new ProtocolException("truncated payload");
      }
      byte[] packet = Arrays.copyOfRange(body, at + 1, at + 1 + length);
      at += 1 + length;
      count(packets, maxPackets);
      packets.add(
          kind == 0
              ? Packet.read(new String(packet, StandardCharsets.UTF_8), 3)
              : Packet.read(packet, 3));
    }
    if (packets.isEmpty()) {
      throw new ProtocolException("empty payload");
    }
    return packets;
  }

  public static byte[] writeV4(List<Object> packets) {
    ByteWriter out = new ByteWriter();
    for (int i = 0; i < packets.size(); i++) {
      if (i > 0) {
        out.u8(SEPARATOR);
      }
      writeAsText(packets.get(i), "b", out);
    }
    return out.toArray();
  }

  /** The text form of revision 3; binary messages become base64. */
  public static byte[] writeV3(List<Object> packets) {
    ByteWriter out = new ByteWriter();
    ByteWriter packet = new ByteWriter();
    for (Object each : packets) {
      packet = new ByteWriter(sizeOf(each) + 1);
      writeAsText(each, "b4", packet);
      out.utf8(Integer.toString(utf16Units(packet.array(), packet.position())))
          .u8(':')
          .bytes(packet.array(), 0, packet.position());
    }
    return out.toArray();
  }

  /// The binary form of revision 3. Its text packets are, as the official encoder makes them, text
  /// of UTF-8 units, of which it then takes the low byte of each: UTF-8.
  public static byte[] writeV3Binary(List<Object> packets) {
    ByteWriter out = new ByteWriter();
    for (Object each : packets) {
      boolean binary = each instanceof Message message && !message.isText();
      int length = sizeOf(each) + (binary ? 1 : 0);
      out.u8(binary ? 1 : 0);
      for (char digit : Integer.toString(length).toCharArray()) {
        out.u8(digit - '0');
      }
      out.u8(0xFF);
      if (binary) {
        out.u8(4);
      }
      if (each instanceof Message message) {
        out.bytes(message.bytes());
      } else {
        out.utf8(each.toString());
      }
    }
    return out.toArray();
  }

  private static void writeAsText(Object packet, String binaryMark, ByteWriter out) {
    if (packet instanceof Message message) {
      if (message.isText()) {
        out.bytes(message.bytes());
      } else {
        out.utf8(binaryMark).bytes(Base64.getEncoder().encode(message.bytes()));
      }
    } else {
      out.utf8(packet.toString());
    }
  }

  private static int sizeOf(Object packet) {
    return packet instanceof Message message
        ? message.size()
        : packet.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  /// JavaScript counts a character outside the basic plane, four bytes of UTF-8, as two.
  private static int utf16Units(byte[] utf8, int length) {
    int units = 0;
    for (int i = 0; i < length; i++) {
      int octet = utf8[i] & 0xFF;
      if ((octet & 0xC0) != 0x80) {
        units += octet >= 0xF0 ? 2 : 1;
      }
    }
    return units;
  }

  private static List<Packet> readV4(String body, int maxPackets) {
    List<Packet> packets = new ArrayList<>(1);
    int from = 0;
    while (true) {
      int to = body.indexOf(SEPARATOR, from);
      count(packets, maxPackets);
      packets.add(Packet.read(body.substring(from, to < 0 ? body.length() : to), 4));
      if (to < 0) {
        return packets;
      }
      from = to + 1;
    }
  }

  private static List<Packet> readV3(String body, int maxPackets) {
    List<Packet> packets = new ArrayList<>(1);
    int at = 0;
    while (at < body.length()) {
      int length = 0;
      int digits = 0;
      while (at < body.length() && body.charAt(at) != ':') {
        char digit = body.charAt(at++);
        if (digit < '0' || digit > '9' || ++digits > MAX_DIGITS) {
          throw new ProtocolException("length is no number");
        }
        length = length * 10 + (digit - '0');
      }
      if (digits == 0 || at >= body.length() || length > body.length() - at - 1) {
        throw new ProtocolException("truncated payload");
      }
      count(packets, maxPackets);
      packets.add(Packet.read(body.substring(at + 1, at + 1 + length), 3));
      at += 1 + length;
    }
    if (packets.isEmpty()) {
      throw new ProtocolException("empty payload");
    }
    return packets;
  }

  private static void count(List<Packet> packets, int maxPackets) {
    if (packets.size() == maxPackets) {
      throw new ProtocolException("more than " + maxPackets + " packets in one payload");
    }
  }

  private static final char SEPARATOR = 30;
  private static final int MAX_DIGITS = 9;
}
