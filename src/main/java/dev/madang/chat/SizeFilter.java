package dev.madang.chat;

/// Sees of what a socket's client sends, events and answers, nothing but the size, before anything
/// of it is read: reading is what a flood costs.
@FunctionalInterface
public interface SizeFilter {
  /// Whether it is read.
  ///
  /// @param size characters of its JSON, and bytes of its attachments
  /// @param ack answers it in its listener's stead, where an answer is wanted
  boolean passes(long size, Ack ack);
}
