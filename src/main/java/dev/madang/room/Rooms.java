package dev.madang.room;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Departure;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Join;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Relays;
import dev.madang.wire.Address;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All rooms of a server, and which connection is where in them. Pure: every input carries `now`;
/// used from one thread.
///
/// A connection is a number that its door gives it and never uses again. It joins one room at a
/// time; when it breaks, [#lost] says so, and the same identity joins again over another.
public final class Rooms {

  /** What the rooms want done; called before the input that causes it returns. */
  public interface Output {
    /**
     * The answer to what this connection sent: exactly once for each message, in its place among
     * what is sent.
     */
    void answer(long connection, Answer answer);

    void send(long connection, FromServer message);

    /// The same to each of them.
    default void send(List<Long> connections, FromServer message) {
      connections.forEach(connection -> send(connection, message));
    }

    /** Nothing more comes for this connection; it is closed behind its last message. */
    void close(long connection);

    /// What a participant may relay through; asked when it enters, and when it asks.
    ///
    /// @param user a name that stands for this participant of this room
    List<IceServer> iceServers(long connection, String user);

    /** This user was removed: nothing it was given may relay any more. */
    void revoke(String user);

    /**
     * A new token for one room.
     *
     * @param name what others read of its bearer; null lets the bearer say
     * @param until when it ends, milliseconds since 1970
     */
    String token(String room, @Nullable String name, Permissions can, long until);

    /// Asks the server's media for something; it answers this connection itself, once.
    void media(long connection, String room, String identity, SignalMessage.Media wish);

    /// Somebody is in a room, for the first time or with a new page or other rights: connections it
    /// had with the server's media under another instance are void.
    void present(String room, long connection, SignalMessage.ParticipantInfo participant);

    /** What somebody says that it publishes; a muted track is not forwarded. */
    void published(String room, String identity, List<SignalMessage.TrackInfo> tracks);

    /** A host muted this: it is not forwarded until its owner says that it is on again. */
    void silenced(String room, String identity, SignalMessage.Source source);

    /** Somebody is no longer in a room. */
    void gone(String room, String identity);

    /** A removal from a room whose chat is kept put the lobby on for good. */
    void lobbySet(String room, boolean on);

    /** Said to everybody in a room whose chat is kept. */
    void said(String room, SignalMessage.ChatMessage message);

    /** Somebody was removed from a room whose chat is kept. */
    void banned(String room, List<String> words);

    /// A host wants this of what is kept. Whoever keeps it says [Rooms#kept] when it is done, and
    /// answers this connection itself, once.
    ///
    /// @param network a name that stands for the network from which the host came
    void keeping(
        long connection, String room, String by, String network, SignalMessage.Keeping wish);

    /** A fault of ours. Everybody in this room is sent away after this; other rooms go on. */
    void broke(String room, RuntimeException why);
  }

  private final Limits limits;
  private final boolean forwards;
  private final Pseudonyms pseudonyms;
  private final long epochMillis;
  private final Output output;
  private final Map<String, Room> rooms = new LinkedHashMap<>();
  private final Map<Address, Integer> opened = new HashMap<>();
  private final Map<Long, Seat> seats = new HashMap<>();
  private boolean sleeping = true;
  private long wakeAt;

  /// @param forwards whether the server can forward media: else everybody sends to everybody
  /// @param secret at least 16 random bytes, from which identities are derived
  /// @param epochMillis the time of day, in milliseconds since 1970, at which `now` is zero
  public Rooms(Limits limits, boolean forwards, byte[] secret, long epochMillis, Output output) {
    this.limits = forwards ? limits : limits.withoutForwarding();
    this.forwards = forwards;
    this.epochMillis = epochMillis;
    this.output = output;
    pseudonyms = new Pseudonyms(secret);
  }

  /// Somebody wants in.
  ///
  /// @param network whence it came: [Address#network()]
  /// @param grant what a token for this room allows; null where rooms are open
  /// @param kept of this room, if it is not open; null when that is not known
  public void join(
      long connection,
      Join message,
      Address network,
      @Nullable Grant grant,
      @Nullable Kept kept,
      long now) {
    String name = Names.room(message.room());
    String given = message.name() != null ? message.name() : grant == null ? null : grant.name();
    String person = given == null ? null : Names.person(given);
    if (name == null) {
      output.answer(connection, Refusal.BAD_ROOM_NAME.refused());
    } else if (person == null) {
      output.answer(connection, Refusal.BAD_NAME.refused());
    } else {
      String identity = grant == null ? null : grant.identity();
      var visitor =
          new Visitor(
              connection,
              identity != null ? identity : pseudonyms.identity(name, message.session()),
              pseudonyms.device(message.device()),
              person,
              message.instance(),
              network,
              grant,
              false,
              true);
      join(visitor, name, kept, now);
    }
  }

