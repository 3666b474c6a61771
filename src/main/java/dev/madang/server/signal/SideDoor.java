package dev.madang.server.signal;

import dev.madang.room.Entry;
import dev.madang.room.Grant;
import dev.madang.room.Kept;
import dev.madang.room.Names;
import dev.madang.room.Outsider;
import dev.madang.room.Rooms;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.wire.Address;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How programs that send and players that watch come into the rooms of a [SignalDoor] without
/// signaling: by WHIP and WHEP, or in this process. Everything is called on home.
public final class SideDoor {
  /// One that came in by it.
  public interface Guest {
    /// Whence it came.
    Address address();

    /// The name by which it reached this server.
    String host();

    /// What it may relay through.
    ///
    /// @param user whom the credentials are for
    List<IceServer> iceServers(String user);

    /// A host, or the room, ended its time there. It is no longer in the room.
    void ended(Ended why);

    /// What the room says to those who read.
    default void told(FromServer message) {}
  }

  /// Who wants in.
  ///
  /// @param word random, at least 16 characters
  /// @param grant what its token allows; null where rooms are open
  /// @param hears whether it receives and reads what it may, and not only sends or watches
  public record Wish(String room, String word, @Nullable Grant grant, boolean hears) {
    public Wish(String room, String word, @Nullable Grant grant) {
      this(room, word, grant, false);
    }
  }

  private final Rooms rooms;
  private final @Nullable Keeper keeper;
  private final Map<Long, Guest> guests = new HashMap<>();
  private long lastConnection;
  private SignalMessage.@Nullable Answer answered;

  /** What is kept of the room that is entered now, where somebody waited for it. */
  private @Nullable Kept kept;

  SideDoor(Rooms rooms, @Nullable Keeper keeper) {
    this.rooms = rooms;
    this.keeper = keeper;
  }

  /// Does something when it is known what is kept of a room, so that its lobby and its bans hold
  /// for whoever is the first to come: at once where the room is open.
  public void known(String room, Runnable then) {
    String name = Names.room(room);
    if (keeper == null || name == null || rooms.has(name)) {
      then.run();
    } else {
      keeper.recall(
          name,
          found -> {
            kept = found;
            try {
              then.run();
            } finally {
              kept = null;
            }
          });
    }
  }

  /// What became of a wish.
  ///
  /// @param connection for [#leave]
  public record Answer(long connection, Entry entry) {}

  /// A program wants to send. A room that it opens learns a moment later what is kept of it, unless
  /// it [#known] that before.
  ///
  /// @param name what others read, if its token does not say
  public Answer enter(Wish wish, @Nullable String name, List<TrackInfo> tracks, Guest guest) {
    Outsider outsider = outsider(wish, guest);
    String room = Names.room(wish.room());
    boolean opens = room != null && !rooms.has(room);
    Entry entry = rooms.enter(outsider, wish.room(), name, tracks, kept, System.nanoTime());
    if (keeper != null && room != null && opens && kept == null) {
      keeper.recall(
          room,
          found -> {
            if (found != null) {
              rooms.remember(room, found, System.nanoTime());
            }
          });
    }
    return keep(outsider, entry);
  }

  /// A player wants to watch.
  public Answer watch(Wish wish, Guest guest) {
    Outsider outsider = outsider(wish, guest);
    return keep(outsider, rooms.watch(outsider, wish.room(), System.nanoTime()));
  }

  /// Whoever came in goes; again, it changes nothing.
  public void leave(long connection, Departure reason) {
    if (guests.remove(connection) != null) {
      rooms.leave(connection, reason, System.nanoTime());
    }
  }

  /// What one that came in says to the room.
  public SignalMessage.Answer say(long connection, FromClient message) {
    answered = null;
    rooms.receive(connection, message, System.nanoTime());
    return Objects.requireNonNull(answered);
  }

  /// Who is in a room.
  public List<ParticipantInfo> people(String room) {
    return rooms.standing().stream()
        .filter(each -> each.room().name().equals(room))
        .flatMap(each -> each.people().stream())
        .toList();
  }

  /// Whether whoever comes to a room now has to knock.
  public boolean isShut(String room) {
    return rooms.isShut(room);
  }

  private Outsider outsider(Wish wish, Guest guest) {
    long connection = --lastConnection;
    guests.put(connection, guest);
    return new Outsider(
        connection, wish.word(), guest.address().network(), wish.grant(), wish.hears());
  }

  private Answer keep(Outsider outsider, Entry entry) {
    if (!(entry instanceof Entry.In)) {
      guests.remove(outsider.connection());
    }
    return new Answer(outsider.connection(), entry);
  }

  // ---- for the door whose rooms these are -------------------------------------------------------

  /// Numbers below zero are given to connections here, others there.
  static boolean has(long connection) {
    return connection < 0;
  }

  void answered(SignalMessage.Answer answer) {
    answered = answer;
  }

  void told(long connection, FromServer message) {
    Guest guest = guests.get(connection);
    if (guest != null) {
      guest.told(message);
    }
  }

  @Nullable Guest guest(long connection) {
    return guests.get(connection);
  }

  void end(long connection, Ended why) {
    Guest guest = guests.remove(connection);
    if (guest != null) {
      guest.ended(why);
    }
  }
}
