package dev.madang.load;

import com.sun.management.OperatingSystemMXBean;
import dev.madang.net.UdpOptions;
import dev.madang.protocol.sdp.Kind;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Clients;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One measurement: publishers come and send a moment; nothing being sent, receivers come; then all
/// is sent, for a while unseen and for a while counted. A thread that may wait.
final class Run implements AutoCloseable {
  private record Sending(
      Endpoint endpoint, Endpoint.Begun begun, ClientSession session, Publisher publisher) {}

  private record Receiving(
      Endpoint endpoint,
      Endpoint.Begun begun,
      ClientSession session,
      Receiver receiver,
      int publisher) {}

  private final Plan plan;
  private final Consumer<String> progress;
  private final ServerProcess server;
  private final Window window = new Window();
  private final SplittableRandom random = new SplittableRandom(1);
  private final HttpClient web =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final Clients senders;
  private final Clients receivers;
  private final ExecutorService joining = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Sending> sending = new ArrayList<>();
  private final List<Receiving> receiving = new ArrayList<>();
  private final Thread pump = Thread.ofPlatform().name("pump").daemon().unstarted(this::pump);
  private final AtomicBoolean slowed = new AtomicBoolean();
  private volatile boolean over;

  /// @param progress told in a sentence what happens now
  Run(Plan plan, Consumer<String> progress) throws IOException {
    this.plan = plan;
    this.progress = progress;
    server = new ServerProcess(plan.pids());
    UdpOptions usual = UdpOptions.defaults();
    UdpOptions options =
        new UdpOptions(false, usual.receiveBytes(), usual.sendBytes(), plan.coalesce());
    senders = new Clients(1, null, options);
    receivers = new Clients(plan.threads(), null, options);
  }

  Result measure() throws IOException, InterruptedException, ExecutionException {
    publish();
    pump.start();
    send(true);
    Thread.sleep(1000);
    send(false);
    boolean known = !plan.pids().isEmpty();
    long memoryBefore = known ? server.resident() : 0;
    for (int i = 0; i < plan.rehearsals(); i++) {
      progress.accept("receivers come and go, " + (i + 1) + " of " + plan.rehearsals());
      join();
      leave();
    }
    progress.accept(plan.receivers() + " receivers come");
    long cpuBefore = known ? server.cpu() : 0;
    long joinedFrom = System.nanoTime();
    join();
    long joinedIn = System.nanoTime() - joinedFrom;
    long setUp = known ? server.cpu() - cpuBefore : 0;
    send(true);
    progress.accept("warming up for " + plan.warmUp().toSeconds() + " s");
    Thread.sleep(plan.warmUp());
    progress.accept("measuring for " + plan.duration().toSeconds() + " s");

    long cpuFrom = known ? server.cpu() : 0;
    long ownFrom = own();
    long idleFrom = ServerProcess.idle();
    long from = System.nanoTime();
    window.open(from, plan.duration().toNanos());
    Thread.sleep(plan.duration());
    long nanos = System.nanoTime() - from;
    long cpu = known ? server.cpu() - cpuFrom : 0;
    double generator = (double) (own() - ownFrom) / nanos;
    double idle = (double) (ServerProcess.idle() - idleFrom) / nanos / cores();
    // What was sent at the end of the window may still come, and come again.
    Thread.sleep(STRAGGLERS);
    long memory = known ? server.resident() : 0;
    return result(nanos, known, cpu, memory, memoryBefore, setUp, joinedIn, generator, idle);
  }

  private Result result(
      long nanos,
      boolean known,
      long cpu,
      long memory,
      long memoryBefore,
      long setUp,
      long joinedIn,
      double generator,
      double idle)
      throws InterruptedException {
    List<String> ended = new ArrayList<>();
    long sent = 0;
    long asked = 0;
    long[] sentBy = new long[sending.size()];
    for (int i = 0; i < sentBy.length; i++) {
      Publisher publisher = sending.get(i).publisher();
      ask(sending.get(i).session(), publisher::counted);
      sentBy[i] = publisher.counted();
      asked += publisher.keyframesAsked();
      sent += sentBy[i];
      note(ended, "publisher " + i, publisher.ended());
    }
    Tally all = new Tally();
    long expected = 0;
    long gaps = 0;
    for (Receiving each : receiving) {
      long missed =
          ask(
              each.session(),
              () -> {
                all.add(each.receiver().tally);
                return each.receiver().gaps();
              });
      gaps += missed;
      expected += sentBy.length == 0 ? 0 : sentBy[each.publisher()];
      note(ended, "receiver", each.receiver().ended());
    }
    int count = Math.max(1, receiving.size());
    return new Result(
        sending.size(),
        receiving.size(),
        plan.pattern().name().toLowerCase(Locale.ROOT),
        nanos / 1e9,
        sent,
        expected,
        all.delivered,
        expected - all.delivered,
        gaps,
        all.repaired,
        all.bytes * 8e3 / nanos,
        known ? (double) cpu / Math.max(1, all.delivered) : null,
        known ? (double) cpu / nanos : null,
        all.delays.at(0.5) / 1e6,
        all.delays.at(0.99) / 1e6,
        all.delays.at(0.999) / 1e6,
        known ? (memory - memoryBefore) / 1024.0 / count : null,
        known ? memory / 1048576.0 : null,
        known ? setUp / 1e6 / count : null,
        joinedIn / 1e9,
        generator,
        idle,
        asked,
        all.again,
        all.unstamped,
        all.strange,
        ended.stream().distinct().limit(5).toList());
  }