  private void join(Visitor visitor, String name, @Nullable Kept kept, long now) {
    if (!mayJoin(seats.get(visitor.connection()), visitor, name)) {
      output.answer(visitor.connection(), Refusal.ALREADY_JOINED.refused());
      return;
    }
    Room room = rooms.get(name);
    if (room == null) {
      Refusal refusal = refusesRoom(visitor.network());
      if (refusal != null) {
        output.answer(visitor.connection(), refusal.refused());
        return;
      }
      room = open(name, visitor.network());
    }
    Room there = room;
    guarded(
        there,
        () -> {
          if (kept != null) {
            there.remember(kept, now);
          }
          there.join(visitor, now);
        });
    forgetIfOver(there, now);
  }

  /// Whether a room of this name is open; what is kept of it is asked for when it is not.
  public boolean has(String room) {
    return rooms.containsKey(room);
  }

  /// Whether whoever comes to a room now has to knock.
  public boolean isShut(String room) {
    Room there = rooms.get(room);
    return there != null && there.isShut();
  }

  /// Whether this connection is in a room, or at its door.
  public boolean isSeated(long connection) {
    return seats.containsKey(connection);
  }

  /// Whether one who came by this grant is in a room, or is waited for: it may come back by it.
  ///
  /// @param room as its client wrote it
  public boolean keepsPlace(String room, Grant grant) {
    String name = Names.room(room);
    Room there = name == null ? null : rooms.get(name);
    return there != null && there.keepsPlace(grant);
  }

  /** Of every room that is open. */
  public List<String> names() {
    return List.copyOf(rooms.keySet());
  }

  /// What is kept of a room that was opened without it.
  public void remember(String name, Kept kept, long now) {
    Room room = rooms.get(name);
    if (room != null) {
      guarded(room, () -> room.remember(kept, now));
    }
  }

  /// What a host wanted of what is kept is done.
  public void kept(String name, String by, SignalMessage.Keeping wish) {
    Room room = rooms.get(name);
    if (room != null) {
      guarded(room, () -> room.kept(wish, by));
    }
  }

  private @Nullable Refusal refusesRoom(Address network) {
    if (rooms.size() >= limits.rooms()) {
      return Refusal.TOO_MANY_ROOMS;
    }
    int most = limits.roomsPerAddress();
    return most > 0 && opened.getOrDefault(network, 0) >= most
        ? Refusal.TOO_MANY_ROOMS_OF_NETWORK
        : null;
  }

  private Room open(String name, Address opener) {
    Room room = new Room(name, opener, limits, this);
    rooms.put(name, room);
    opened.merge(opener, 1, Integer::sum);
    return room;
  }

  /** Returns whether it was still known. */
  private boolean forget(Room room) {
    boolean known = rooms.remove(room.name(), room);
    if (known) {
      opened.computeIfPresent(room.opener(), (_, count) -> count == 1 ? null : count - 1);
    }
    return known;
  }

  /** A connection that sits somewhere may join there again, as the same, and nowhere else. */
  private static boolean mayJoin(@Nullable Seat seat, Visitor visitor, String room) {
    return switch (seat) {
      case null -> true;
      case Seat.Inside(Room there, Participant participant) ->
          there.name().equals(room) && participant.identity.equals(visitor.identity());
      case Seat.Outside(Room there, String identity) ->
          there.name().equals(room) && identity.equals(visitor.identity());
      case Seat.Watching _ -> false;
    };
  }

  // ---- programs and players -------------------------------------------------------------------

