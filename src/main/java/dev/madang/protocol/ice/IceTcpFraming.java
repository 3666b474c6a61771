package dev.madang.protocol.ice;

import dev.madang.wire.ProtocolException;
import java.util.Arrays;

/// Finds the packets in a stream of bytes that carries ICE over TCP: RFC 4571 §2 puts a length of
/// two bytes before each. Give it a chunk, then step through the packets that are whole; what is
/// left over waits for the next chunk.
///
/// ```
/// framing.receive(bytes, offset, length);
/// while (framing.next(limit)) {
///   use(framing.bytes(), framing.offset(), framing.length());
/// }
/// ```
public final class IceTcpFraming {
  /** What goes before each packet. */
  public static final int HEADER = 2;

  private byte[] chunk = NOTHING;
  private int at;
  private int end;

  private byte[] held = NOTHING;
  private int heldLength;

  private byte[] packet = NOTHING;
  private int packetOffset;
  private int packetLength;

  /// Whether a connection that begins with these bytes, ten at least, carries ICE: a STUN message
  /// behind a length, where STUN and TURN over TCP would have the message at once.
  public static boolean begins(byte[] bytes, int offset, int length) {
    return length >= 10
        && (bytes[offset + 2] & 0xC0) == 0
        && (lengthField(bytes, offset) & 3) == 0
        && lengthField(bytes, offset) == lengthField(bytes, offset + 4) + 20
        && bytes[offset + 6] == 0x21
        && bytes[offset + 7] == 0x12
        && bytes[offset + 8] == (byte) 0xA4
        && bytes[offset + 9] == 0x42;
  }

  /** Writes the [#HEADER] bytes that go before a packet of `length` bytes. */
  public static void writeHeader(byte[] bytes, int at, int length) {
    if (length < 0 || length > 0xFFFF) {
      throw new IllegalArgumentException("a packet of " + length + " bytes");
    }
    bytes[at] = (byte) (length >>> 8);
    bytes[at + 1] = (byte) length;
  }

  /// The next bytes of the stream. The array is read until [#next] has returned false and is not
  /// touched afterwards.
  public void receive(byte[] bytes, int offset, int length) {
    chunk = bytes;
    at = offset;
    end = offset + length;
  }

  /// Steps to the next whole packet. Empty ones, which RFC 4571 §2 allows, are stepped over.
  ///
  /// @param limit the longest packet worth waiting for
  /// @throws ProtocolException when the stream announces something longer
  public boolean next(int limit) {
    while (true) {
      boolean found = heldLength > 0 ? completeHeld(limit) : takeFromChunk(limit);
      if (!found || packetLength > 0) {
        return found;
      }
    }
  }

  public byte[] bytes() {
    return packet;
  }

  public int offset() {
    return packetOffset;
  }

  public int length() {
    return packetLength;
  }

  private boolean takeFromChunk(int limit) {
    int left = end - at;
    if (left >= HEADER) {
      int whole = HEADER + checked(lengthField(chunk, at), limit);
      if (whole <= left) {
        found(chunk, at, whole);
        at += whole;
        return true;
      }
    }
    hold(left);
    return false;
  }

  private boolean completeHeld(int limit) {
    if (heldLength < HEADER) {
      hold(Math.min(HEADER - heldLength, end - at));
      if (heldLength < HEADER) {
        return false;
      }
    }
    int whole = HEADER + checked(lengthField(held, 0), limit);
    hold(Math.min(whole - heldLength, end - at));
    if (heldLength < whole) {
      return false;
    }
    found(held, 0, whole);
    heldLength = 0;
    return true;
  }

  private void hold(int count) {
    if (count == 0) {
      return;
    }
    if (held.length < heldLength + count) {
      held = Arrays.copyOf(held, Math.max(heldLength + count, Math.min(2 * held.length, 2048)));
    }
    System.arraycopy(chunk, at, held, heldLength, count);
    heldLength += count;
    at += count;
  }

  private void found(byte[] bytes, int offset, int whole) {
    packet = bytes;
    packetOffset = offset + HEADER;
    packetLength = whole - HEADER;
  }

  private static int checked(int length, int limit) {
    if (length > limit) {
      throw new ProtocolException("a packet of " + length + " bytes, at most " + limit + " taken");
    }
    return length;
  }

  private static int lengthField(byte[] bytes, int offset) {
    return (bytes[offset] & 0xFF) << 8 | (bytes[offset + 1] & 0xFF);
  }

  private static final byte[] NOTHING = {};
}
