package dev.madang.protocol.stun;

import dev.madang.wire.Address;
import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The attributes of STUN (RFC 8489 §14), TURN (RFC 8656 §18) and ICE (RFC 8445 §16.1). A type we
/// do not know, or know and do not serve, is [Unknown].
public sealed interface StunAttribute {

  record MappedAddress(Address address) implements StunAttribute {}

  record XorMappedAddress(Address address) implements StunAttribute {}

  record XorPeerAddress(Address address) implements StunAttribute {}

  record XorRelayedAddress(Address address) implements StunAttribute {}

  record Username(String value) implements StunAttribute {}

  record Realm(String value) implements StunAttribute {}

  record Nonce(String value) implements StunAttribute {}

  record Software(String value) implements StunAttribute {}

  record ErrorCode(int code, String reason) implements StunAttribute {
    public ErrorCode {
      if (code < 300 || code > 699) {
        throw new ProtocolException("error code " + code);
      }
    }
  }

  record UnknownAttributes(List<Integer> types) implements StunAttribute {
    public UnknownAttributes {
      types = List.copyOf(types);
    }
  }

  record ChannelNumber(int number) implements StunAttribute {}

  /** In seconds; an unsigned 32-bit number. */
  record Lifetime(long seconds) implements StunAttribute {}

  record Data(Bytes bytes) implements StunAttribute {}

  /** An IP protocol number: 17 is UDP, 6 is TCP. */
  record RequestedTransport(int protocol) implements StunAttribute {}

  record RequestedAddressFamily(int family) implements StunAttribute {}

  record AdditionalAddressFamily(int family) implements StunAttribute {}

  record AddressErrorCode(int family, int code, String reason) implements StunAttribute {
    public AddressErrorCode {
      if (code < 300 || code > 699) {
        throw new ProtocolException("error code " + code);
      }
    }
  }

  record EvenPort(boolean reserveNext) implements StunAttribute {}

  record ReservationToken(long token) implements StunAttribute {}

  record Priority(long value) implements StunAttribute {}

  record UseCandidate() implements StunAttribute {}

  record IceControlled(long tieBreaker) implements StunAttribute {}

  record IceControlling(long tieBreaker) implements StunAttribute {}

  /** HMAC-SHA1 of what precedes it. */
  record MessageIntegrity(Bytes mac) implements StunAttribute {}

  /** HMAC-SHA256 of what precedes it. */
  record MessageIntegritySha256(Bytes mac) implements StunAttribute {}

  /** CRC-32 of what precedes it, XORed. */
  record Fingerprint(int crc) implements StunAttribute {}

  record Unknown(int type, Bytes value) implements StunAttribute {
    /// RFC 8489 §14: "Attributes with type values between 0x0000 and 0x7FFF are
    /// comprehension-required attributes, which means that the STUN agent cannot successfully
    /// process the message unless it understands the attribute."
    public boolean required() {
      return type < 0x8000;
    }
  }

  default int type() {
    return switch (this) {
      case MappedAddress _ -> 0x0001;
      case Username _ -> 0x0006;
      case MessageIntegrity _ -> MESSAGE_INTEGRITY;
      case ErrorCode _ -> 0x0009;
      case UnknownAttributes _ -> 0x000A;
      case ChannelNumber _ -> 0x000C;
      case Lifetime _ -> 0x000D;
      case XorPeerAddress _ -> XOR_PEER_ADDRESS;
      case Data _ -> DATA;
      case Realm _ -> 0x0014;
      case Nonce _ -> 0x0015;
      case XorRelayedAddress _ -> 0x0016;
      case RequestedAddressFamily _ -> 0x0017;
      case EvenPort _ -> 0x0018;
      case RequestedTransport _ -> 0x0019;
      case MessageIntegritySha256 _ -> MESSAGE_INTEGRITY_SHA256;
      case XorMappedAddress _ -> 0x0020;
      case ReservationToken _ -> 0x0022;
      case Priority _ -> 0x0024;
      case UseCandidate _ -> 0x0025;
      case AdditionalAddressFamily _ -> 0x8000;
      case AddressErrorCode _ -> 0x8001;
      case Software _ -> 0x8022;
      case Fingerprint _ -> FINGERPRINT;
      case IceControlled _ -> 0x8029;
      case IceControlling _ -> 0x802A;
      case Unknown unknown -> unknown.type;
    };
  }