  /// A program wants to send into a room, as a participant that hears and says nothing, unless it
  /// is one of this process. Of what is told to its connection, only [Output#send] of an
  /// [SignalMessage.Ended] and [Output#close] are for all.
  ///
  /// @param room as its client wrote it
  /// @param given what others read, if its token does not say
  /// @param tracks which it publishes, for good
  /// @param kept as with [#join]
  public Entry enter(
      Outsider who,
      String room,
      @Nullable String given,
      List<SignalMessage.TrackInfo> tracks,
      @Nullable Kept kept,
      long now) {
    String name = Names.room(room);
    if (name == null) {
      return new Entry.Refused(Refusal.BAD_ROOM_NAME.refused());
    }
    Room known = rooms.get(name);
    Refusal refusal = known == null ? refusesRoom(who.network()) : null;
    if (refusal != null) {
      return new Entry.Refused(refusal.refused());
    }
    Room there = known == null ? open(name, who.network()) : known;
    Visitor program = visitor(who, name, given);
    Entry entry =
        entry(
            there,
            () -> {
              if (kept != null) {
                there.remember(kept, now);
              }
              return there.enterProgram(program, tracks, now);
            });
    forgetIfOver(there, now);
    return entry;
  }

  /// A player wants to watch a room. As with [#enter], it is told nothing but its end.
  public Entry watch(Outsider who, String room, long now) {
    String name = Names.room(room);
    Room there = name == null ? null : rooms.get(name);
    if (name == null || there == null) {
      return new Entry.Nobody();
    }
    Visitor player = visitor(who, name, null);
    return entry(there, () -> there.watch(player, now));
  }

  private Visitor visitor(Outsider who, String room, @Nullable String given) {
    Grant grant = who.grant();
    String name = given == null ? null : Names.person(given);
    if (name == null && grant != null && grant.name() != null) {
      name = Names.person(grant.name());
    }
    return new Visitor(
        who.connection(),
        pseudonyms.program(room, who.word()),
        pseudonyms.programDevice(who.word()),
        name == null ? "WHIP" : name,
        pseudonyms.programInstance(room, who.word()),
        who.network(),
        grant,
        true,
        who.hears());
  }

  /// A program or a player is no more.
  public void leave(long connection, Departure reason, long now) {
    if (seats.get(connection) instanceof Seat.Inside(Room room, Participant participant)
        && participant.program) {
      seats.remove(connection);
      guarded(room, () -> room.leave(participant, reason, now));
      forgetIfOver(room, now);
    } else {
      lost(connection, now);
    }
  }

  /** A message of a client that is no [Join]; answered in every case. */
  public void receive(long connection, FromClient message, long now) {
    switch (seats.get(connection)) {
      case null -> output.answer(connection, Refusal.NOT_JOINED.refused());
      case Seat.Outside _ when goes(message) -> {
        output.answer(connection, new Done());
        lost(connection, now);
      }
      case Seat.Outside _, Seat.Watching _ ->
          output.answer(connection, Refusal.NOT_JOINED.refused());
      case Seat.Inside(Room room, Participant participant) ->
          guarded(room, () -> receive(room, participant, message, now));
    }
  }

  private void receive(Room room, Participant from, FromClient message, long now) {
    long connection = from.connection;
    if (!goes(message) && !pace(from, message).allows(weight(message), now)) {
      output.answer(connection, Refusal.TOO_FAST.refused());
    } else if (isForHosts(message) && !from.host()) {
      output.answer(connection, Refusal.NOT_HOST.refused());
    } else if (message instanceof SignalMessage.End) {
      output.answer(connection, new Done());
      room.dismissAll(Ending.ENDED);
      forget(room);
    } else if (message instanceof SignalMessage.Media media) {
      media(room, from, media);
    } else if (message instanceof SignalMessage.SetLobby(boolean on)
        && !room.setLobby(from, on, now)) {
      output.answer(connection, new Done());
    } else if (message instanceof SignalMessage.Keeping wish) {
      String network = pseudonyms.network(from.network);
      output.keeping(connection, room.name(), from.identity, network, wish);
    } else {
      output.answer(connection, answer(room, from, message, now));
    }
  }

  private void media(Room room, Participant from, SignalMessage.Media wish) {
    // Without tracks it is for messages.
    boolean may =
        wish instanceof SignalMessage.Up up
            ? from.can.publish() || up.tracks().isEmpty()
            : from.can.subscribe();
    if (!forwards) {
      output.answer(from.connection, Refusal.NO_MEDIA.refused());
    } else if (!may) {
      output.answer(from.connection, Refusal.NOT_ALLOWED.refused());
    } else {
      output.media(from.connection, room.name(), from.identity, wish);
    }
  }

