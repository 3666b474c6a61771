package dev.madang.server.bot;

import dev.madang.room.SignalMessage.Permissions;

/// A room of this server, as programs in the same process come to it. Any thread.
///
/// ```java
/// Bot echo = madang.room("yard").join("Echo");
/// echo.onTrack(track -> {
///   LocalTrack back = echo.publish(track.kind(), track.codec());
///   back.onKeyframeWanted(track::askForKeyframe);
///   track.onRtp(back::write);
///   track.onEnd(back::close);
/// });
/// ```
public final class Room {
  private final BotDoor door;
  private final String name;

  Room(BotDoor door, String name) {
    this.door = door;
    this.name = name;
  }

  public String name() {
    return name;
  }

  /// Comes in as a guest who may publish, receive and send.
  ///
  /// @param bot what others read
  /// @throws BotRefused with what everybody else would be told: the room is full, locked or has its
  ///   lobby on
  public Bot join(String bot) {
    return join(bot, GUEST);
  }

  /// Comes in with these permissions and no others. One that may moderate is let into a room that
  /// is locked or has its lobby on; a host it is not.
  public Bot join(String bot, Permissions can) {
    return door.join(name, bot, can);
  }

  private static final Permissions GUEST = new Permissions(true, true, true, false);
}
