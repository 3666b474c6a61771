package dev.madang.server.bot;

import dev.madang.Config;
import dev.madang.Madang;
import dev.madang.server.signal.SignalClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A whole server with open rooms, as a program that embeds it starts one. */
final class BotRig implements AutoCloseable {
  final Madang madang;

  BotRig(Path data) {
    madang =
        Madang.start(
            Config.of(
                Map.of(
                    "data", data.toString(),
                    "signal.open", "true",
                    "http.port", "0",
                    "http.tls.enabled", "false",
                    "udp.port", "0",
                    "udp.threads", "2",
                    "metrics.enabled", "false")));
  }

  Room room(String name) {
    return madang.room(name);
  }

  /** Somebody in a room, by signaling alone. */
  Person person(String room, String name) {
    SignalClient client = new SignalClient(madang.http().port(), "websocket");
    return new Person(client, client.ask("join", SignalClient.join(room, name)));
  }

  record Person(SignalClient client, JsonNode joined) {}

  /** What somebody is told, in order. */
  static final class Heard<T> {
    private final BlockingQueue<T> all = new LinkedBlockingQueue<>();

    void add(T one) {
      all.add(one);
    }

    T next() throws InterruptedException {
      T next = all.poll(20, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing was heard within 20 seconds");
      }
      return next;
    }

    int count() {
      return all.size();
    }
  }

  @Override
  public void close() {
    madang.close();
  }
}
