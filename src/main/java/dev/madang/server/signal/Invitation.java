package dev.madang.server.signal;

import dev.madang.room.Names;
import dev.madang.room.SignalMessage.Permissions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A link that lets somebody into a room. The token stands behind the `#`: browsers keep that to
/// themselves, so it is in no server's log. Used from any thread.
///
/// @param room its name
/// @param person whom it is for, an identity; null makes a link that anybody may use
/// @param name what others read; null lets the guest say
/// @param lasts from now on
public record Invitation(
    String room, @Nullable String person, @Nullable String name, Permissions can, Duration lasts) {

  public Invitation {
    if (Names.room(room) == null) {
      throw new IllegalArgumentException(
          "A room's name has 1 to 64 letters, digits, hyphens, underscores or dots.");
    }
    if (name != null && Names.person(name) == null) {
      throw new IllegalArgumentException("The name has nothing to read in it.");
    }
    if (person != null && (person.length() > 128 || person.startsWith("~") || !Names.fit(person))) {
      throw new IllegalArgumentException(
          "The person's identity has 1 to 128 characters, all to be seen, and does not begin with"
              + " ~.");
    }
    if (lasts.isNegative() || lasts.isZero()) {
      throw new IllegalArgumentException("The invitation has to last for some time.");
    }
  }

  /** The usual one: meet and talk for a day. */
  public static Invitation to(String room) {
    return new Invitation(
        room, null, null, new Permissions(true, true, true, false), Duration.ofDays(1));
  }

  public Invitation forPerson(String identity) {
    return new Invitation(room, identity, name, can, lasts);
  }

  public Invitation named(String shown) {
    return new Invitation(room, person, shown, can, lasts);
  }

  /** Lets its bearer be host. */
  public Invitation asModerator() {
    var all = new Permissions(can.publish(), can.subscribe(), can.send(), true);
    return new Invitation(room, person, name, all, lasts);
  }

  /** Lets its bearer see, hear and nothing else. */
  public Invitation onlyToWatch() {
    return new Invitation(room, person, name, new Permissions(false, true, false, false), lasts);
  }

  public Invitation lasting(Duration time) {
    return new Invitation(room, person, name, can, time);
  }

  /// The link, signed with the key that a server of this configuration uses.
  ///
  /// @param server where people reach it: `https://meet.example.org`
  /// @param data the server's data folder, for its own key
  public String link(URI server, SignalDoor.Config config, Path data, Instant now) {
    return link(server, GrantKeys.grants(config.keys(), data), now);
  }

  String link(URI server, Grants grants, Instant now) {
    String token =
        grants.issue(
            new Grants.Wish(room, person, name, can, Grants.freshId(), null, now.plus(lasts)));
    String path = "/r/" + URLEncoder.encode(room, StandardCharsets.UTF_8);
    return server.resolve(path) + "#token=" + token;
  }
}