  private static void note(List<String> ended, String who, @Nullable String why) {
    if (why != null) {
      ended.add(who + ": " + why);
    }
  }

  /// What a session's loop answers; 0 when the session is over and nothing runs there any more.
  private static long ask(ClientSession session, Callable<Long> question)
      throws InterruptedException {
    long[] answer = new long[1];
    CountDownLatch answered = new CountDownLatch(1);
    session.tell(() -> {
      try {
        answer[0] = question.call();
      } catch (Exception impossible) {
        throw new IllegalStateException(impossible);
      }
      answered.countDown();
    });
    answered.await(PATIENCE, TimeUnit.SECONDS);
    return answer[0];
  }

  // ---- publishers -------------------------------------------------------------------------------

  private void publish() throws IOException, InterruptedException {
    progress.accept(plan.publishers() + " publishers come");
    for (int i = 0; i < plan.publishers(); i++) {
      Endpoint endpoint = new Endpoint(web, plan.whip(i), plan.token(), this::turnedAway);
      Publisher publisher = new Publisher(plan, window, random.split());
      ClientSession session = senders.open(endpoint.from(), false, publisher);
      Endpoint.Begun begun = endpoint.connect(session, publisher.offer(session));
      sending.add(new Sending(endpoint, begun, session, publisher));
      if (!publisher.awaitConnected(PATIENCE)) {
        throw new IOException(plan.whip(i) + ": " + reason(publisher.ended()));
      }
    }
  }

  private void send(boolean on) {
    sending.forEach(each -> each.publisher().sending(on));
    LockSupport.unpark(pump);
  }

  /// Wakes publishers when they have something to send: a thread that sleeps to the microsecond.
  private void pump() {
    while (!over) {
      long now = System.nanoTime();
      long next = now + LONGEST_REST;
      for (Sending each : sending) {
        long due = each.publisher().due();
        if (due == Long.MAX_VALUE) {
          continue;
        }
        if (due - now <= 0) {
          each.session().tell(() -> each.publisher().send(System.nanoTime()));
          // It says when it is due again only after it has sent.
          next = Math.min(next, now + SHORTEST_REST);
        } else {
          next = Math.min(next, due);
        }
      }
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  // ---- receivers --------------------------------------------------------------------------------

  private void join() throws IOException, InterruptedException, ExecutionException {
    Semaphore turn = new Semaphore(plan.joining());
    List<Future<Receiving>> coming = new ArrayList<>();
    for (int i = 0; i < plan.receivers(); i++) {
      int publisher = plan.publishers() == 0 ? 0 : i % plan.publishers();
      SplittableRandom own = random.split();
      turn.acquire();
      coming.add(
          joining.submit(() -> {
            try {
              return receive(publisher, own);
            } finally {
              turn.release();
            }
          }));
    }
    for (Future<Receiving> each : coming) {
      receiving.add(each.get());
    }
  }

  private Receiving receive(int publisher, SplittableRandom random)
      throws IOException, InterruptedException {
    Endpoint endpoint = new Endpoint(web, plan.whep(publisher), plan.token(), this::turnedAway);
    InetAddress from = endpoint.from();
    Receiver receiver = new Receiver(window, plan.loss(), random);
    ClientSession session = receivers.open(from, false, receiver);
    receiver.of(session);
    Endpoint.Begun begun =
        endpoint.connect(session, session.offerToReceive(List.of(Kind.AUDIO, Kind.VIDEO)));
    if (!receiver.awaitConnected(PATIENCE)) {
      throw new IOException(plan.whep(publisher) + ": " + reason(receiver.ended()));
    }
    return new Receiving(endpoint, begun, session, receiver, publisher);
  }

  /// Told once: who waits for minutes wants to know for whom.
  private void turnedAway() {
    if (!slowed.getAndSet(true)) {
      progress.accept(
          "the server answers 429: they come as fast as it lets them in (Madang:"
              + " --whip.posts.burst, --whip.posts.per-second)");
    }
  }

  private void leave() throws InterruptedException {
    List<Receiving> leaving = List.copyOf(receiving);
    receiving.clear();
    List<Future<?>> gone = new ArrayList<>();
    for (Receiving each : leaving) {
      gone.add(joining.submit(() -> end(each.endpoint(), each.begun(), each.session())));
    }
    for (Future<?> each : gone) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  private static void end(Endpoint endpoint, Endpoint.Begun begun, ClientSession session) {
    try {
      endpoint.end(begun);
    } catch (IOException _) {
      // The server is gone already.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    session.close();
  }

  private static String reason(@Nullable String ended) {
    return ended == null ? "no connection within " + PATIENCE + " s" : ended;
  }

  // ---- this process -----------------------------------------------------------------------------

  private static long own() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(pump);
    try {
      leave();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    sending.forEach(each -> end(each.endpoint(), each.begun(), each.session()));
    joining.close();
    senders.close();
    receivers.close();
    web.close();
  }

  private static final long PATIENCE = 40;
  private static final long STRAGGLERS = 500;
  private static final long LONGEST_REST = 100_000_000L;
  private static final long SHORTEST_REST = 100_000L;
}
