package dev.madang.store;

import dev.madang.room.Kept;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.ChatMessage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What outlives rooms: what hosts set for good, the chats that they have kept, and whom they
/// removed from those.
public final class KeptRooms {
  /// @param rooms of which something is kept, at most; 0 = nothing is
  /// @param roomsPerAddress of those, for hosts of one address (IPv6: /64); 0: no limit
  /// @param unused after which time a room that nobody came to is forgotten
  /// @param messages of one room's chat, at most
  /// @param age after which time a message is forgotten
  public record Config(
      int rooms, int roomsPerAddress, Duration unused, int messages, Duration age) {
    public Config {
      if (rooms < 0 || roomsPerAddress < 0) {
        throw new IllegalArgumentException("rooms and rooms-per-address are not below 0");
      } else if (messages < 1 || messages > 5000) {
        throw new IllegalArgumentException("messages is not between 1 and 5000");
      } else if (!unused.isPositive() || !age.isPositive()) {
        throw new IllegalArgumentException("unused and age are longer than 0");
      }
    }

    public static Config defaults() {
      return new Config(10_000, 1000, Duration.ofDays(90), 400, Duration.ofDays(90));
    }
  }

  /// Something to write down.
  public sealed interface Change {
    String room();

    /** To everybody, in a room whose chat is kept; kept no more it is passed over. */
    record Said(String room, ChatMessage message) implements Change {}

    /** Of a room of which something is kept. Null: as rooms begin. */
    record Lobby(String room, @Nullable Boolean on) implements Change {}

    /** Somebody was removed from a room whose chat is kept. */
    record Banned(String room, List<String> words) implements Change {}
  }

  private final Store store;
  private final Config config;

  KeptRooms(Store store, Config config) {
    this.store = store;
    this.config = config;
  }

  /// All that is kept of a room, which is in use again by that.
  public Kept find(String room, Instant now) {
    if (store.isUntouched()) {
      return Kept.NOTHING;
    }
    boolean known = store.ask(jdbi -> jdbi.withHandle(handle -> row(handle, room, "").isPresent()));
    return known
        ? store.ask(jdbi -> jdbi.inTransaction(handle -> find(handle, room, now)))
        : Kept.NOTHING;
  }

  private Kept find(Handle handle, String room, Instant now) {
    Row row = row(handle, room, lock()).orElse(null);
    if (row == null) {
      return Kept.NOTHING;
    }
    handle.execute("update rooms set used_at = ? where name = ?", now.toEpochMilli(), room);
    handle.execute(
        "delete from messages where room = ? and said_at < ?",
        room,
        now.minus(config.age()).toEpochMilli());
    List<ChatMessage> messages =
        handle
            .createQuery(
                "select id, sender, name, text, said_at from messages where room = ? order by place")
            .bind(0, room)
            .map((said, _) -> message(said))
            .list();
    List<String> bans =
        handle
            .createQuery("select word from bans where room = ? order by place")
            .bind(0, room)
            .mapTo(String.class)
            .list();
    return new Kept(row.lobby(), row.chat(), messages, bans);
  }

  /// Writes all of them, in their order, or none.
  public void write(List<? extends Change> changes, Instant now) {
    store.ask(jdbi ->
        jdbi.inTransaction(handle -> {
          Map<String, Chat> chats = new LinkedHashMap<>();
          for (Change change : changes) {
            switch (change) {
              case Change.Said(String room, ChatMessage message) ->
                  chats.computeIfAbsent(room, _ -> new Chat(handle, room)).add(message);
              case Change.Lobby(String room, Boolean on) -> lobby(handle, room, on);
              case Change.Banned(String room, List<String> words) -> ban(handle, room, words);
            }
          }
          chats.values().forEach(chat -> chat.finish(now));
          return true;
        }));
  }

  /// With the chat kept no more, what was kept of it is gone.
  ///
  /// @param network a name for that of the host: of its share the room is
  /// @return why not, when there are as many rooms as may be
  public @Nullable Refusal keepChat(String room, boolean on, String network, Instant now) {
    if (!on && store.isUntouched()) {
      return null;
    }
    return store.ask(jdbi ->
        jdbi.inTransaction(handle -> {
          if (on) {
            Refusal refusal = begin(handle, room, network, now);
            handle.execute("update rooms set chat = true where name = ?", room);
            return refusal;
          }
          handle.execute("delete from messages where room = ?", room);
          handle.execute("delete from bans where room = ?", room);
          handle.execute("update rooms set chat = false where name = ?", room);
          forgetIfEmpty(handle, room);
          return null;
        }));
  }

  /// @param on null: as rooms begin
  /// @param network as with [#keepChat]
  /// @return why not, when there are as many rooms as may be
  public @Nullable Refusal setLobby(
      String room, @Nullable Boolean on, String network, Instant now) {
    if (on == null && store.isUntouched()) {
      return null;
    }
    return store.ask(jdbi ->
        jdbi.inTransaction(handle -> {
          Refusal refusal = on == null ? null : begin(handle, room, network, now);
          lobby(handle, room, on);
          return refusal;
        }));
  }

  /// Deletes what was said.
  public void clearChat(String room) {
    if (!store.isUntouched()) {
      store.ask(jdbi ->
          jdbi.withHandle(handle -> handle.execute("delete from messages where room = ?", room)));
    }
  }

