package dev.madang.room;

import dev.madang.room.SignalMessage.Permissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The one thing the room reads in a session description: whether its sender means to send or to
/// receive sound or pictures. Pure.
final class Sdp {
  private Sdp() {}

  /// RFC 8866, 6.7: "If none of the attributes "sendonly", "recvonly", "inactive", and "sendrecv"
  /// is present, "sendrecv" SHOULD be assumed as the default." A port of zero is a rejected stream
  /// (RFC 3264, 6), but with `a=bundle-only` one that uses another's port (RFC 8843, 6).
  static boolean allowed(String sdp, Permissions can) {
    if (can.publish() && can.subscribe()) {
      return true;
    }
    // Browsers end lines by LF, with or without CR: what they would read as one line is one here.
    if (LONE_RETURN.matcher(sdp).find()) {
      return false;
    }
    String common = "sendrecv";
    String direction = common;
    boolean media = false;
    boolean shown = false;
    boolean counts = false;
    for (String line : (sdp + "\nm=end").split("\r?\n")) {
      if (line.startsWith("m=")) {
        if (counts && !mayTravel(direction, can)) {
          return false;
        }
        media = true;
        shown = line.startsWith("m=audio") || line.startsWith("m=video");
        counts = shown && !CLOSED.matcher(line).lookingAt();
        direction = common;
      } else if (line.startsWith("a=bundle-only")) {
        counts = shown;
      } else {
        Matcher found = DIRECTION.matcher(line);
        if (found.lookingAt()) {
          direction = found.group(1);
          common = media ? common : direction;
        }
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

  private static final Pattern LONE_RETURN = Pattern.compile("\r(?!\n)");
  private static final Pattern CLOSED = Pattern.compile("m=\\w+ 0[ /]");
  private static final Pattern DIRECTION =
      Pattern.compile("a=(sendrecv|sendonly|recvonly|inactive)(?=$|[ :])");
}
