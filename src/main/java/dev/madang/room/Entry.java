package dev.madang.room;

import dev.madang.room.SignalMessage.IceServer;
import java.util.List;

/// What becomes of a program or a player that wants into a room.
public sealed interface Entry {
  /// @param identity of a program, its participant's; nobody reads that of a player
  /// @param iceServers what it may relay through
  record In(String identity, List<IceServer> iceServers) implements Entry {}

  record Refused(SignalMessage.Refused why) implements Entry {}

  /// There is no such room to watch.
  record Nobody() implements Entry {}
}
