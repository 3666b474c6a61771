package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One measurement: every workload over every lane. Runs on the thread that calls it; another may
/// [#stop] it, which leaves what was measured until then.
final class Run {
  /// Hears how far it is, on the thread of the run.
  interface Progress {
    void begins(Workload workload, @Nullable Kind lane, double seconds);

    /// A lane stands, and what it does is counted there.
    void counts(Kind lane, Tally tally);

    void measured(Figures figures);
  }

  private final Lanes lanes;
  private final List<Kind> kinds;
  private final List<Workload> workloads;
  private final double seconds;
  private final boolean alone;
  private final Progress progress;
  private final List<Figures> measured = new ArrayList<>();
  private volatile long begun = System.nanoTime();
  private volatile boolean stopped;
  private volatile double lasted;

  /// @param seconds how long a workload lasts that is run on all lanes together; one that is run in
  ///   turn lasts a quarter of it on each
  /// @param alone whether nothing else passes the interface to the server, so that bytes are its
  ///   own
  Run(
      Lanes lanes,
      List<Kind> kinds,
      List<Workload> workloads,
      double seconds,
      boolean alone,
      Progress progress) {
    this.lanes = lanes;
    this.kinds = kinds;
    this.workloads = workloads;
    this.seconds = seconds;
    this.alone = alone;
    this.progress = progress;
  }

  /// From any thread: goes on to the end of nothing more.
  void stop() {
    if (!stopped) {
      lasted = Math.max(0, (System.nanoTime() - begun) / 1e9);
      stopped = true;
    }
  }

  /// Seconds that were measured of what was being measured when it was stopped.
  double lasted() {
    return lasted;
  }

  boolean stopped() {
    return stopped;
  }

  List<Figures> measure() throws InterruptedException {
    for (Workload workload : workloads) {
      if (stopped) {
        break;
      }
      switch (workload.shape()) {
        case TOGETHER -> together(workload);
        case IN_TURN, BULK, LOADED, CONNECT -> inTurn(workload);
      }
    }
    return List.copyOf(measured);
  }

  private void begins(Workload workload, @Nullable Kind lane, double lasting) {
    begun = System.nanoTime();
    progress.begins(workload, lane, lasting);
  }

  private void tell(Figures figures) {
    measured.add(figures);
    progress.measured(figures);
  }

  // ---- all lanes at once ------------------------------------------------------------------------

  /// A lane that stands, and what is counted on it.
  private record Open(Kind kind, Lane lane, Tally tally) {}

  private void together(Workload workload) throws InterruptedException {
    begins(workload, null, seconds);
    List<Open> all = new ArrayList<>();
    try {
      open(workload, all);
      all.forEach(each -> progress.counts(each.kind, each.tally));
      send(workload, all, seconds);
      for (Open each : all) {
        settle(each.tally, each.kind, each.lane);
      }
    } finally {
      all.forEach(each -> close(each.lane));
    }
    for (Open each : all) {
      Series series = each.tally.series(warm(workload) * workload.burst());
      tell(Figures.of(workload, each.kind, series));
    }
  }

