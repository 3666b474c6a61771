package dev.madang.server.signal;

import dev.madang.room.Kept;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.ClearChat;
import dev.madang.room.SignalMessage.KeepChat;
import dev.madang.room.SignalMessage.Keeping;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.store.KeptRooms;
import dev.madang.store.KeptRooms.Change;
import dev.madang.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries what outlives rooms between home and the database, which may be slow or away: a virtual
/// thread of its own does one errand after the other, so that whoever asks for a room finds all
/// that was said in it before. Its methods are for home, where also all answers come.
///
/// What is written waits a moment for more, so that a busy chat is a few transactions a second;
/// what cannot be written is tried again for a minute.
final class Keeper {
  private sealed interface Errand {
    record Recall(String room) implements Errand {}

    record Wish(String room, String network, Keeping keeping, Consumer<@Nullable Refusal> then)
        implements Errand {}

    record Write(Change change) implements Errand {}

    record Tidy(List<String> used) implements Errand {}

    record End() implements Errand {}
  }

  /** Who waits at home for what is kept of one room. */
  private record Recalling(List<Consumer<@Nullable Kept>> waiting, ScheduledFuture<?> inTime) {}

  private final KeptRooms store;
  private final boolean lobby;
  private final ScheduledExecutorService home;
  private final Predicate<String> isOpen;
  private final BiConsumer<String, Kept> late;
  private final Map<String, Recalling> recalling = new HashMap<>();
  private final BlockingQueue<Errand> errands = new LinkedBlockingQueue<>(MOST_ERRANDS);
  private final Thread thread;

  /** Rooms that opened without what is kept of them. */
  private final Set<String> unknown = new HashSet<>();

  /** Under way, of each network. */
  private final Map<String, Integer> wishes = new HashMap<>();

  /** Until when nobody waits for the database. */
  private volatile long awayUntil = System.nanoTime();

  private volatile boolean complained;

  // Of the thread alone:
  private final Deque<Change> unwritten = new ArrayDeque<>();
  private long writeAt;
  private long failedAt;
  private boolean failing;

  /// @param lobby whether rooms begin with it on: then that is nothing to keep
  /// @param isOpen whether a room of this name is
  /// @param late hears at home what came when nobody waited any more
  Keeper(
      KeptRooms store,
      boolean lobby,
      ScheduledExecutorService home,
      Predicate<String> isOpen,
      BiConsumer<String, Kept> late) {
    this.store = store;
    this.lobby = lobby;
    this.home = home;
    this.isOpen = isOpen;
    this.late = late;
    thread = Thread.ofVirtual().name("keeper").start(this::work);
  }

  /// What is kept of a room that is about to be opened; null when that is not known in time.
  void recall(String room, Consumer<@Nullable Kept> then) {
    if (isAway()) {
      askAgain(room);
      then.accept(null);
      return;
    }
    Recalling known = recalling.get(room);
    if (known == null) {
      known =
          new Recalling(
              new ArrayList<>(),
              home.schedule(() -> outOfTime(room), WITHIN_MILLIS, TimeUnit.MILLISECONDS));
      recalling.put(room, known);
      take(new Errand.Recall(room));
    }
    known.waiting().add(then);
  }

  private void outOfTime(String room) {
    complain("The database did not say within " + WITHIN_MILLIS + " ms what is kept of a room");
    recalled(room, null);
  }

  private void recalled(String room, @Nullable Kept kept) {
    Recalling known = recalling.remove(room);
    if (kept == null) {
      askAgain(room);
    } else {
      unknown.remove(room);
    }
    if (known != null) {
      known.inTime().cancel(false);
      known.waiting().forEach(each -> each.accept(kept));
    } else if (kept != null) {
      late.accept(room, kept);
    }
  }

  /// Until it is known, or the room is over: it may be kept who does not come in.
  private void askAgain(String room) {
    if (unknown.add(room)) {
      home.schedule(() -> again(room), AWAY + AGAIN, TimeUnit.NANOSECONDS);
    }
  }

  private void again(String room) {
    long away = awayUntil - System.nanoTime();
    if (away > 0) {
      home.schedule(() -> again(room), away, TimeUnit.NANOSECONDS);
    } else if (unknown.remove(room) && isOpen.test(room)) {
      take(new Errand.Recall(room));
      askAgain(room);
    }
  }

  /// Does what a host wants of what is kept; nothing where nobody knows yet what that is.
  ///
  /// @param network a name for that of the host: of its share the room is
  /// @param then hears why not, or null when it is done
  void wish(String room, String network, Keeping keeping, Consumer<@Nullable Refusal> then) {
    if (isCrowded(network) || unknown.contains(room) || isAway()) {
      then.accept(Refusal.NOT_KEPT);
      return;
    }
    Consumer<@Nullable Refusal> done =
        refusal -> {
          wishes.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
          then.accept(refusal);
        };
    wishes.merge(network, 1, Integer::sum);
    if (!take(new Errand.Wish(room, network, keeping, done))) {
      done.accept(Refusal.NOT_KEPT);
    }
  }

  /// Each is a transaction of its own, behind which others wait: one network asks for few at once.
  private boolean isCrowded(String network) {
    return wishes.getOrDefault(network, 0) >= MOST_WISHES_OF_NETWORK
        || wishes.values().stream().mapToInt(Integer::intValue).sum() >= MOST_WISHES;
  }

