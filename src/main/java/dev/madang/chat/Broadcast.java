package dev.madang.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Whom an event goes to: everybody in any of the rooms named by [#to], or in the whole namespace
/// if none is named, without those in the rooms named by [#except]. Each socket is alone in a room
/// named by its id. Lives on home; a value, so it can be kept.
public final class Broadcast {
  private final Namespace namespace;
  private final @Nullable Socket but;
  private final List<String> rooms;
  private final List<String> except;
  private final boolean lossy;

  Broadcast(
      Namespace namespace,
      @Nullable Socket but,
      List<String> rooms,
      List<String> except,
      boolean lossy) {
    this.namespace = namespace;
    this.but = but;
    this.rooms = rooms;
    this.except = except;
    this.lossy = lossy;
  }

  public Broadcast to(String... more) {
    return new Broadcast(namespace, but, joined(rooms, more), except, lossy);
  }

  /** The same as [#to]. */
  public Broadcast in(String... more) {
    return to(more);
  }

  public Broadcast except(String... more) {
    return new Broadcast(namespace, but, rooms, joined(except, more), lossy);
  }

  /// Whoever is not ready to receive misses the event. The official name, `volatile`, is a word of
  /// Java's own.
  public Broadcast lossy() {
    return new Broadcast(namespace, but, rooms, except, true);
  }

  /** Only this node; today there is no other. */
  public Broadcast local() {
    return this;
  }

  public void emit(String event, @Nullable Object... args) {
    namespace.broadcast(this, event, Arrays.asList(args));
  }

  /** Asks everybody for an answer; `then` is called once, when all answered or the time is over. */
  public void emitWithAck(
      String event, Duration timeout, Consumer<Replies> then, @Nullable Object... args) {
    namespace.broadcastWithAck(this, event, Arrays.asList(args), timeout, then);
  }

  public List<Socket> fetchSockets() {
    return namespace.recipients(this);
  }

  public void socketsJoin(String... more) {
    for (Socket socket : fetchSockets()) {
      socket.join(more);
    }
  }

  public void socketsLeave(String... left) {
    for (Socket socket : fetchSockets()) {
      for (String room : left) {
        socket.leave(room);
      }
    }
  }

  /**
   * @param close whether to close the whole connection, or only leave this namespace
   */
  public void disconnectSockets(boolean close) {
    for (Socket socket : fetchSockets()) {
      socket.disconnect(close);
    }
  }

  @Nullable Socket but() {
    return but;
  }

  List<String> rooms() {
    return rooms;
  }

  List<String> except() {
    return except;
  }

  boolean isLossy() {
    return lossy;
  }

  private static List<String> joined(List<String> some, String[] more) {
    if (some.isEmpty()) {
      return List.of(more);
    }
    List<String> all = new ArrayList<>(some);
    all.addAll(Arrays.asList(more));
    return all;
  }
}
