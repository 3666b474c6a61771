package dev.madang.room;

import dev.madang.room.SignalMessage.Coded;
import dev.madang.room.SignalMessage.Ended;
import java.util.Locale;

/// Why somebody's time in a room is over, with a sentence for people and what to do.
public enum Ending implements Coded {
  REMOVED("You were removed from the meeting.", "Ask whoever invited you if this was a mistake."),
  ENDED("The meeting was ended for everybody.", "You can close this page."),
  REPLACED(
      "You joined this meeting from another page.",
      "Go on there; or join again here, and that page leaves."),
  DECLINED("The host did not let you in.", "You can knock again in a minute."),
  EMPTY("Everybody left while you were waiting.", "Join again to start a new meeting."),
  CLOSING("The server is restarting.", "Your page comes back by itself in a moment."),
  FAILED("Something broke in this room on the server.", "Your page joins again by itself.");

  private final String message;
  private final String help;

  Ending(String message, String help) {
    this.message = message;
    this.help = help;
  }

  /// The event that says so.
  public Ended ended() {
    return new Ended(this, message, help);
  }

  @Override
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
