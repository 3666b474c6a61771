package dev.madang.server.bot;

import dev.madang.room.SignalMessage.Refused;

/// A room says no, with the words that it has for people.
public final class BotRefused extends RuntimeException {
  private final String code;

  BotRefused(Refused why) {
    super(why.message() + " " + why.help());
    code = why.code().code();
  }

  /// A word that never changes, as in signaling: `room-full`.
  public String code() {
    return code;
  }
}
