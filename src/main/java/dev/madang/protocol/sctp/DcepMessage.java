package dev.madang.protocol.sctp;

import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;

/// The two messages of the Data Channel Establishment Protocol, RFC 8832 §5.
sealed interface DcepMessage {

  /// Opens a channel.
  ///
  /// ```
  /// |  Message Type |  Channel Type |            Priority           |
  /// |                    Reliability Parameter                      |
  /// |         Label Length          |       Protocol Length         |
  /// |                             Label                             |
  /// |                            Protocol                           |
  /// ```
  record Open(String label, String protocol, Delivery delivery) implements DcepMessage {}

  /** Accepts it. */
  record Ack() implements DcepMessage {}

  /// @throws ProtocolException when it is none, or says what cannot be
  static DcepMessage read(ByteReader reader) {
    int type = reader.u8();
    return switch (type) {
      case OPEN -> readOpen(reader);
      case ACK -> new Ack();
      default -> throw new ProtocolException("DCEP message " + type);
    };
  }

  private static Open readOpen(ByteReader reader) {
    int kind = reader.u8();
    reader.skip(2); // priority
    long parameter = reader.u32();
    int labelLength = reader.u16();
    int protocolLength = reader.u16();
    if (labelLength > MAX_TEXT || protocolLength > MAX_TEXT) {
      throw new ProtocolException("a label longer than " + MAX_TEXT + " bytes");
    }
    String label = reader.utf8(labelLength);
    String protocol = reader.utf8(protocolLength);
    return new Open(label, protocol, delivery(kind, parameter));
  }

  private static Delivery delivery(int kind, long parameter) {
    boolean ordered = (kind & UNORDERED) == 0;
    return switch (kind & ~UNORDERED) {
      case RELIABLE -> new Delivery(ordered, -1, -1);
      case RETRANSMITS -> new Delivery(ordered, (int) Math.min(parameter, Integer.MAX_VALUE), -1);
      case LIFETIME -> new Delivery(ordered, -1, parameter * MILLISECOND);
      default -> throw new ProtocolException("channel type " + kind);
    };
  }

  default void write(ByteWriter writer) {
    switch (this) {
      case Ack() -> writer.u8(ACK);
      case Open(String label, String protocol, Delivery delivery) -> {
        byte[] labelBytes = label.getBytes(StandardCharsets.UTF_8);
        byte[] protocolBytes = protocol.getBytes(StandardCharsets.UTF_8);
        writer.u8(OPEN);
        writer.u8(kind(delivery));
        writer.u16(PRIORITY);
        writer.i32(parameter(delivery));
        writer.u16(labelBytes.length);
        writer.u16(protocolBytes.length);
        writer.bytes(labelBytes);
        writer.bytes(protocolBytes);
      }
    }
  }

  private static int kind(Delivery delivery) {
    int kind =
        delivery.maxRetransmits() >= 0
            ? RETRANSMITS
            : delivery.lifetime() >= 0 ? LIFETIME : RELIABLE;
    return delivery.ordered() ? kind : kind | UNORDERED;
  }

  private static int parameter(Delivery delivery) {
    if (delivery.maxRetransmits() >= 0) {
      return delivery.maxRetransmits();
    }
    return delivery.lifetime() < 0
        ? 0
        : (int) Math.min(delivery.lifetime() / MILLISECOND, 0xFFFF_FFFFL);
  }

  /** Bytes of a label, and of a protocol; the format has room for 65535. */
  int MAX_TEXT = 1024;

  int OPEN = 3;
  int ACK = 2;
  int RELIABLE = 0;
  int RETRANSMITS = 1;
  int LIFETIME = 2;
  int UNORDERED = 0x80;

  /** RFC 8831 §6.4: "normal". */
  int PRIORITY = 256;

  long MILLISECOND = 1_000_000;
}
