package dev.madang.server.bot;

import dev.madang.room.Entry;
import dev.madang.room.Grant;
import dev.madang.room.Names;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.server.signal.SideDoor;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import io.netty.channel.EventLoop;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// How programs of this process come into rooms. They are participants as those that send by WHIP
/// are, and may receive and read besides; their media go by no network. Any thread.
public final class BotDoor {
  private final MediaDoor media;
  private final Hall hall;
  private final SideDoor side;
  private final EventLoop home;
  private final SecureRandom random = new SecureRandom();

  /// @param home on which `hall` and `side` live
  public BotDoor(MediaDoor media, Hall hall, SideDoor side, EventLoop home) {
    this.media = media;
    this.hall = hall;
    this.side = side;
    this.home = home;
  }

  public Room room(String name) {
    return new Room(this, name);
  }

  Bot join(String room, String name, Permissions can) {
    String known = Names.room(room);
    // By its name a host bans it: it comes again by another word, and by the same grant.
    Grant grant =
        new Grant("bot " + name.toLowerCase(Locale.ROOT), null, name, can, Long.MAX_VALUE, false);
    return ask(() -> {
      Bot bot = new Bot(this, known == null ? room : known);
      SideDoor.Answer answer =
          side.enter(new SideDoor.Wish(room, word(), grant, true), name, List.of(), bot.guest());
      switch (answer.entry()) {
        case Entry.In in -> bot.isIn(in.identity(), answer.connection());
        case Entry.Refused refused -> {
          bot.isOut();
          throw new BotRefused(refused.why());
        }
        case Entry.Nobody() ->
            throw new IllegalStateException("a program opens the room that it comes to");
      }
      return bot;
    });
  }

  /// Has something done at home and waits for it; at home, at once.
  <T> T ask(Callable<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable asked =
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception failed) {
            answer.completeExceptionally(failed);
          }
        };
    if (home.inEventLoop()) {
      asked.run();
    } else {
      home.execute(asked);
    }
    try {
      return answer.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException said) {
        throw said;
      }
      throw failed;
    }
  }

  MediaDoor media() {
    return media;
  }

  Hall hall() {
    return hall;
  }

  SideDoor side() {
    return side;
  }

  EventLoop home() {
    return home;
  }

  String word() {
    byte[] bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
