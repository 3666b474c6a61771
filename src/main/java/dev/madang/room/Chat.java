package dev.madang.room;

import dev.madang.room.SignalMessage.ChatMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/// A room's chat, in memory: a newcomer sees the last public messages, where the chat is kept all
/// of them; one who comes back sees all that is there and meant for it, since nobody knows which of
/// them its broken connection lost. Pure.
final class Chat {
  /// @param kept also where it outlives the room
  private record Line(ChatMessage message, boolean kept) {}

  private final int history;
  private final Deque<Line> lines = new ArrayDeque<>();
  private int most;
  private int characters;

  Chat(int history) {
    this.history = history;
    most = Math.max(KEPT, history);
  }

  /// What was said before this meeting, and is kept.
  void remember(List<ChatMessage> before) {
    List<Line> since = List.copyOf(lines);
    clear();
    most = Math.max(most, before.size());
    before.forEach(message -> add(message, true));
    since.forEach(line -> add(line.message(), line.kept()));
  }

  void add(ChatMessage message, boolean kept) {
    lines.addLast(new Line(message, kept));
    characters += message.text().length();
    while (lines.size() > most || characters > KEPT_CHARACTERS) {
      characters -= lines.removeFirst().message().text().length();
    }
  }

  void clear() {
    lines.clear();
    characters = 0;
  }

  /// What outlives this meeting.
  List<ChatMessage> kept() {
    return lines.stream().filter(Line::kept).map(Line::message).toList();
  }

  /// @param all not only the last ones
  List<ChatMessage> forNewcomer(boolean all) {
    List<ChatMessage> open = messages().filter(message -> message.to() == null).toList();
    return all ? open : open.subList(Math.max(0, open.size() - history), open.size());
  }

  List<ChatMessage> forReturning(String identity) {
    return messages()
        .filter(message ->
            message.to() == null
                || message.to().equals(identity)
                || message.from().equals(identity))
        .toList();
  }

  /// What one said.
  Stream<ChatMessage> of(String identity) {
    return messages().filter(message -> message.from().equals(identity));
  }

  private Stream<ChatMessage> messages() {
    return lines.stream().map(Line::message);
  }

  /// More than four people can say at the allowed rate while one of them is away for half a minute.
  private static final int KEPT = 400;

  private static final int KEPT_CHARACTERS = 400_000;
}
