package dev.madang.room;

import dev.madang.room.SignalMessage.Coded;
import dev.madang.room.SignalMessage.Refused;
import java.util.Locale;

/// Everything the room says no to: a code for programs that never changes, a sentence for people,
/// and what to do about it.
public enum Refusal implements Coded {
  // ---- at the door
  NEEDS_TOKEN(
      "This meeting needs an invitation.",
      "Open the link you were sent, whole; or ask its host for one."),
  BAD_TOKEN("This invitation is not valid.", "Ask the host for a new link."),
  EXPIRED_TOKEN("This invitation has expired.", "Ask the host for a new link."),
  EARLY_TOKEN("This invitation is not valid yet.", "Come back at the time it was made for."),
  WRONG_ROOM("This invitation is for another room.", "Open the link you were sent, unchanged."),
  BAD_ROOM_NAME(
      "A room's name has 1 to 64 letters, digits, hyphens, underscores or dots.",
      "Choose another name."),
  BAD_NAME("A name needs at least one visible character.", "Enter your name."),
  ROOM_FULL(
      "Up to %d people can meet in this room, and it is full.",
      "Wait until somebody leaves, or open another room."),
  REMOVED("You were removed from this meeting.", "Ask whoever invited you if this was a mistake."),
  DECLINED("The host did not let you in.", "You can knock again in a minute."),
  NO_KNOCKING(
      "Whoever comes to this room now has to knock, which programs and players cannot.",
      "Ask a host to open the room, or use a moderator's token."),
  TOO_MANY_KNOCKS("Too many people are waiting at this door.", "Try again in a minute."),
  TOO_MANY_KNOCKS_OF_NETWORK(
      "Too many people from your network are waiting at this door.", "Try again in a minute."),
  TOO_MANY_ROOMS("This server holds as many rooms as it may.", "Try again later."),
  TOO_MANY_ROOMS_OF_NETWORK(
      "Too many rooms were opened from your network.",
      "Join a room that is open, or try again when others have ended."),
  TOO_MANY_JOINS("Too many joins from your network.", "Wait a minute and try again."),
  // ---- in the room
  NOT_JOINED("You are not in a room.", "Send `join` first."),
  ALREADY_JOINED(
      "This connection is in another room.", "Leave first, or open a second connection."),
  NOT_HOST("Only a host can do this.", "Ask a host to do it, or to make you one."),
  NOT_ALLOWED("Your invitation does not allow this.", "Ask the host for another link."),
  NO_TOKEN_NEEDED("This room is open: nobody needs an invitation.", "Pass its link on."),
  NO_SUCH_PARTICIPANT("There is nobody with this identity here.", "Look at the list of people."),
  STALE_INSTANCE(
      "The other side has loaded its page anew.",
      "Negotiate afresh with the instance of its last `participantChanged`."),
  AWAY(
      "The other side is reconnecting, and enough waits for it.",
      "Negotiate again when it is online."),
  NOT_KEPT(
      "The server cannot keep this now: its database does not answer.",
      "The lobby stays as it is set for this meeting. Try again in a minute; whoever runs the server reads why in"
          + " its log."),
  TOO_MANY_KEPT(
      "This server keeps the chat and the lobby of no more rooms.",
      "The lobby stays as it is set for this meeting. Ask whoever runs the server; what you need later, save"
          + " yourself."),
  TOO_MANY_KEPT_OF_NETWORK(
      "The chats and lobbies of too many rooms are kept for your network.",
      "The lobby stays as it is set for this meeting. Have the chat and the lobby of a room kept no more that needs"
          + " neither, or ask whoever runs the server."),
  NO_MEDIA(
      "This server does not forward sound and pictures.",
      "Connect the people directly with each other."),
  BAD_DESCRIPTION("This description cannot be used: %s.", "Make a new offer."),
  STALE_OFFER(
      "This answers an offer that another has replaced.", "Answer the last `down` instead."),
  // ---- anywhere
  TOO_FAST("You are sending too fast.", "Wait a moment and send it again."),
  UNKNOWN_MESSAGE("There is no message of this name.", "See docs/signaling.md for the messages."),
  BAD_MESSAGE("This message is not of the documented form: %s.", "See docs/signaling.md."),
  TOO_LONG("This message is too long: %s.", "Shorten it.");

  private final String message;
  private final String help;

  Refusal(String message, String help) {
    this.message = message;
    this.help = help;
  }

  /// The answer that says so; `details` fill the gaps of the sentence.
  public Refused refused(Object... details) {
    return new Refused(this, message.formatted(details), help);
  }

  @Override
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
