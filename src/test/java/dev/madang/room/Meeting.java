package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.wire.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rooms and everybody who talks to them, in virtual time. Whoever joins is a [Guest]: a client
/// that believes what the room tells it.
final class Meeting implements Rooms.Output {
  static final Permissions SPEAK = new Permissions(true, true, true, false);
  static final Permissions MODERATE = new Permissions(true, true, true, true);

  final Rooms rooms;
  long now;

  /** Whether something of ours is broken. */
  boolean breaks;

  /** Who used the relay by which name, and whose it may be no more. */
  final Map<Long, String> relayUsers = new HashMap<>();

  final List<String> revoked = new ArrayList<>();

  /** What the server's media was told. */
  final List<String> wishes = new ArrayList<>();

  final List<String> silenced = new ArrayList<>();
  final Map<String, String> present = new HashMap<>();

  /** Programs and players whose time is over, by connection. */
  final Map<Long, Ended> sentAway = new HashMap<>();

  final Map<String, List<SignalMessage.TrackInfo>> published = new HashMap<>();

  /** What the database has, by room. */
  final Map<String, Kept> database = new HashMap<>();

  /** Whether it answers. */
  boolean databaseAway;

  private long lastConnection;
  private long lastOutsider;
  private int lastNetwork;
  private final Map<Long, Guest> guests = new HashMap<>();
  private final List<Answer> answers = new ArrayList<>();

  /** Each once, however many heard it. */
  final List<FromServer> sentToMany = new ArrayList<>();

  Meeting() {
    this(Limits.defaults());
  }

  Meeting(Limits limits) {
    this(limits, false);
  }

  /// @param forwards whether the server can forward media
  Meeting(Limits limits, boolean forwards) {
    rooms = new Rooms(limits, forwards, new byte[32], EPOCH, this);
  }

  /** The time of day, in milliseconds since 1970. */
  long clock() {
    return EPOCH + now / 1_000_000;
  }

  /** Null: nobody knows. */
  Kept kept(String room) {
    return databaseAway ? null : database.getOrDefault(room, Kept.NOTHING);
  }

  /** All is as when the server is started anew with the same keys and the same database. */
  Meeting restarted(Limits limits) {
    Meeting next = new Meeting(limits);
    next.database.putAll(database);
    next.now = now;
    return next;
  }

  /** Somebody with a tab and a browser of its own. */
  Guest guest(String name) {
    return new Guest(this, name);
  }

  Guest guest(String name, Grant grant) {
    return new Guest(this, name).with(grant);
  }

  /** In the room `standup`, at once. */
  Guest joins(String name) {
    Guest guest = guest(name);
    assertThat(guest.join()).isInstanceOf(SignalMessage.Joined.class);
    return guest;
  }

  /** A program or a player that comes from elsewhere, with the token of this grant. */
  Outsider outsider(Grant grant) {
    long connection = --lastOutsider;
    String word = "word-of-" + -connection + "-0123456789";
    return new Outsider(connection, word, Address.v4(newNetwork(), 0), grant);
  }

  /** Sends a picture and sound into the room `standup`. */
  Entry sends(Outsider program) {
    List<SignalMessage.TrackInfo> tracks =
        List.of(
            new SignalMessage.TrackInfo("s", SignalMessage.Source.CAMERA, false),
            new SignalMessage.TrackInfo("s", SignalMessage.Source.MICROPHONE, false));
    return rooms.enter(program, "standup", "Film", tracks, kept("standup"), now);
  }

  /** Watches the room `standup`. */
  Entry watches(Outsider player) {
    return rooms.watch(player, "standup", now);
  }

  void pass(Duration time) {
    long end = now + time.toNanos();
    while (rooms.deadline() != Long.MAX_VALUE && rooms.deadline() - end <= 0) {
      now = Math.max(now, rooms.deadline());
      rooms.tick(now);
    }
    now = end;
    rooms.tick(now);
  }

  void passSeconds(long seconds) {
    pass(Duration.ofSeconds(seconds));
  }

  static Grant personal(String identity, Permissions can) {
    return new Grant("grant of " + identity, identity, identity, can, EPOCH + A_WEEK, false);
  }

  static Grant shared(String id, Permissions can) {
    return new Grant(id, null, null, can, EPOCH + A_WEEK, false);
  }

  static Refusal refusalOf(Answer answer) {
    assertThat(answer).isInstanceOf(Refused.class);
    return ((Refused) answer).code();
  }

  // ---- for guests

  /** Everybody comes from elsewhere, unless they say so. */
  int newNetwork() {
    return ++lastNetwork;
  }

