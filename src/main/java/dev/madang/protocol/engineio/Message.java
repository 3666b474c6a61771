package dev.madang.protocol.engineio;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One Engine.IO message on its way out, encoded once however many sessions it goes to.
///
/// A text message carries its packet type `4` in front, so that its bytes are a WebSocket payload
/// and a polling packet as they stand; a binary one is the bare data.
public final class Message {
  private final byte[] bytes;
  private final boolean text;
  private final boolean shared;
  private @Nullable Object prepared;

  private Message(byte[] bytes, boolean text, boolean shared) {
    this.bytes = bytes;
    this.text = text;
    this.shared = shared;
  }

  /// A text message.
  ///
  /// @param packet `4` and the text, in UTF-8; belongs to the message from now on
  /// @param shared whether several sessions will get it
  public static Message text(byte[] packet, boolean shared) {
    if (packet.length == 0 || packet[0] != '4') {
      throw new IllegalArgumentException("a text message begins with its packet type");
    }
    return new Message(packet, true, shared);
  }

  public static Message text(String text) {
    return new Message(("4" + text).getBytes(StandardCharsets.UTF_8), true, false);
  }

  public static Message binary(byte[] data, boolean shared) {
    return new Message(data, false, shared);
  }

  public boolean isText() {
    return text;
  }

  /** Whether several sessions get it: then what a transport prepares of it is worth keeping. */
  public boolean isShared() {
    return shared;
  }

  /** The encoded packet; nobody writes to it. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  /** What a transport made of this message for the first session, kept for the next. */
  public @Nullable Object prepared() {
    return prepared;
  }

  public void prepared(@Nullable Object form) {
    prepared = form;
  }
}
