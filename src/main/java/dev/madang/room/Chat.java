package dev.madang.room;

import dev.madang.room.SignalMessage.ChatMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// A room's chat, in memory: a newcomer sees the last public messages, one who comes back sees all
/// that is kept and meant for it, since nobody knows which of them its broken connection lost.
/// Pure.
final class Chat {
  private final int history;
  private final Deque<ChatMessage> messages = new ArrayDeque<>();
  private int characters;

  Chat(int history) {
    this.history = history;
  }

  void add(ChatMessage message) {
    messages.addLast(message);
    characters += message.text().length();
    while (messages.size() > Math.max(KEPT, history) || characters > KEPT_CHARACTERS) {
      characters -= messages.removeFirst().text().length();
    }
  }

  List<ChatMessage> forNewcomer() {
    List<ChatMessage> open = messages.stream().filter(message -> message.to() == null).toList();
    return open.subList(Math.max(0, open.size() - history), open.size());
  }

  List<ChatMessage> forReturning(String identity) {
    return messages.stream()
        .filter(message ->
            message.to() == null
                || message.to().equals(identity)
                || message.from().equals(identity))
        .toList();
  }

  /// More than four people can say at the allowed rate while one of them is away for half a minute.
  private static final int KEPT = 400;

  private static final int KEPT_CHARACTERS = 400_000;
}