  void write(Change change) {
    take(new Errand.Write(change));
  }

  /// @param used rooms that are open
  void tidy(List<String> used) {
    take(new Errand.Tidy(used));
  }

  /// After this nothing is taken any more.
  void end() {
    take(new Errand.End());
  }

  /// Waits until all is written that was to be, for a few seconds at most; not at home.
  void awaitEnd() {
    try {
      thread.join(Duration.ofMillis(WITHIN_MILLIS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean take(Errand errand) {
    boolean taken = errands.offer(errand);
    if (!taken) {
      complain("So much waits for the database that more of what rooms keep is lost");
    }
    return taken;
  }

  private boolean isAway() {
    return awayUntil - System.nanoTime() > 0;
  }

  /** Once, until the database has answered again. */
  private void complain(String sentence) {
    if (!complained) {
      complained = true;
      LOG.error("{}. Rooms open without what is kept of them until it answers.", sentence);
    }
  }

  // ---- on the thread ----------------------------------------------------------------------------

  private void work() {
    try {
      boolean more = true;
      while (more) {
        Errand errand =
            unwritten.isEmpty()
                ? errands.take()
                : errands.poll(writeAt - System.nanoTime(), TimeUnit.NANOSECONDS);
        try {
          more = carry(errand);
        } catch (RejectedExecutionException _) {
          return; // Home is no more.
        } catch (RuntimeException ours) {
          LOG.error("What a room keeps could not be carried", ours);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean carry(@Nullable Errand errand) {
    if (errand instanceof Errand.Write(Change change)) {
      gather(change);
      return true;
    }
    write();
    switch (errand) {
      case null -> {}
      case Errand.Recall(String room) -> {
        Kept kept = recall(room);
        home.execute(() -> recalled(room, kept));
      }
      case Errand.Wish wish -> {
        Refusal refusal = Refusal.NOT_KEPT;
        try {
          refusal = fulfil(wish);
        } finally {
          Refusal said = refusal;
          home.execute(() -> wish.then().accept(said));
        }
      }
      case Errand.Tidy(List<String> used) -> {
        try {
          store.tidy(used, Instant.now());
          isBack();
        } catch (StoreException away) {
          isGone(away);
        }
      }
      case Errand.Write _ -> throw new IllegalStateException("gathered before");
      case Errand.End() -> {
        return false;
      }
    }
    return true;
  }

  private void gather(Change change) {
    if (unwritten.isEmpty()) {
      writeAt = System.nanoTime() + GATHERING;
    }
    unwritten.add(change);
    if (unwritten.size() >= MOST_GATHERED && !failing) {
      write();
    } else if (unwritten.size() > MOST_UNWRITTEN) {
      unwritten.removeFirst();
    }
  }

  private void write() {
    if (unwritten.isEmpty() || failing && writeAt - System.nanoTime() > 0) {
      return;
    }
    try {
      store.write(List.copyOf(unwritten), Instant.now());
      unwritten.clear();
      failing = false;
      isBack();
    } catch (StoreException away) {
      isGone(away);
      long now = System.nanoTime();
      failedAt = failing ? failedAt : now;
      failing = true;
      writeAt = now + AGAIN;
      if (now - failedAt > GIVEN_UP) {
        LOG.error("{} messages and settings of rooms are not kept", unwritten.size());
        unwritten.clear();
        failing = false;
      }
    }
  }

  private @Nullable Kept recall(String room) {
    if (isAway() || !unwritten.isEmpty()) {
      return null;
    }
    try {
      Kept kept = store.find(room, Instant.now());
      isBack();
      return kept;
    } catch (StoreException away) {
      isGone(away);
      return null;
    }
  }

  /// Not before all that was said before is written: else it would outlive its deletion.
  private @Nullable Refusal fulfil(Errand.Wish wish) {
    String room = wish.room();
    if (!unwritten.isEmpty()) {
      return Refusal.NOT_KEPT;
    }
    try {
      Refusal refusal =
          switch (wish.keeping()) {
            case KeepChat(boolean on) -> store.keepChat(room, on, wish.network(), Instant.now());
            case SetLobby(boolean on) ->
                store.setLobby(room, on == lobby ? null : on, wish.network(), Instant.now());
            case ClearChat() -> {
              store.clearChat(room);
              yield null;
            }
          };
      isBack();
      return refusal;
    } catch (StoreException away) {
      isGone(away);
      return Refusal.NOT_KEPT;
    }
  }

  private void isBack() {
    awayUntil = System.nanoTime();
    complained = false;
  }

  private void isGone(StoreException away) {
    awayUntil = System.nanoTime() + AWAY;
    complain(String.valueOf(away.getMessage()).replaceFirst("\\.$", ""));
  }

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** How long a room waits to be opened. */
  static final long WITHIN_MILLIS = 3000;

  private static final long GATHERING = 250_000_000L;
  private static final long AGAIN = 1_000_000_000L;
  private static final long AWAY = 10_000_000_000L;
  private static final long GIVEN_UP = 60_000_000_000L;
  private static final int MOST_ERRANDS = 10_000;
  private static final int MOST_WISHES = 16;
  private static final int MOST_WISHES_OF_NETWORK = 4;
  private static final int MOST_GATHERED = 200;
  private static final int MOST_UNWRITTEN = 5000;
}
