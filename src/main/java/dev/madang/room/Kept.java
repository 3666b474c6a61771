package dev.madang.room;

import dev.madang.room.SignalMessage.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What outlives a room: what its hosts set for good, and the chat where they had it kept.
///
/// @param lobby null where no host has said: as rooms begin
/// @param chat whether what is said to everybody is kept
/// @param messages oldest first
/// @param bans who was removed, and does not read what is kept, in the words of [Bans]
public record Kept(
    @Nullable Boolean lobby, boolean chat, List<ChatMessage> messages, List<String> bans) {
  public static final Kept NOTHING = new Kept(null, false, List.of(), List.of());
}