  private Answer answer(Room room, Participant from, FromClient message, long now) {
    return switch (message) {
      case SignalMessage.Leave _ -> leave(room, from, now);
      case SignalMessage.Unload _ -> unload(room, from, now);
      case SignalMessage.Negotiate negotiate -> room.conversation().negotiate(from, negotiate);
      case SignalMessage.Publish publish -> room.conversation().publish(from, publish);
      case SignalMessage.Say say -> room.conversation().say(from, say, now);
      case SignalMessage.React(String emoji) -> room.conversation().react(from, emoji);
      case SignalMessage.RaiseHand(boolean raised) -> room.conversation().raiseHand(from, raised);
      case SignalMessage.Rename(String name) -> room.conversation().rename(from, name);
      case SignalMessage.Relay _ -> new Relays(iceServers(room, from));
      case SignalMessage.Lock(boolean locked) -> room.lock(from, locked, now);
      case SignalMessage.Admit(String identity) -> room.admit(identity, now);
      case SignalMessage.Decline(String identity) -> room.decline(identity, now);
      case SignalMessage.Mute mute -> room.mute(from, mute);
      case SignalMessage.Remove(String identity) -> room.remove(from, identity, now);
      case SignalMessage.MakeHost(String identity) -> room.makeHost(identity);
      case SignalMessage.Invite invite -> room.invite(from, invite, now);

      case SignalMessage.Detour(String identity) -> room.detour(from, identity, now);
      case Join _, SignalMessage.End _, SignalMessage.Media _, SignalMessage.Keeping _ ->
          throw new IllegalArgumentException("handled before");
    };
  }

  private static boolean goes(FromClient message) {
    return message instanceof SignalMessage.Leave || message instanceof SignalMessage.Unload;
  }

  private static Pace pace(Participant from, FromClient message) {
    return switch (message) {
      case SignalMessage.Say _, SignalMessage.React _ -> from.chatPace;
      case SignalMessage.Negotiate _, SignalMessage.Media _ -> from.negotiationPace;
      default -> from.otherPace;
    };
  }

  /// A description may be 64 KB long, and is kept for whoever reads slowly, or read at once.
  private static int weight(FromClient message) {
    return switch (message) {
      case SignalMessage.Negotiate negotiate -> weight(negotiate.description());
      case SignalMessage.Up up -> weight(up.description());
      case SignalMessage.DownAnswer answer -> weight(answer.description());
      case SignalMessage.Look look -> 1 + look.sights().size() / SIGHTS_OF_ONE;
      default -> 1;
    };
  }

  private static int weight(SignalMessage.@Nullable Description description) {
    return description == null ? 1 : 1 + description.sdp().length() / CHARACTERS_OF_ONE;
  }

  private static boolean isForHosts(FromClient message) {
    return switch (message) {
      case SignalMessage.Lock _,
          SignalMessage.Admit _,
          SignalMessage.Decline _,
          SignalMessage.Mute _,
          SignalMessage.Remove _,
          SignalMessage.MakeHost _,
          SignalMessage.Invite _,
          SignalMessage.Keeping _,
          SignalMessage.End _ ->
          true;
      default -> false;
    };
  }

  private Answer leave(Room room, Participant participant, long now) {
    seats.remove(participant.connection);
    room.leave(participant, Departure.LEFT, now);
    return new Done();
  }

  private Answer unload(Room room, Participant participant, long now) {
    seats.remove(participant.connection);
    room.unloaded(participant, now);
    return new Done();
  }

  /** This connection broke, or its page was closed: who sat there may come back. */
  public void lost(long connection, long now) {
    switch (seats.remove(connection)) {
      case null -> {}
      case Seat.Inside(Room room, Participant participant) ->
          guarded(room, () -> room.lost(participant, now));
      case Seat.Outside(Room room, String identity) -> {
        guarded(room, () -> room.stopKnocking(identity));
        forgetIfOver(room, now);
      }
      case Seat.Watching(Room room, Visitor viewer) -> {
        guarded(room, () -> room.unwatch(viewer, now));
        forgetIfOver(room, now);
      }
    }
  }

  /** The server goes down: everybody is told, and may come back after. */
  public void close() {
    rooms.values().forEach(room -> room.dismissAll(Ending.CLOSING));
    rooms.clear();
    opened.clear();
  }

  /** Time has passed. */
  public void tick(long now) {
    if (sleeping || wakeAt - now > 0) {
      return;
    }
    sleeping = true;
    for (Room room : List.copyOf(rooms.values())) {
      guarded(room, () -> room.tick(now));
      forgetIfOver(room, now);
    }
  }