  /// Forgets rooms that nobody used for long, and what was said long ago.
  ///
  /// @param used rooms that are in use now
  public void tidy(Collection<String> used, Instant now) {
    if (store.isUntouched()) {
      return;
    }
    store.ask(jdbi ->
        jdbi.inTransaction(handle -> {
          var touching = handle.prepareBatch("update rooms set used_at = ? where name = ?");
          used.forEach(room -> touching.add(now.toEpochMilli(), room));
          if (touching.size() > 0) {
            touching.execute();
          }
          handle.execute(
              "delete from messages where said_at < ?", now.minus(config.age()).toEpochMilli());
          return handle.execute(
              "delete from rooms where used_at < ?", now.minus(config.unused()).toEpochMilli());
        }));
  }

  private static void lobby(Handle handle, String room, @Nullable Boolean on) {
    handle.execute("update rooms set lobby = ? where name = ?", on, room);
    forgetIfEmpty(handle, room);
  }

  /// The newest stay: a removal that is done is kept, and of too many the oldest are forgotten.
  private void ban(Handle handle, String room, List<String> words) {
    if (!keepsChat(handle, room)) {
      return;
    }
    long place =
        handle
            .createQuery("select coalesce(max(place), 0) from bans where room = ?")
            .bind(0, room)
            .mapTo(long.class)
            .one();
    for (String word : words) {
      handle.execute(
          "insert into bans (room, word, place) values (?, ?, ?)"
              + " on conflict (room, word) do update set place = excluded.place",
          room,
          readable(word),
          ++place);
    }
    handle.execute(
        "delete from bans where room = ? and word in (select word from"
            + " (select word, row_number() over (order by place desc) as nth"
            + " from bans where room = ?) as counted where nth > ?)",
        room,
        room,
        MOST_BANS);
  }

  /// Makes sure that there is a row; or says why not, when there are as many as may be.
  private @Nullable Refusal begin(Handle handle, String room, String network, Instant now) {
    if (row(handle, room, lock()).isPresent()) {
      return null;
    }
    int rooms = handle.createQuery("select count(*) from rooms").mapTo(int.class).one();
    if (rooms >= config.rooms()) {
      return Refusal.TOO_MANY_KEPT;
    }
    int share = config.roomsPerAddress();
    if (share > 0 && countOf(handle, network) >= share) {
      return Refusal.TOO_MANY_KEPT_OF_NETWORK;
    }
    handle.execute(
        "insert into rooms (name, chat, used_at, network) values (?, false, ?, ?)"
            + " on conflict do nothing",
        room,
        now.toEpochMilli(),
        network);
    return null;
  }

  private static int countOf(Handle handle, String network) {
    return handle
        .createQuery("select count(*) from rooms where network = ?")
        .bind(0, network)
        .mapTo(int.class)
        .one();
  }

  private static void forgetIfEmpty(Handle handle, String room) {
    handle.execute("delete from rooms where name = ? and lobby is null and not chat", room);
  }

  private boolean keepsChat(Handle handle, String room) {
    return row(handle, room, lock()).map(Row::chat).orElse(false);
  }

  /// Of two servers that write about one room the second waits here.
  private String lock() {
    return store.isPostgres() ? " for update" : "";
  }

  private record Row(@Nullable Boolean lobby, boolean chat) {}

  private static Optional<Row> row(Handle handle, String room, String lock) {
    return handle
        .createQuery("select lobby, chat from rooms where name = ?" + lock)
        .bind(0, room)
        .map((row, _) -> {
          boolean lobby = row.getBoolean("lobby");
          return new Row(row.wasNull() ? null : lobby, row.getBoolean("chat"));
        })
        .findOne();
  }

  private static ChatMessage message(ResultSet said) throws SQLException {
    return new ChatMessage(
        said.getString("id"),
        said.getString("sender"),
        said.getString("name"),
        said.getString("text"),
        said.getLong("said_at"),
        null,
        null);
  }

  /// PostgreSQL has no place for the sign zero, and no database for half a character.
  private static String readable(String text) {
    return text.codePoints()
        .map(sign -> sign == 0 || sign >= 0xD800 && sign <= 0xDFFF ? 0xFFFD : sign)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// What is written of one room's chat in one transaction.
  private final class Chat {
    private final Handle handle;
    private final String room;
    private final boolean kept;
    private long place;

    Chat(Handle handle, String room) {
      this.handle = handle;
      this.room = room;
      kept = keepsChat(handle, room);
      place =
          handle
              .createQuery("select coalesce(max(place), 0) from messages where room = ?")
              .bind(0, room)
              .mapTo(long.class)
              .one();
    }

    /// One that is there already stays as it is.
    void add(ChatMessage message) {
      if (kept) {
        handle.execute(
            "insert into messages (room, place, id, sender, name, text, said_at)"
                + " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            room,
            ++place,
            readable(message.id()),
            readable(message.from()),
            readable(message.name()),
            readable(message.text()),
            message.at());
      }
    }

    /// The oldest go, of too many and of too long ones.
    void finish(Instant now) {
      if (kept) {
        handle.execute("update rooms set used_at = ? where name = ?", now.toEpochMilli(), room);
        handle.execute(
            "delete from messages where room = ? and place <= (select max(place) from"
                + " (select place, row_number() over (order by place desc) as nth,"
                + " sum(length(text)) over (order by place desc) as characters"
                + " from messages where room = ?) as counted"
                + " where nth > ? or characters > ?)",
            room,
            room,
            config.messages(),
            MOST_CHARACTERS);
      }
    }
  }

  /** Of one room's chat: what a room has in memory. */
  static final int MOST_CHARACTERS = 400_000;

  private static final int MOST_BANS = 1000;
}