  /// Reads the value of an attribute: all of `value`, without padding.
  static StunAttribute read(int type, ByteReader value, TransactionId id) {
    return switch (type) {
      case 0x0001 -> new MappedAddress(address(value));
      case 0x0006 -> new Username(text(value, MAX_TEXT));
      case MESSAGE_INTEGRITY -> new MessageIntegrity(exactly(value, 20));
      case 0x0009 -> errorCode(value);
      case 0x000A -> unknownAttributes(value);
      case 0x000C -> new ChannelNumber(fourBytes(value) >>> 16);
      case 0x000D -> new Lifetime(fourBytes(value) & 0xFFFF_FFFFL);
      case XOR_PEER_ADDRESS -> new XorPeerAddress(xored(address(value), id));
      case DATA -> new Data(rest(value));
      case 0x0014 -> new Realm(text(value, MAX_TEXT));
      case 0x0015 -> new Nonce(text(value, MAX_TEXT));
      case 0x0016 -> new XorRelayedAddress(xored(address(value), id));
      case 0x0017 -> new RequestedAddressFamily(fourBytes(value) >>> 24);
      case 0x0018 -> new EvenPort((exactly(value, 1).toArray()[0] & 0x80) != 0);
      case 0x0019 -> new RequestedTransport(fourBytes(value) >>> 24);
      // RFC 8489 §14.6: the full 32 bytes, unless a usage of STUN allows truncation; TURN does not.
      case MESSAGE_INTEGRITY_SHA256 -> new MessageIntegritySha256(exactly(value, 32));
      case 0x0020 -> new XorMappedAddress(xored(address(value), id));
      case 0x0022 -> new ReservationToken(eightBytes(value));
      case 0x0024 -> new Priority(fourBytes(value) & 0xFFFF_FFFFL);
      case 0x0025 -> useCandidate(value);
      case 0x8000 -> new AdditionalAddressFamily(fourBytes(value) >>> 24);
      case 0x8001 -> addressErrorCode(value);
      case 0x8022 -> new Software(text(value, MAX_TEXT));
      case FINGERPRINT -> new Fingerprint(fourBytes(value));
      case 0x8029 -> new IceControlled(eightBytes(value));
      case 0x802A -> new IceControlling(eightBytes(value));
      default -> new Unknown(type, rest(value));
    };
  }

  default void write(ByteWriter out, TransactionId id) {
    switch (this) {
      case MappedAddress(var address) -> write(out, address);
      case XorMappedAddress(var address) -> write(out, xored(address, id));
      case XorPeerAddress(var address) -> write(out, xored(address, id));
      case XorRelayedAddress(var address) -> write(out, xored(address, id));
      case Username(var value) -> out.utf8(value);
      case Realm(var value) -> out.utf8(value);
      case Nonce(var value) -> out.utf8(value);
      case Software(var value) -> out.utf8(value);
      case ErrorCode(var code, var reason) -> out.u16(0).u8(code / 100).u8(code % 100).utf8(reason);
      case UnknownAttributes(var types) -> types.forEach(out::u16);
      case ChannelNumber(var number) -> out.u16(number).u16(0);
      case Lifetime(var seconds) -> out.i32((int) seconds);
      case Data(var bytes) -> bytes.writeTo(out);
      case RequestedTransport(var protocol) -> out.i32(protocol << 24);
      case RequestedAddressFamily(var family) -> out.i32(family << 24);
      case AdditionalAddressFamily(var family) -> out.i32(family << 24);
      case AddressErrorCode(var family, var code, var reason) ->
          out.u8(family).u8(0).u8(code / 100).u8(code % 100).utf8(reason);
      case EvenPort(var reserveNext) -> out.u8(reserveNext ? 0x80 : 0);
      case ReservationToken(var token) -> out.i64(token);
      case Priority(var value) -> out.i32((int) value);
      case UseCandidate() -> {}
      case IceControlled(var tieBreaker) -> out.i64(tieBreaker);
      case IceControlling(var tieBreaker) -> out.i64(tieBreaker);
      case MessageIntegrity(var mac) -> mac.writeTo(out);
      case MessageIntegritySha256(var mac) -> mac.writeTo(out);
      case Fingerprint(var crc) -> out.i32(crc);
      case Unknown(_, var value) -> value.writeTo(out);
    }
  }

