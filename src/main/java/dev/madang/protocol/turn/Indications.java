package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import dev.madang.wire.AddressCache;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Send and Data indications, read and written in place: a client without channels sends and
/// receives all its media this way. Lives on the loop of its [TurnServer].
final class Indications {
  private final AddressCache peers = new AddressCache();
  private long count;
  private int dataOffset;
  private int dataLength;

  /// RFC 8656 §11.2: "The Send indication MUST contain both an XOR-PEER-ADDRESS attribute and a
  /// DATA attribute. If one of these attributes is missing or invalid, then the message is
  /// discarded", as it is with an attribute that would have to be understood, DONT-FRAGMENT among
  /// them.
  ///
  /// @return the peer, or null when the message is no good; [#dataOffset] and [#dataLength] then
  ///   mean nothing
  @Nullable Address readSend(byte[] bytes, int offset, int length) {
    if (!StunMessage.looksLike(bytes, offset, length)) {
      return null;
    }
    Address peer = null;
    dataOffset = -1;
    int end = offset + length;
    for (int at = offset + StunMessage.HEADER; at < end; ) {
      if (end - at < 4) {
        return null;
      }
      int type = u16(bytes, at);
      int size = u16(bytes, at + 2);
      if (size + (-size & 3) > end - at - 4) {
        return null;
      }
      if (type == StunAttribute.XOR_PEER_ADDRESS) {
        peer = peer == null ? peerAddress(bytes, at + 4, size, offset) : peer;
        if (peer == null) {
          return null;
        }
      } else if (type == StunAttribute.DATA) {
        if (dataOffset < 0) {
          dataOffset = at + 4;
          dataLength = size;
        }
      } else if (type < 0x8000) {
        return null;
      }
      at += 4 + size + (-size & 3);
    }
    return dataOffset < 0 ? null : peer;
  }

  int dataOffset() {
    return dataOffset;
  }

  int dataLength() {
    return dataLength;
  }

  private @Nullable Address peerAddress(byte[] bytes, int at, int size, int message) {
    int port = size < 8 ? 0 : u16(bytes, at + 2) ^ StunMessage.COOKIE >>> 16;
    int family = size < 8 ? 0 : bytes[at + 1];
    if (family == StunAttribute.IPV4 && size == 8) {
      return peers.v4((int) INT.get(bytes, at + 4) ^ StunMessage.COOKIE, port);
    }
    if (family == StunAttribute.IPV6 && size == 20) {
      long high = (long) LONG.get(bytes, at + 4) ^ (long) LONG.get(bytes, message + 4);
      long low = (long) LONG.get(bytes, at + 12) ^ (long) LONG.get(bytes, message + 12);
      // A mapped address stays what it is: IPv6, and denied.
      return high == 0 ? Address.v6(high, low, port) : peers.v6(high, low, port);
    }
    return null;
  }

  /// RFC 8656 §11.3: "The Data indication MUST contain both an XOR-PEER-ADDRESS and a DATA
  /// attribute." Written in place, in front of the payload.
  int putData(Address peer, byte[] bytes, int offset, int length) {
    int header = headerLength(peer);
    int padding = putPadding(bytes, offset + length, length);
    int at = offset - header;
    long id = ++count;
    putU16(bytes, at, DATA_INDICATION);
    putU16(bytes, at + 2, header - StunMessage.HEADER + length + padding);
    INT.set(bytes, at + 4, StunMessage.COOKIE);
    INT.set(bytes, at + 8, 0);
    LONG.set(bytes, at + 12, id);
    putU16(bytes, at + 20, StunAttribute.XOR_PEER_ADDRESS);
    putU16(bytes, at + 22, peer.isV6() ? 20 : 8);
    putU16(bytes, at + 24, peer.isV6() ? StunAttribute.IPV6 : StunAttribute.IPV4);
    putU16(bytes, at + 26, peer.port() ^ StunMessage.COOKIE >>> 16);
    if (peer.isV6()) {
      LONG.set(bytes, at + 28, peer.high() ^ (long) StunMessage.COOKIE << 32);
      LONG.set(bytes, at + 36, peer.low() ^ id);
    } else {
      INT.set(bytes, at + 28, peer.ip4() ^ StunMessage.COOKIE);
    }
    putU16(bytes, offset - 4, StunAttribute.DATA);
    putU16(bytes, offset - 2, length);
    return header + length + padding;
  }

  static int headerLength(Address peer) {
    return StunMessage.HEADER + (peer.isV6() ? 24 : 12) + 4;
  }

  static int putPadding(byte[] bytes, int at, int length) {
    int padding = -length & 3;
    for (int i = 0; i < padding; i++) {
      bytes[at + i] = 0;
    }
    return padding;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  static void putU16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  private static final int DATA_INDICATION = 0x0017;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
}
