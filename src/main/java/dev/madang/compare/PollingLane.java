package dev.madang.compare;

import dev.madang.net.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Socket.IO by HTTP polling, as its official client does it: one GET waits for packets, and one
/// POST at a time brings those that gathered meanwhile.
final class PollingLane implements Lane {
  private final HttpClient http;
  private final URI at;
  private final Listener listener;
  private final CountDownLatch entered = new CountDownLatch(1);
  private final List<String> waiting = new ArrayList<>();
  private boolean posting;
  private volatile boolean over;

  PollingLane(HttpClient http, URI handshake, String grant, Listener listener)
      throws IOException, InterruptedException {
    this.http = http;
    this.listener = listener;
    String open = WholeAnswer.of(http, HttpRequest.newBuilder(handshake).build(), PATIENCE).body();
    Matcher sid = SID.matcher(open);
    if (!sid.lookingAt()) {
      throw new IOException("no Engine.IO handshake: " + open);
    }
    at = URI.create(handshake + "&sid=" + sid.group(1));
    queue(SocketIoLane.enter(grant));
    poll();
    if (!entered.await(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      over = true;
      throw new IOException("the namespace /compare did not let us in");
    }
  }

  private void poll() {
    http.sendAsync(
            HttpRequest.newBuilder(at).build(),
            BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES))
        .whenComplete((response, failed) -> {
          if (over) {
            return;
          } else if (failed != null || response.statusCode() != 200) {
            over = true;
            return;
          }
          long now = System.nanoTime();
          hear(response, now);
          poll();
        });
  }

  private void hear(HttpResponse<String> response, long now) {
    for (String packet : response.body().split(SEPARATOR, -1)) {
      if (packet.startsWith("b")) {
        byte[] message = Base64.getDecoder().decode(packet.substring(1));
        listener.answer(message, 0, message.length, now);
      } else if (packet.equals("2")) {
        queue("3");
      } else if (packet.startsWith("40/compare")) {
        entered.countDown();
      } else if (packet.equals("1")) {
        over = true;
      }
    }
  }

  private synchronized void queue(String packet) {
    waiting.add(packet);
    post();
  }

  private synchronized void post() {
    if (posting || waiting.isEmpty() || over) {
      return;
    }
    posting = true;
    StringBuilder body = new StringBuilder();
    int taken = 0;
    while (taken < waiting.size()
        && (taken == 0 || body.length() + waiting.get(taken).length() < MOST_BODY)) {
      body.append(taken == 0 ? "" : SEPARATOR).append(waiting.get(taken));
      taken++;
    }
    waiting.subList(0, taken).clear();
    http.sendAsync(
            HttpRequest.newBuilder(at).POST(BodyPublishers.ofString(body.toString())).build(),
            BodyHandlers.discarding())
        .whenComplete((response, failed) -> {
          if (failed != null || response.statusCode() != 200) {
            over = true;
          }
          posted();
        });
  }

  private synchronized void posted() {
    posting = false;
    post();
  }

  /// The event and its attachment stay together: a POST between them may come first.
  @Override
  public void send(byte[] message) {
    queue(SocketIoLane.EVENT + SEPARATOR + "b" + Base64.getEncoder().encodeToString(message));
  }

  @Override
  public boolean broken() {
    return over;
  }

  @Override
  public void close() {
    over = true;
    // Engine.IO's goodbye.
    http.sendAsync(
        HttpRequest.newBuilder(at).POST(BodyPublishers.ofString("1")).build(),
        BodyHandlers.discarding());
  }

  private static final Duration PATIENCE = Duration.ofMillis(Lanes.PATIENCE_MILLIS);
  private static final String SEPARATOR = "\u001e";
  private static final int MOST_BODY = 500_000;
  private static final Pattern SID = Pattern.compile("0\\{.*?\"sid\":\"([\\w-]+)\"");
  private static final int MOST_BYTES = 32 << 20;
}
