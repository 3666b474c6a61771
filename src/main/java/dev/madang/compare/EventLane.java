package dev.madang.compare;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Server-Sent Events down, one POST for each message up.
final class EventLane implements Lane {
  private final HttpClient http;
  private final URI at;
  private final Events events;

  EventLane(HttpClient http, URI at, Listener listener) throws IOException, InterruptedException {
    this.http = http;
    this.at = at;
    events = new Events(listener);
    http.sendAsync(HttpRequest.newBuilder(at).build(), BodyHandlers.fromLineSubscriber(events))
        .exceptionally(_ -> {
          events.over = true;
          return null;
        });
    if (!events.opened.await(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IOException("no stream of events");
    }
  }

  @Override
  public void send(byte[] message) {
    http.sendAsync(
        HttpRequest.newBuilder(at).POST(BodyPublishers.ofByteArray(message)).build(),
        BodyHandlers.discarding());
  }

  @Override
  public boolean broken() {
    return events.over;
  }

  @Override
  public void close() {
    events.stop();
  }

  private static final class Events implements Flow.Subscriber<String> {
    final CountDownLatch opened = new CountDownLatch(1);
    private final Listener listener;
    private Flow.@Nullable Subscription subscription;
    volatile boolean over;

    Events(Listener listener) {
      this.listener = listener;
    }

    void stop() {
      over = true;
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription = begun;
      begun.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith("data:")) {
        byte[] message = Base64.getDecoder().decode(line.substring(5));
        listener.answer(message, 0, message.length, System.nanoTime());
      } else if (line.startsWith(":")) {
        opened.countDown();
      }
    }

    @Override
    public void onError(Throwable error) {
      over = true;
    }

    @Override
    public void onComplete() {
      over = true;
    }
  }
}
