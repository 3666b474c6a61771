package dev.madang.room;

import dev.madang.room.SignalMessage.Permissions;

/// The one thing the room reads in a session description: whether its sender means to send or to
/// receive sound or pictures. Pure.
final class Sdp {
  private Sdp() {}

  /// RFC 8866, 6.7: "If none of the attributes "sendonly", "recvonly", "inactive", and "sendrecv"
  /// is present, "sendrecv" SHOULD be assumed as the default." A port of zero is a rejected stream
  /// (RFC 3264, 6).
  static boolean allowed(String sdp, Permissions can) {
    if (can.publish() && can.subscribe()) {
      return true;
    }
    String common = "sendrecv";
    String direction = common;
    boolean media = false;
    boolean counts = false;
    for (String line : (sdp + "\nm=end").split("\r?\n|\r")) {
      if (line.startsWith("m=")) {
        if (counts && !mayTravel(direction, can)) {
          return false;
        }
        media = true;
        counts = isOpenSoundOrPicture(line);
        direction = common;
      } else if (isDirection(line)) {
        direction = line.substring(2);
        common = media ? common : direction;
      }
    }
    return true;
  }

  private static boolean mayTravel(String direction, Permissions can) {
    return switch (direction) {
      case "sendrecv" -> can.publish() && can.subscribe();
      case "sendonly" -> can.publish();
      case "recvonly" -> can.subscribe();
      default -> true;
    };
  }

  private static boolean isOpenSoundOrPicture(String line) {
    return (line.startsWith("m=audio ") || line.startsWith("m=video "))
        && !line.startsWith("0 ", "m=audio ".length());
  }

  private static boolean isDirection(String line) {
    return switch (line) {
      case "a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive" -> true;
      default -> false;
    };
  }
}
