package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Kept;
import dev.madang.room.Limits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Pages come into rooms and go, 200 a second. `-Dmadang.joins=36000` for three minutes of it.
class SignalChurnTest {
  private static final int JOINS = Integer.getInteger("madang.joins", 2000);
  private static final int PER_SECOND = 200;
  private static final int WARM_UP = 400;

  // Its own pool grows as the machine is slow, and is counted.
  private final HttpClient http =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

  @Test
  void whoComesAndGoesLeavesNothingBehind() throws Exception {
    Limits usual = Limits.defaults();
    Limits.Rate plenty = new Limits.Rate(1_000_000, 1_000_000);
    Limits limits =
        new Limits(
            25,
            2,
            1_000_000,
            0,
            20,
            5,
            false,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            50,
            usual.chat(),
            usual.negotiation(),
            usual.other());
    SignalDoor.Config config = SignalDoor.Config.defaults().withOpen(true).withLimits(limits);
    config =
        new SignalDoor.Config(
            true,
            config.keys(),
            plenty,
            config.pingInterval(),
            config.pingTimeout(),
            config.kept(),
            limits);
    try (SignalServer server = new SignalServer(config)) {
      comeAndGo(server.port(), WARM_UP);
      server.revoked.clear();
      Kept before = Kept.settled(List.of());
      long begun = System.nanoTime();
      comeAndGo(server.port(), JOINS);
      double seconds = (System.nanoTime() - begun) / 1e9;
      server.revoked.clear();
      before.awaitAgain(List.of());
      System.out.printf(
          "%d joins in %.1f s%nbefore %s%nafter  %s%n",
          JOINS, seconds, before, Kept.settled(List.of()));
    }
  }

  private void comeAndGo(int port, int joins) throws Exception {
    Semaphore room = new Semaphore(64);
    ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
    long begun = System.nanoTime();
    try (ExecutorService pages = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < joins; i++) {
        long due = begun + i * 1_000_000_000L / PER_SECOND;
        while (due - System.nanoTime() > 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        room.acquire();
        int number = i;
        pages.execute(() -> {
          try {
            visit(port, number);
          } catch (Exception | AssertionError broken) {
            failed.add(broken);
          } finally {
            room.release();
          }
        });
      }
    }
    assertThat(failed).isEmpty();
  }

  /// Four to a room; every second one goes without a word.
  private void visit(int port, int number) throws Exception {
    Page page = new Page();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=websocket"),
                page)
            .get(20, TimeUnit.SECONDS);
    page.await("0{");
    socket.sendText("40/room,", true).get(20, TimeUnit.SECONDS);
    page.await("40/room,{");
    String join = SignalClient.join("room-" + number / 4, "page-" + number).toString();
    socket.sendText("42/room,1[\"join\"," + join + "]", true).get(20, TimeUnit.SECONDS);
    assertThat(page.await("43/room,1[")).contains("page-" + number);
    if (number % 2 == 0) {
      socket.sendText("42/room,2[\"leave\",{}]", true).get(20, TimeUnit.SECONDS);
      page.await("43/room,2[");
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
    }
    socket.abort();
  }

  /// What the server says to one.
  private static final class Page implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    String await(String beginning) throws InterruptedException {
      while (true) {
        String next = heard.poll(20, TimeUnit.SECONDS);
        assertThat(next).as(beginning).isNotNull();
        if (next.startsWith(beginning)) {
          return next;
        }
      }
    }
  }
}