  /// RFC 8489 §14.2: "X-Port is computed by XOR'ing the mapped port with the most significant 16
  /// bits of the magic cookie. If the IP address family is IPv4, X-Address is computed by XOR'ing
  /// the mapped IP address with the magic cookie. If the IP address family is IPv6, X-Address is
  /// computed by XOR'ing the mapped IP address with the concatenation of the magic cookie and the
  /// 96-bit transaction ID."
  private static Address xored(Address address, TransactionId id) {
    int port = address.port() ^ (StunMessage.COOKIE >>> 16);
    if (!address.isV6()) {
      return Address.v4(address.ip4() ^ StunMessage.COOKIE, port);
    }
    long high = address.high() ^ ((long) StunMessage.COOKIE << 32 | (id.high() & 0xFFFF_FFFFL));
    return Address.v6(high, address.low() ^ id.low(), port);
  }

  private static Address address(ByteReader value) {
    value.skip(1);
    int family = value.u8();
    int port = value.u16();
    Address address =
        switch (family) {
          case IPV4 -> Address.v4(value.i32(), port);
          case IPV6 -> Address.v6(value.i64(), value.i64(), port);
          default -> throw new ProtocolException("address family " + family);
        };
    return end(value, address);
  }

  private static void write(ByteWriter out, Address address) {
    out.u8(0).u8(address.isV6() ? IPV6 : IPV4).u16(address.port());
    if (address.isV6()) {
      out.i64(address.high()).i64(address.low());
    } else {
      out.i32(address.ip4());
    }
  }

  private static ErrorCode errorCode(ByteReader value) {
    value.skip(2);
    return new ErrorCode((value.u8() & 7) * 100 + value.u8(), text(value, MAX_TEXT));
  }

  private static AddressErrorCode addressErrorCode(ByteReader value) {
    int family = value.u8();
    value.skip(1);
    return new AddressErrorCode(family, (value.u8() & 7) * 100 + value.u8(), text(value, MAX_TEXT));
  }

  private static UnknownAttributes unknownAttributes(ByteReader value) {
    List<Integer> types = new ArrayList<>();
    while (value.remaining() > 0) {
      types.add(value.u16());
    }
    return new UnknownAttributes(types);
  }

  private static UseCandidate useCandidate(ByteReader value) {
    return end(value, new UseCandidate());
  }

  private static int fourBytes(ByteReader value) {
    return end(value, value.i32());
  }

  private static long eightBytes(ByteReader value) {
    return end(value, value.i64());
  }

  private static Bytes exactly(ByteReader value, int size) {
    return end(value, Bytes.of(value.bytes(size)));
  }

  private static Bytes rest(ByteReader value) {
    return Bytes.of(value.bytes(value.remaining()));
  }

  private static String text(ByteReader value, int max) {
    if (value.remaining() > max) {
      throw new ProtocolException("a text of " + value.remaining() + " bytes");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(value.bytes(value.remaining())))
          .toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolException("a text that is not UTF-8");
    }
  }

  private static <T> T end(ByteReader value, T read) {
    if (value.remaining() > 0) {
      throw new ProtocolException("an attribute with " + value.remaining() + " bytes too many");
    }
    return read;
  }

  int MESSAGE_INTEGRITY = 0x0008;
  int XOR_PEER_ADDRESS = 0x0012;
  int DATA = 0x0013;
  int MESSAGE_INTEGRITY_SHA256 = 0x001C;
  int FINGERPRINT = 0x8028;

  int IPV4 = 1;
  int IPV6 = 2;

  /// RFC 8489 §14.8, 14.9, 14.10, 14.14: "fewer than 128 characters (which can be as long as 763
  /// bytes)". §14.3 allows a USERNAME of 508 bytes, and wants as many understood.
  int MAX_TEXT = 763;
}