  /** When to tick next; `Long.MAX_VALUE` if nothing is waited for. */
  public long deadline() {
    return sleeping ? Long.MAX_VALUE : wakeAt;
  }

  public int count() {
    return rooms.size();
  }

  public int people() {
    return rooms.values().stream().mapToInt(Room::people).sum();
  }

  public int waiting() {
    return rooms.values().stream().mapToInt(Room::waiting).sum();
  }

  public int tracks() {
    return rooms.values().stream().mapToInt(Room::tracks).sum();
  }

  // ---- whoever runs the server ----------------------------------------------------------------

  /** Every room, in the order they were opened. */
  public List<Standing> standing() {
    return rooms.values().stream().map(Room::standing).toList();
  }

  /// Removes somebody from a room, as a host would, and hosts too; false when nobody is there by
  /// this identity.
  public boolean remove(String room, String identity, long now) {
    Room there = rooms.get(room);
    if (there == null || !there.has(identity)) {
      return false;
    }
    guarded(there, () -> there.expel(identity, now));
    forgetIfOver(there, now);
    return true;
  }

  /// Ends a room for everybody; false when there is none of this name.
  public boolean end(String room) {
    Room there = rooms.get(room);
    if (there == null) {
      return false;
    }
    guarded(there, () -> there.dismissAll(Ending.ENDED));
    forget(there);
    return true;
  }

  // ---- what a room asks for -------------------------------------------------------------------

  void answer(long connection, Answer answer) {
    output.answer(connection, answer);
  }

  void send(long connection, FromServer message) {
    output.send(connection, message);
  }

  void send(List<Long> connections, FromServer message) {
    output.send(connections, message);
  }

  void seat(long connection, Seat seat) {
    seats.put(connection, seat);
  }

  void dismiss(long connection, Ending why) {
    seats.remove(connection);
    output.send(connection, why.ended());
    output.close(connection);
  }

  List<IceServer> iceServers(Room room, Participant participant) {
    return output.iceServers(participant.connection, relayUser(room, participant.identity));
  }

  List<IceServer> iceServers(Room room, Visitor viewer) {
    return output.iceServers(viewer.connection(), relayUser(room, viewer.identity()));
  }

  void revoke(Room room, Participant participant) {
    output.revoke(relayUser(room, participant.identity));
  }

  void revoke(Room room, Visitor viewer) {
    output.revoke(relayUser(room, viewer.identity()));
  }

  private String relayUser(Room room, String identity) {
    return pseudonyms.relayUser(room.name(), identity);
  }

  String token(String room, @Nullable String name, Permissions can, long until) {
    return output.token(room, name, can, until);
  }

  void present(Room room, Participant participant, SignalMessage.ParticipantInfo info) {
    output.present(room.name(), participant.connection, info);
  }

  void published(Room room, Participant participant) {
    output.published(room.name(), participant.identity, participant.tracks);
  }

  void silenced(Room room, Participant participant, SignalMessage.Source source) {
    output.silenced(room.name(), participant.identity, source);
  }

  void gone(Room room, Participant participant) {
    output.gone(room.name(), participant.identity);
  }

  void lobbySet(Room room, boolean on) {
    output.lobbySet(room.name(), on);
  }

  void said(Room room, SignalMessage.ChatMessage message) {
    output.said(room.name(), message);
  }

  void banned(Room room, List<String> words) {
    output.banned(room.name(), words);
  }

  void wakeAt(long time) {
    wakeAt = sleeping || time - wakeAt < 0 ? time : wakeAt;
    sleeping = false;
  }

  boolean forwards() {
    return forwards;
  }

  long wallMillis(long now) {
    return epochMillis + now / 1_000_000;
  }

  private void guarded(Room room, Runnable input) {
    try {
      input.run();
    } catch (RuntimeException ours) {
      breaks(room, ours);
    }
  }

  private Entry entry(Room room, Supplier<Entry> input) {
    try {
      return input.get();
    } catch (RuntimeException ours) {
      breaks(room, ours);
      throw ours;
    }
  }

  private void breaks(Room room, RuntimeException ours) {
    output.broke(room.name(), ours);
    forget(room);
    room.dismissAll(Ending.FAILED);
  }

  private void forgetIfOver(Room room, long now) {
    if (room.over(now) && forget(room)) {
      room.dismissAll(Ending.EMPTY);
    }
  }

  private static final int CHARACTERS_OF_ONE = 4096;
  private static final int SIGHTS_OF_ONE = 32;
}
