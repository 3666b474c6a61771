package dev.madang.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hears one kind of event.
///
/// Values are plain: [java.util.Map], [List], [String], [Integer], [Long], [Double], [Boolean],
/// null, and `byte[]` for what the client sent as binary. They come from a stranger: a listener
/// that finds them wrong may throw a [dev.madang.wire.ProtocolException], which closes that client.
@FunctionalInterface
public interface Listener {
  /**
   * @param ack the client's wish for an answer; calling it is harmless when there is none
   */
  void heard(List<@Nullable Object> args, Ack ack);
}