  long connect(Guest guest) {
    guests.put(++lastConnection, guest);
    return lastConnection;
  }

  void disconnect(long connection) {
    guests.remove(connection);
  }

  Answer only(Runnable input) {
    answers.clear();
    input.run();
    assertThat(answers).as("each message is answered once").hasSize(1);
    return answers.getFirst();
  }

  // ---- Output

  @Override
  public void answer(long connection, Answer answer) {
    answers.add(answer);
    Optional.ofNullable(guests.get(connection)).ifPresent(guest -> guest.answered(answer));
  }

  @Override
  public void send(long connection, FromServer message) {
    Optional.ofNullable(guests.get(connection)).ifPresent(guest -> guest.hear(message));
    if (connection < 0 && message instanceof Ended ended) {
      sentAway.put(connection, ended);
    }
  }

  @Override
  public void send(List<Long> connections, FromServer message) {
    sentToMany.add(message);
    connections.forEach(connection -> send(connection, message));
  }

  @Override
  public void close(long connection) {
    Optional.ofNullable(guests.remove(connection)).ifPresent(Guest::closed);
  }

  @Override
  public void media(long connection, String room, String identity, SignalMessage.Media wish) {
    wishes.add(identity + " " + wish.getClass().getSimpleName());
    answer(connection, new SignalMessage.Done());
  }

  @Override
  public void present(String room, long connection, SignalMessage.ParticipantInfo participant) {
    present.put(participant.identity(), participant.instance());
  }

  @Override
  public void published(String room, String identity, List<SignalMessage.TrackInfo> tracks) {
    published.put(identity, tracks);
  }

  @Override
  public void silenced(String room, String identity, SignalMessage.Source source) {
    silenced.add(identity + " " + source);
  }

  @Override
  public void gone(String room, String identity) {
    present.remove(identity);
  }

  @Override
  public void lobbySet(String room, boolean on) {
    Kept kept = database.getOrDefault(room, Kept.NOTHING);
    database.put(room, new Kept(on, kept.chat(), kept.messages(), kept.bans()));
  }

  @Override
  public void said(String room, SignalMessage.ChatMessage message) {
    Kept kept = database.getOrDefault(room, Kept.NOTHING);
    assertThat(kept.chat()).as("said only where it is kept").isTrue();
    database.put(room, new Kept(kept.lobby(), true, with(kept.messages(), message), kept.bans()));
  }

  @Override
  public void banned(String room, List<String> words) {
    Kept kept = database.getOrDefault(room, Kept.NOTHING);
    assertThat(kept.chat()).as("told only where the chat is kept").isTrue();
    List<String> bans = new ArrayList<>(kept.bans());
    bans.addAll(words);
    database.put(room, new Kept(kept.lobby(), true, kept.messages(), bans));
  }

  private static <T> List<T> with(List<T> all, T one) {
    List<T> more = new ArrayList<>(all);
    more.add(one);
    return more;
  }

  @Override
  public void keeping(
      long connection, String room, String by, String network, SignalMessage.Keeping wish) {
    if (databaseAway) {
      answer(connection, Refusal.NOT_KEPT.refused());
      return;
    }
    Kept kept = database.getOrDefault(room, Kept.NOTHING);
    database.put(
        room,
        switch (wish) {
          case SignalMessage.KeepChat(boolean on) ->
              on
                  ? new Kept(kept.lobby(), true, kept.messages(), kept.bans())
                  : new Kept(kept.lobby(), false, List.of(), List.of());
          case SignalMessage.SetLobby(boolean on) ->
              new Kept(on, kept.chat(), kept.messages(), kept.bans());
          case SignalMessage.ClearChat() ->
              new Kept(kept.lobby(), kept.chat(), List.of(), kept.bans());
        });
    rooms.kept(room, by, wish);
    answer(connection, new SignalMessage.Done());
  }

  @Override
  public void broke(String room, RuntimeException why) {
    if (!breaks) {
      throw why;
    }
  }

  /** The words of a token instead of a signature. */
  @Override
  public String token(String room, String name, Permissions can, long until) {
    return room + " " + name + " " + can + " " + until;
  }

  @Override
  public void revoke(String user) {
    revoked.add(user);
  }

  @Override
  public List<IceServer> iceServers(long connection, String user) {
    relayUsers.put(connection, user);
    if (breaks) {
      throw new IllegalStateException("broken on purpose");
    }
    return List.of(new IceServer(List.of("stun:here:7700"), null, null));
  }

  static final long EPOCH = 1_790_000_000_000L;
  static final long A_WEEK = Duration.ofDays(7).toMillis();
}
