package dev.madang.protocol.stun;

import dev.madang.wire.ProtocolException;
import java.util.Arrays;

/// Finds the STUN messages and ChannelData messages in a stream of bytes. Give it a chunk, then
/// step through the messages that are whole; what is left over waits for the next chunk.
///
/// ```
/// framing.receive(bytes, offset, length);
/// while (framing.next(limit)) {
///   use(framing.bytes(), framing.offset(), framing.length());
/// }
/// ```
public final class StunFraming {
  private byte[] chunk = NOTHING;
  private int at;
  private int end;

  private byte[] held = NOTHING;
  private int heldLength;

  private byte[] message = NOTHING;
  private int messageOffset;
  private int messageLength;

  /// The next bytes of the stream. The array is read until [#next] has returned false and is not
  /// touched afterwards.
  public void receive(byte[] bytes, int offset, int length) {
    chunk = bytes;
    at = offset;
    end = offset + length;
  }

  /// Steps to the next whole message.
  ///
  /// @param limit the longest message worth waiting for, padding included
  /// @throws ProtocolException when the stream holds something else, or something longer
  public boolean next(int limit) {
    if (heldLength > 0) {
      return completeHeld(limit);
    }
    int left = end - at;
    if (left >= HEADER) {
      int whole = wholeLength(chunk, at, limit);
      if (whole <= left) {
        found(chunk, at);
        at += whole;
        return true;
      }
    }
    hold(left);
    return false;
  }

  public byte[] bytes() {
    return message;
  }

  public int offset() {
    return messageOffset;
  }

  /** Without the padding that follows ChannelData. */
  public int length() {
    return messageLength;
  }

  private boolean completeHeld(int limit) {
    if (heldLength < HEADER) {
      hold(Math.min(HEADER - heldLength, end - at));
      if (heldLength < HEADER) {
        return false;
      }
    }
    int whole = wholeLength(held, 0, limit);
    hold(Math.min(whole - heldLength, end - at));
    if (heldLength < whole) {
      return false;
    }
    found(held, 0);
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

  private void found(byte[] bytes, int offset) {
    message = bytes;
    messageOffset = offset;
    messageLength = lengthField(bytes, offset) + (isChannelData(bytes[offset]) ? 4 : 20);
  }

  /// RFC 8489 §6.2.2: STUN over TCP needs no framing beside its own length field. RFC 8656 §12.5:
  /// "Over TCP and TLS-over-TCP, the ChannelData message MUST be padded to a multiple of four bytes
  /// in order to ensure the alignment of subsequent messages. The padding is not reflected in the
  /// length field of the ChannelData message, so the actual size of a ChannelData message
  /// (including padding) is (4 + Length) rounded up to the nearest multiple of 4".
  private static int wholeLength(byte[] bytes, int offset, int limit) {
    int first = bytes[offset] & 0xFF;
    int length = lengthField(bytes, offset);
    int whole;
    if (isChannelData(bytes[offset])) {
      whole = 4 + length + (-length & 3);
    } else if (first < 0x40 && (length & 3) == 0) {
      whole = 20 + length;
    } else {
      throw new ProtocolException("neither STUN nor ChannelData");
    }
    if (whole > limit) {
      throw new ProtocolException("a message of " + whole + " bytes, at most " + limit + " taken");
    }
    return whole;
  }

  private static boolean isChannelData(byte first) {
    return (first & 0xC0) == 0x40;
  }

  private static int lengthField(byte[] bytes, int offset) {
    return (bytes[offset + 2] & 0xFF) << 8 | (bytes[offset + 3] & 0xFF);
  }

  private static final int HEADER = 4;
  private static final byte[] NOTHING = {};
}
