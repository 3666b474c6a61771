package dev.madang.server.signal;

import dev.madang.chat.Ack;
import dev.madang.chat.Handshake;
import dev.madang.chat.Namespace;
import dev.madang.chat.Socket;
import dev.madang.protocol.engineio.Pulse;
import dev.madang.room.Grant;
import dev.madang.room.Limits;
import dev.madang.room.Limits.Rate;
import dev.madang.room.Names;
import dev.madang.room.NetworkPaces;
import dev.madang.room.Pace;
import dev.madang.room.Refusal;
import dev.madang.room.Rooms;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.Answer;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Done;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.FromClient;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.room.SignalMessage.Join;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.KeepChat;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Refused;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import dev.madang.server.http.Router;
import dev.madang.store.KeptRooms;
import dev.madang.store.KeptRooms.Change;
import dev.madang.store.Store;
import dev.madang.wire.Address;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where clients signal: the Socket.IO namespace `/room`. Lives on home, the thread of the whole
/// Socket.IO world; [#open], [#close] and [#figures] may be called from any other.
public final class SignalDoor implements AutoCloseable {

  /// @param open whether anybody enters any room without a token; for trying things out
  /// @param keys secrets that sign grants, by key id; if there are none the install makes its own
  /// @param joins how often one address (IPv6: /64) may try to join
  /// @param pingInterval silence after which a client in a room is asked whether it still lives,
  ///   sooner than others who speak Socket.IO: people look at each other here
  /// @param pingTimeout how long its answer may take
  /// @param kept what outlives rooms
  public record Config(
      boolean open,
      Map<String, String> keys,
      Rate joins,
      Duration pingInterval,
      Duration pingTimeout,
      KeptRooms.Config kept,
      Limits limits) {

    public Config {
      keys.forEach((id, secret) -> {
        if (secret.getBytes(StandardCharsets.UTF_8).length < 32) {
          throw new IllegalArgumentException(
              "the key `" + id + "` needs a secret of at least 32 characters.");
        }
      });
    }

    Pulse pulse() {
      return new Pulse(pingInterval, pingTimeout);
    }

    public static Config defaults() {
      return new Config(
          false,
          Map.of(),
          new Rate(60, 2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(6),
          KeptRooms.Config.defaults(),
          Limits.defaults());
    }

    public Config withOpen(boolean everybody) {
      return new Config(everybody, keys, joins, pingInterval, pingTimeout, kept, limits);
    }

    public Config withLimits(Limits other) {
      return new Config(open, keys, joins, pingInterval, pingTimeout, kept, other);
    }
  }

  /// What participants may relay through. Called on home.
  public interface Relays {
    /// @param user whom the credentials are for: a name for one participant of one room
    /// @param handshake how it came: its `host` header is where it reaches this server
    List<IceServer> iceServers(String user, Handshake handshake);

    /** This user was removed from its room: ends what it relays, and what it was handed. */
    void revoke(String user);
  }

  /// Forwards the media of rooms. Everything is called on home.
  public interface Media {
    /// Somebody is in a room, for the first time or with a new page or other rights. Connections of
    /// another instance are void.
    ///
    /// @param address whence its page came
    /// @param host by which its page reached this server
    /// @param page tells its page something; on home
    void present(
        String room,
        ParticipantInfo participant,
        Address address,
        String host,
        Consumer<FromServer> page);

    /// Somebody's page asks for something.
    ///
    /// @param answer to be called once, on home, at once or later
    void wish(String room, String identity, SignalMessage.Media wish, Consumer<Answer> answer);

    /// What somebody says that it publishes. A muted track is not forwarded.
    void published(String room, String identity, List<TrackInfo> tracks);

    /// Not forwarded until it is [#published] as not muted.
    void silenced(String room, String identity, Source source);

    /// Somebody is no longer in a room.
    void gone(String room, String identity);
  }

  /// How it stands, for metrics.
  ///
  /// @param tracks that people and programs say they publish
  /// @param joins answered with anything but a refusal, since the start
  /// @param refusals since the start, by code
  public record Figures(
      int rooms, int people, int waiting, int tracks, long joins, Map<String, Long> refusals) {}

  private final Config config;
  private final Pulse pulse;
  private final Grants grants;
  private final Relays relays;
  private final @Nullable Media media;
  private final Namespace namespace;
  private final ScheduledExecutorService home;
  private final InstantSource time;
  private final Rooms rooms;
  private final @Nullable Keeper keeper;
  private final SideDoor side;
  private final Map<Long, Socket> sockets = new HashMap<>();
  private final NetworkPaces networks;
  private final Map<Refusal, Long> refusals = new EnumMap<>(Refusal.class);
  private final ScheduledFuture<?> ticking;
  private volatile Figures figures = new Figures(0, 0, 0, 0, 0, Map.of());
  private long lastConnection;
  private long joins;
  private long tidiedAt = System.nanoTime() - TIDYING;

  /** The wish for an answer to what is being handled now. */
  private @Nullable Ack asked;

  /** Whether it was read for nothing. */
  private boolean wasted;

  private SignalDoor(
      Config config,
      Grants grants,
      Relays relays,
      @Nullable Media media,
      @Nullable KeptRooms kept,
      byte[] identities,
      Namespace namespace,
      ScheduledExecutorService home,
      InstantSource time) {
    this.namespace = namespace;
    this.config = config;
    pulse = config.pulse();
    networks = new NetworkPaces(config.joins());
    this.grants = grants;
    this.relays = relays;
    this.media = media;
    this.home = home;
    this.time = time;
    long epochMillis = time.millis() - System.nanoTime() / 1_000_000;
    rooms = new Rooms(config.limits(), media != null, identities, epochMillis, new Telling());
    keeper =
        kept == null
            ? null
            : new Keeper(
                kept,
                config.limits().lobby(),
                home,
                rooms::has,
                (room, found) -> rooms.remember(room, found, System.nanoTime()));
    side = new SideDoor(rooms, keeper);
    ticking =
        home.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Opens it. The namespace must not be in use yet.
  ///
  /// @param namespace `io.of("/room")`
  /// @param home the thread that `namespace` lives on
  /// @param data this install's folder, for its own keys
  /// @param store where rooms leave what outlives them; null: nothing does
  /// @param media forwards it; null: people send directly to each other, and few meet
  public static SignalDoor open(
      Config config,
      Namespace namespace,
      ScheduledExecutorService home,
      Path data,
      @Nullable Store store,
      Relays relays,
      @Nullable Media media) {
    return open(
        config,
        namespace,
        home,
        GrantKeys.grants(config.keys(), data),
        GrantKeys.identities(data),
        store == null || config.kept().rooms() == 0 ? null : store.rooms(config.kept()),
        relays,
        media,
        InstantSource.system());
  }

  static SignalDoor open(
      Config config,
      Namespace namespace,
      ScheduledExecutorService home,
      Grants grants,
      byte[] identities,
      @Nullable KeptRooms kept,
      Relays relays,
      @Nullable Media media,
      InstantSource time) {
    var door =
        new SignalDoor(config, grants, relays, media, kept, identities, namespace, home, time);
    home.execute(() -> namespace.onConnection(door::connected));
    return door;
  }

  public Figures figures() {
    return figures;
  }

  /// Opens what pages ask before anybody joins. Before the router is in use.
  public void addTo(Router router) {
    new InvitationDoor(grants, config.open(), config.joins(), rooms, home, time).addTo(router);
  }

  /// The way into the same rooms for those who do not signal; to be used on home.
  public SideDoor side() {
    return side;
  }

  /// The same rooms for whoever runs the server; to be used on home.
  public Rooms rooms() {
    return rooms;
  }

  /// Lets a registry read the figures.
  public void measure(MeterRegistry meters) {
    Gauge.builder("madang.rooms", this, door -> door.figures.rooms())
        .description("Rooms that exist")
        .register(meters);
    Gauge.builder("madang.room.people", this, door -> door.figures.people())
        .description("People in rooms, also those who are reconnecting")
        .register(meters);
    Gauge.builder("madang.room.waiting", this, door -> door.figures.waiting())
        .description("People who knock")
        .register(meters);
    Gauge.builder("madang.room.tracks", this, door -> door.figures.tracks())
        .description("Tracks that people and programs publish, also muted ones")
        .register(meters);
    FunctionCounter.builder("madang.room.joins", this, door -> door.figures.joins())
        .description("Joins that were let in, also those of people who came back")
        .register(meters);
    for (Refusal refusal : Refusal.values()) {
      FunctionCounter.builder(
              "madang.room.refusals",
              this,
              door -> door.figures.refusals().getOrDefault(refusal.code(), 0L))
          .description("Messages refused")
          .tag("code", refusal.code())
          .register(meters);
    }
  }

  /// Tells everybody that the server goes down; the words are on their way when home has done what
  /// it was told before. Returns when what rooms leave is written, or cannot be.
  @Override
  public void close() {
    ticking.cancel(false);
    home.execute(rooms::close);
    Keeper writing = keeper;
    if (writing != null) {
      home.execute(writing::end);
      writing.awaitEnd();
    }
  }

  // ---- from sockets -----------------------------------------------------------------------------

  private void connected(Socket socket) {
    long connection = ++lastConnection;
    sockets.put(connection, socket);
    socket.pulse(pulse);
    long now = System.nanoTime();
    Pace nonsense = new Pace(NONSENSE, now);
    Pace stranger = new Pace(NONSENSE, now);
    Pace guest = new Pace(everything(config.limits()), now);
    socket.useSizes((size, ack) -> {
      Pace pace = rooms.isSeated(connection) ? guest : stranger;
      return isRead(socket, pace, nonsense, size, ack);
    });
    socket.onAny((event, args, ack) -> received(connection, socket, nonsense, event, args, ack));
    socket.onDisconnect(_ -> {
      sockets.remove(connection);
      rooms.lost(connection, System.nanoTime());
    });
  }

  private void received(
      long connection,
      Socket socket,
      Pace nonsense,
      String event,
      List<@Nullable Object> args,
      Ack ack) {
    long now = System.nanoTime();
    asked = ack;
    wasted = false;
    try {
      FromClient message = SignalJson.read(event, args.isEmpty() ? null : args.getFirst());
      if (message instanceof Join join) {
        join(connection, socket, join, now);
      } else {
        rooms.receive(connection, message, now);
      }
    } catch (Unreadable unreadable) {
      answer(socket, unreadable.refused());
      wasted = true;
    } finally {
      asked = null;
    }
    if (wasted && !nonsense.allows(now)) {
      socket.disconnect(true);
    }
  }

  /// All that one in a room may send, and be refused, in units of what is read at once: whoever
  /// keeps to that never sends faster. Who is not in may do little but join.
  private static Rate everything(Limits limits) {
    List<Rate> all = List.of(limits.chat(), limits.negotiation(), limits.other(), NONSENSE);
    return new Rate(sum(all, Rate::burst), sum(all, Rate::perSecond));
  }

  private static int sum(List<Rate> all, ToLongFunction<Rate> part) {
    return (int) Math.min(Integer.MAX_VALUE, all.stream().mapToLong(part).sum());
  }

  /// What comes faster is not read: of a flood that would be most of the work.
  private boolean isRead(Socket socket, Pace pace, Pace nonsense, long size, Ack ack) {
    long now = System.nanoTime();
    if (pace.allows(1 + (int) (size / SIZE_OF_ONE), now)) {
      return true;
    }
    answer(socket, ack, Refusal.TOO_FAST.refused());
    if (!nonsense.allows(now)) {
      socket.disconnect(true);
    }
    return false;
  }

  private void join(long connection, Socket socket, Join join, long now) {
    String token = join.token();
    Address network = Address.parse(socket.handshake().address(), 0).network();
    if (!networks.allows(network, now)) {
      answer(socket, Refusal.TOO_MANY_JOINS.refused());
    } else if (token != null) {
      switch (grants.check(token, join.room(), time.instant())) {
        case Grants.Checked.Bad(Refusal why) -> answer(socket, why.refused());
        case Grants.Checked.Good(Grant grant) -> join(connection, join, network, grant, now);
      }
    } else if (config.open()) {
      join(connection, join, network, null, now);
    } else {
      answer(socket, Refusal.NEEDS_TOKEN.refused());
    }
  }

  /// Whoever is the first to come waits until it is known what is kept of the room.
  private void join(long connection, Join join, Address network, @Nullable Grant grant, long now) {
    String room = Names.room(join.room());
    if (keeper == null || room == null || rooms.has(room)) {
      rooms.join(connection, join, network, grant, null, now);
      return;
    }
    Ack ack = asked;
    keeper.recall(
        room,
        kept -> {
          if (sockets.containsKey(connection)) {
            Ack other = asked;
            asked = ack;
            try {
              rooms.join(connection, join, network, grant, kept, System.nanoTime());
            } finally {
              asked = other;
            }
          }
        });
  }

  // ---- to sockets -------------------------------------------------------------------------------

  /// The answer goes as acknowledgement if one was asked for, otherwise as an event of its own
  /// name; a plain [Done] nobody asked for is not sent.
  private void answer(Socket socket, Answer given) {
    answer(socket, asked, given);
  }

  private void answer(Socket socket, @Nullable Ack ack, Answer given) {
    Answer answer = given;
    if (given instanceof Refused refused) {
      refusals.merge(refused.code(), 1L, Long::sum);
      wasted |= WASTE.contains(refused.code());
      answer = Korean.isSpokenBy(socket.handshake()) ? Korean.say(refused) : refused;
    }
    if (ack != null && ack.wanted()) {
      ack.send(SignalJson.write(answer));
    } else if (!(answer instanceof Done)) {
      socket.emit(Shape.nameOf(answer.getClass()), SignalJson.fields(answer));
    }
  }

  private final class Telling implements Rooms.Output {
    @Override
    public void answer(long connection, Answer answer) {
      Socket socket = sockets.get(connection);
      if (socket != null) {
        joins += answer instanceof Joined ? 1 : 0;
        SignalDoor.this.answer(socket, answer);
      } else if (SideDoor.has(connection)) {
        side.answered(answer);
      }
    }

    @Override
    public void send(long connection, FromServer message) {
      Socket socket = sockets.get(connection);
      if (SideDoor.has(connection)) {
        if (message instanceof Ended ended) {
          side.end(connection, ended);
        } else {
          side.told(connection, message);
        }
      } else if (socket != null) {
        FromServer said =
            message instanceof Ended ended && Korean.isSpokenBy(socket.handshake())
                ? Korean.say(ended)
                : message;
        socket.emit(Shape.nameOf(said.getClass()), SignalJson.write(said));
      }
    }

    /// Written once, for as many as signal.
    @Override
    public void send(List<Long> connections, FromServer message) {
      if (message instanceof Ended) {
        Rooms.Output.super.send(connections, message);
        return;
      }
      List<String> ids = new ArrayList<>(connections.size());
      for (long connection : connections) {
        Socket socket = sockets.get(connection);
        if (socket == null) {
          send(connection, message);
        } else {
          ids.add(socket.id());
        }
      }
      if (!ids.isEmpty()) {
        namespace
            .in(ids.toArray(String[]::new))
            .emit(Shape.nameOf(message.getClass()), SignalJson.write(message));
      }
    }

    @Override
    public void close(long connection) {
      Socket socket = sockets.get(connection);
      if (socket != null) {
        socket.disconnect();
      }
    }

    @Override
    public List<IceServer> iceServers(long connection, String user) {
      Socket socket = sockets.get(connection);
      SideDoor.Guest guest = side.guest(connection);
      if (guest != null) {
        return guest.iceServers(user);
      }
      return socket == null ? List.of() : relays.iceServers(user, socket.handshake());
    }

    @Override
    public void revoke(String user) {
      relays.revoke(user);
    }

    @Override
    public String token(String room, @Nullable String name, Permissions can, long until) {
      return grants.issue(
          new Grants.Wish(
              room, null, name, can, Grants.freshId(), null, Instant.ofEpochMilli(until)));
    }

    @Override
    public void media(long connection, String room, String identity, SignalMessage.Media wish) {
      Socket socket = sockets.get(connection);
      Ack ack = asked;
      if (media != null && socket != null) {
        media.wish(room, identity, wish, said -> SignalDoor.this.answer(socket, ack, said));
      }
    }

    @Override
    public void present(String room, long connection, ParticipantInfo participant) {
      Socket socket = sockets.get(connection);
      SideDoor.Guest guest = side.guest(connection);
      if (media != null && guest != null) {
        media.present(room, participant, guest.address(), guest.host(), _ -> {});
      } else if (media != null && socket != null) {
        media.present(
            room,
            participant,
            Address.parse(socket.handshake().address(), 0),
            socket.handshake().headers().getOrDefault("host", ""),
            message -> send(connection, message));
      }
    }

    @Override
    public void published(String room, String identity, List<TrackInfo> tracks) {
      if (media != null) {
        media.published(room, identity, tracks);
      }
    }

    @Override
    public void silenced(String room, String identity, Source source) {
      if (media != null) {
        media.silenced(room, identity, source);
      }
    }

    @Override
    public void gone(String room, String identity) {
      if (media != null) {
        media.gone(room, identity);
      }
    }

    @Override
    public void lobbySet(String room, boolean on) {
      keep(new Change.Lobby(room, on == config.limits().lobby() ? null : on));
    }

    @Override
    public void said(String room, ChatMessage message) {
      keep(new Change.Said(room, message));
    }

    @Override
    public void banned(String room, List<String> words) {
      keep(new Change.Banned(room, words));
    }

    private void keep(Change change) {
      if (keeper != null) {
        keeper.write(change);
      }
    }

    @Override
    public void keeping(
        long connection, String room, String by, String network, SignalMessage.Keeping wish) {
      Socket socket = sockets.get(connection);
      Ack ack = asked;
      Consumer<@Nullable Refusal> done =
          refusal -> {
            if (refusal == null) {
              rooms.kept(room, by, wish);
            }
            if (socket != null) {
              SignalDoor.this.answer(socket, ack, refusal == null ? new Done() : refusal.refused());
            }
          };
      if (keeper != null) {
        keeper.wish(room, network, wish, done);
      } else {
        done.accept(wish instanceof KeepChat(boolean on) && on ? Refusal.TOO_MANY_KEPT : null);
      }
    }

    @Override
    public void broke(String room, RuntimeException why) {
      LOG.error("The room {} broke and is closed", room, why);
    }
  }

  private void tick() {
    long now = System.nanoTime();
    rooms.tick(now);
    if (keeper != null && now - tidiedAt >= TIDYING) {
      tidiedAt = now;
      keeper.tidy(rooms.names());
    }
    var byCode = new LinkedHashMap<String, Long>();
    refusals.forEach((refusal, count) -> byCode.put(refusal.code(), count));
    figures =
        new Figures(
            rooms.count(),
            rooms.people(),
            rooms.waiting(),
            rooms.tracks(),
            joins,
            Map.copyOf(byCode));
  }

  /// Messages of no documented form, or too many of them, that one connection may send: a newer
  /// client knows a few that we do not, a flood is read at everybody's expense.
  private static final Rate NONSENSE = new Rate(50, 5);

  /// Twice what a description's characters count for: JSON writes some of them with a sign before.
  private static final int SIZE_OF_ONE = 8192;

  private static final Set<Refusal> WASTE =
      EnumSet.of(Refusal.TOO_FAST, Refusal.NOT_JOINED, Refusal.TOO_MANY_JOINS);

  private static final Logger LOG = LoggerFactory.getLogger(SignalDoor.class);
  private static final long TICK_MILLIS = 250;
  private static final long TIDYING = TimeUnit.HOURS.toNanos(1);
}
