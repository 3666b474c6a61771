package dev.madang.compare;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How far a measurement is: on a terminal a table of what each lane has done so far, drawn again
/// in its place some times a second; elsewhere a line for each step.
final class LiveTable implements Run.Progress, AutoCloseable {
  private final PrintStream to;
  private final boolean terminal;
  private final boolean korean;
  private final Map<Kind, Tally> tallies = new LinkedHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Workload workload;
  private String lane = "";
  private double seconds;
  private long begun;
  private int drawn;

  /// @param terminal whether `to` is one
  LiveTable(PrintStream to, boolean terminal, boolean korean) {
    this.to = to;
    this.terminal = terminal;
    this.korean = korean;
    if (terminal) {
      Thread.ofPlatform().daemon().name("compare-table").start(this::draw);
    }
  }

  @Override
  public synchronized void begins(Workload next, @Nullable Kind on, double lasting) {
    if (!next.equals(workload)) {
      tallies.clear();
    }
    workload = next;
    lane = on == null ? "" : ": " + Words.lane(on, korean);
    seconds = lasting;
    begun = System.nanoTime();
    if (!terminal) {
      to.printf(
          "  · %s%s%n",
          Words.workload(next, korean), on == null ? " (%.0f s)".formatted(lasting) : lane);
    }
  }

  @Override
  public synchronized void counts(Kind on, Tally tally) {
    tallies.put(on, tally);
    begun = System.nanoTime();
  }

  @Override
  public synchronized void measured(Figures figures) {
    if (figures.failure() != null) {
      to.print(erased());
      to.printf("    %s: %s%n", Words.lane(figures.lane(), korean), figures.failure());
    }
  }

  private void draw() {
    try {
      do {
        synchronized (this) {
          if (closed.getCount() > 0) {
            String table = table();
            to.print(erased() + NO_WRAP + table + WRAP);
            to.flush();
            drawn = (int) table.chars().filter(each -> each == '\n').count();
          }
        }
      } while (!closed.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private String table() {
    Workload now = workload;
    if (now == null) {
      return "";
    }
    long time = System.nanoTime();
    Map<Kind, Tally.SoFar> lanes = new LinkedHashMap<>();
    tallies.forEach((kind, tally) -> lanes.put(kind, tally.soFar(time, kind.isReliable())));
    String title =
        lane.isEmpty() && !tallies.isEmpty()
            ? " %.0f/%.0f s".formatted(Math.min(seconds, (time - begun) / 1e9), seconds)
            : lane + " …";
    String name = Words.workload(now, korean) + title;
    return lanes.isEmpty() ? name + "\n" : Table.soFar(now, name, lanes, korean).text();
  }

  /// What takes the table away again; the cursor stands below it.
  private String erased() {
    String erased = drawn == 0 ? "" : "\r\033[%dA\033[J".formatted(drawn);
    drawn = 0;
    return erased;
  }

  @Override
  public void close() {
    end();
  }

  /// Nothing is drawn any more, and what was is gone: the figures themselves follow.
  synchronized void end() {
    closed.countDown();
    to.print(erased());
    to.flush();
  }

  private static final int EVERY_MILLIS = 250;
  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";
}