  /// All at once: one after the other would take long where the way is long.
  private void open(Workload workload, List<Open> to) throws InterruptedException {
    Map<Kind, Future<Open>> opening = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Kind kind : kinds) {
        Tally tally = new Tally(workload);
        opening.put(kind, threads.submit(() -> new Open(kind, lanes.open(kind, tally), tally)));
      }
    }
    for (Map.Entry<Kind, Future<Open>> each : opening.entrySet()) {
      try {
        to.add(each.getValue().get());
      } catch (ExecutionException refused) {
        tell(Figures.failed(workload, each.getKey(), Lanes.reason(refused)));
      }
    }
  }

  /// Each lane has its place within the interval: at one distance from the next, none before all
  /// others, and one interval after its message before.
  private void send(Workload workload, List<Open> all, double lasting) {
    if (all.isEmpty()) {
      return;
    }
    long start = System.nanoTime() + LEAD;
    long step = workload.interval() / all.size();
    long rounds = warm(workload) + Math.round(lasting * 1e9 / workload.interval());
    begun = start + warm(workload) * workload.interval();
    for (long round = 0; round < rounds && !stopped; round++) {
      for (int i = 0; i < all.size(); i++) {
        Open next = all.get(i);
        waitUntil(start + round * workload.interval() + i * step);
        for (int n = 0; n < workload.burst(); n++) {
          next.lane.send(next.tally.next(Probe.ECHO, System.nanoTime()));
        }
      }
    }
  }

  // ---- one lane after the other -----------------------------------------------------------------

  private void inTurn(Workload workload) throws InterruptedException {
    for (Kind kind : kinds) {
      if (stopped) {
        return;
      } else if (!kind.carries(workload)) {
        continue;
      }
      begins(workload, kind, seconds / 4);
      try {
        tell(
            switch (workload.shape()) {
              case IN_TURN, TOGETHER -> steady(workload, kind);
              case BULK -> bulk(workload, kind);
              case LOADED -> loaded(workload, kind);
              case CONNECT -> connect(workload, kind);
            });
      } catch (IOException | RuntimeException refused) {
        tell(Figures.failed(workload, kind, Lanes.reason(refused)));
      }
    }
  }

  private Figures steady(Workload workload, Kind kind) throws IOException, InterruptedException {
    Tally tally = new Tally(workload);
    try (Lane lane = lanes.open(kind, tally)) {
      progress.counts(kind, tally);
      Wire wire = alone ? Wire.of(lanes.from()) : Wire.UNKNOWN;
      long worked = lanes.processor();
      long bytes = wire.bytes();
      send(workload, List.of(new Open(kind, lane, tally)), seconds / 4);
      settle(tally, kind, lane);
      long passed = wire.bytes() - bytes;
      long working = lanes.processor() - worked;
      int messages = tally.sent();
      Series series = tally.series(warm(workload) * workload.burst());
      double payload = (double) messages * workload.size() + series.bytes();
      return Figures.of(workload, kind, series)
          .withCost(
              worked < 0 ? null : working * 1000.0 / messages,
              bytes < 0 || passed < payload ? null : passed / payload);
    }
  }

  private Figures bulk(Workload workload, Kind kind) throws IOException, InterruptedException {
    Tally tally = new Tally(workload);
    try (Lane lane = lanes.open(kind, tally)) {
      progress.counts(kind, tally);
      flow(kind, lane, tally, FILE, UNPACED, seconds * 2);
      return throughput(Figures.of(workload, kind, tally.series(0)), tally, workload);
    }
  }

  private static Figures throughput(Figures figures, Tally tally, Workload workload) {
    Double took = tally.series(0).seconds();
    double bits = 8.0 * workload.size() * tally.heard();
    return took == null || took == 0 ? figures : figures.withThroughput(bits / took / 1e6);
  }

  /// Sends as fast as acknowledgements come, with a window in between, but not faster than so many
  /// bits a second.
  private void flow(Kind kind, Lane lane, Tally tally, long bytes, double rate, double lasting)
      throws InterruptedException {
    long begun = System.nanoTime();
    long until = begun + (long) (lasting * 1e9);
    int size = Workload.FILE.size();
    int givenUp = 0;
    while (!stopped
        && !lane.broken()
        && (long) tally.sent() * size < bytes
        && until - System.nanoTime() > 0) {
      if (tally.room(WINDOW, givenUp, LOST_AFTER)) {
        waitUntil(begun + (long) (tally.sent() * 8e9 * size / rate));
        lane.send(tally.next(Probe.ACKNOWLEDGE, System.nanoTime()));
      } else {
        // On a lane that loses: what has not come back until now will not.
        givenUp = tally.sent() - tally.heard();
      }
    }
    settle(tally, kind, lane);
  }

  /// What does not give messages up brings them for as long as it stands, though it may be silent
  /// for seconds before: a timeout of TCP is twice as long each time.
  private void settle(Tally tally, Kind kind, Lane lane) throws InterruptedException {
    tally.settle(kind.isReliable() && !stopped ? LATE_STRAGGLERS : STRAGGLERS, lane::broken);
  }

  private Figures loaded(Workload workload, Kind kind) throws IOException, InterruptedException {
    Tally cursor = new Tally(workload);
    Tally file = new Tally(Workload.FILE);
    Lane.Listener both =
        (bytes, offset, length, now) -> {
          cursor.answer(bytes, offset, length, now);
          file.answer(bytes, offset, length, now);
        };
    CountDownLatch done = new CountDownLatch(1);
    try (Lane lane = new Shared(lanes.open(kind, both))) {
      progress.counts(kind, cursor);
      Thread.ofPlatform()
          .daemon()
          .name("compare-file")
          .start(() -> {
            try {
              flow(kind, lane, file, Long.MAX_VALUE, LOAD, seconds / 4);
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            } finally {
              done.countDown();
            }
          });
      send(workload, List.of(new Open(kind, lane, cursor)), seconds / 4);
      done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      settle(cursor, kind, lane);
    }
    return throughput(
        Figures.of(workload, kind, cursor.series(warm(workload) * workload.burst())).withRpm(),
        file,
        Workload.FILE);
  }

  private Figures connect(Workload workload, Kind kind) throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < CONNECTS && !stopped; i++) {
      Tally tally = new Tally(workload);
      long begun = System.nanoTime();
      try (Lane lane = lanes.open(kind, tally)) {
        lane.send(tally.next(Probe.ECHO, begun));
        // What is given up is not sent again by itself, and what comes before the far end is ready
        // is:
        // the next goes out, as a voice's would.
        for (int more = 0; !kind.isReliable() && more < MORE; more++) {
          if (tally.room(1, more, BEAT)) {
            break;
          }
          lane.send(tally.next(Probe.ECHO, System.nanoTime()));
        }
        if (tally.heard() == 0) {
          settle(tally, kind, lane);
        }
      }
      Arrays.stream(tally.series(0).heardAt())
          .filter(at -> at >= 0)
          .min()
          .ifPresent(first -> times.add((first - begun) / 1e6));
    }
    if (times.isEmpty()) {
      return Figures.failed(workload, kind, "no answer came");
    }
    List<Double> sorted = times.stream().sorted().toList();
    return Figures.of(workload, kind, new Series(new long[0], new long[0], 0))
        .withSetup(sorted.get(sorted.size() / 2));
  }

  private static void close(Lane lane) {
    try {
      lane.close();
    } catch (IOException _) {
      // It was of no use any more.
    }
  }

  /// Rounds that are not counted, since the first messages wait for compilers: half a second, and
  /// none where there are few.
  private static int warm(Workload workload) {
    return workload.perSecond() < 10 ? 0 : workload.perSecond() / 2 / workload.burst();
  }

  private static void waitUntil(long time) {
    long left = time - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = time - System.nanoTime();
    }
  }

  /// A lane on which two threads send: a message may be several writes.
  private record Shared(Lane lane) implements Lane {
    @Override
    public synchronized void send(byte[] message) {
      lane.send(message);
    }

    @Override
    public boolean broken() {
      return lane.broken();
    }

    @Override
    public void close() throws IOException {
      lane.close();
    }
  }

  private static final long LEAD = 20_000_000;
  private static final long STRAGGLERS = 1_000_000_000;
  private static final long LATE_STRAGGLERS = 10_000_000_000L;
  private static final long LOST_AFTER = 500_000_000;
  private static final long FILE = 10_000_000;
  private static final double UNPACED = 1e12;

  /// Bits a second: what fills most lines, and no grant in a second.
  private static final double LOAD = 100e6;

  private static final int WINDOW = 64;
  private static final int CONNECTS = 3;
  private static final int MORE = 50;
  private static final long BEAT = 20_000_000;
  private static final int PATIENCE_SECONDS = 30;
}
