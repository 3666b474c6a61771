package dev.madang.room;

import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// A program that wants to send into a room or a player that wants to watch it, by another door
/// than signaling's.
///
/// @param connection a number that nobody else has
/// @param word random, at least 16 characters: who it is; a secret that nobody in the room is told
/// @param network whence it came: [Address#network()]
/// @param grant what its token allows; null where rooms are open
/// @param hears whether it receives and reads what its grant lets it, as a bot of this process does
public record Outsider(
    long connection, String word, Address network, @Nullable Grant grant, boolean hears) {
  /// One that only sends or only watches.
  public Outsider(long connection, String word, Address network, @Nullable Grant grant) {
    this(connection, word, network, grant, false);
  }
}
