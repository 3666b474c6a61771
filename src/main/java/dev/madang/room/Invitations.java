package dev.madang.room;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Invite;
import dev.madang.room.SignalMessage.Invited;
import dev.madang.room.SignalMessage.Permissions;

/// Tokens that hosts make for others. Nobody hands on more than a token gave: a role ends with the
/// room, an invitation does not. Pure.
final class Invitations {
  private final String room;
  private final Rooms rooms;

  Invitations(String room, Rooms rooms) {
    this.room = room;
    this.rooms = rooms;
  }

  Answer invite(Participant host, Invite message, long now) {
    Grant own = host.grant;
    String guest = message.name() == null ? null : Names.person(message.name());
    long time = rooms.wallMillis(now);
    if (own == null) {
      return Refusal.NO_TOKEN_NEEDED.refused();
    } else if (own.until() <= time) {
      return Refusal.EXPIRED_TOKEN.refused();
    } else if (message.name() != null && guest == null) {
      return Refusal.BAD_NAME.refused();
    }
    Permissions mine = own.can();
    Permissions can =
        message.can() != null
            ? message.can()
            : new Permissions(mine.publish(), mine.subscribe(), mine.send(), false);
    if (!mine.cover(can)) {
      return Refusal.NOT_ALLOWED.refused();
    }
    long seconds = message.seconds() != null ? message.seconds() : A_DAY;
    // A token tells whole seconds.
    long until = Math.min(own.until(), time + seconds * 1000) / 1000 * 1000;
    return new Invited(rooms.token(room, guest, can, until), until);
  }

  private static final long A_DAY = 86_400;
}
