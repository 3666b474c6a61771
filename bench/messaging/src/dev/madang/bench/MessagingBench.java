package dev.madang.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Measures what a message costs each server: its own CPU time, read from /proc, over a steady
/// window, divided by the units of work done in it. Peers take turns, so that a noisy minute hurts
/// all alike.
public final class MessagingBench {

  private final Options options;
  private final Path log;
  private final Map<Scenario, Map<String, List<Double>>> results = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  private MessagingBench(Options options) {
    this.options = options;
    this.log = options.out().resolve("servers.log");
  }

  /// Arguments: see `bench/messaging/run --help`, which gives each.
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options = Options.read(args);
    Files.createDirectories(options.out());
    MessagingBench bench = new MessagingBench(options);
    bench.run();
    Report report = new Report(bench.results, options);
    Files.writeString(options.out().resolve("messaging.md"), report.markdown());
    Files.writeString(options.out().resolve("messaging.json"), report.json());
    System.out.println();
    System.out.print(report.markdown());
    bench.failures.forEach(failure -> System.out.println("not counted: " + failure));
    // Netty's threads of a crowd that was closed late do not hold the result back.
    System.exit(0);
  }

  private void run() throws IOException, InterruptedException {
    for (int run = 1; run <= options.runs(); run++) {
      for (Peer peer : options.peers()) {
        for (Scenario scenario : options.scenarios()) {
          if (scenario == Scenario.POLLING && peer.polling() == Peer.Polling.NONE) {
            continue;
          }
          double value;
          try {
            value = measure(peer, scenario);
          } catch (IOException failed) {
            // A peer that fails is a result too, and not the end of the others.
            failures.add("run " + run + ", " + scenario.key() + ": " + failed.getMessage());
            System.out.println(
                "run " + run + "/" + options.runs() + "  failed: " + failed.getMessage());
            continue;
          }
          results
              .computeIfAbsent(scenario, _ -> new LinkedHashMap<>())
              .computeIfAbsent(peer.name(), _ -> new ArrayList<>())
              .add(value);
          System.out.printf(
              "run %d/%d  %-15s %-10s %8.2f %s%n",
              run, options.runs(), peer.name(), scenario.key(), value, scenario.unit());
        }
      }
    }
  }

  /// A server of its own for each scenario: none inherits another's garbage or compiled code.
  private double measure(Peer peer, Scenario scenario) throws IOException, InterruptedException {
    try (RunningServer server = RunningServer.start(peer, log);
        Crowd crowd =
            scenario == Scenario.POLLING
                ? new PollingCrowd(peer.polling() == Peer.Polling.ONE_REQUEST)
                : new WebSocketCrowd()) {
      connect(crowd, server, options.clients());
      double value =
          switch (scenario) {
            case ECHO, POLLING -> {
              crowd.echo(options.inFlight());
              yield perUnit(server, crowd, scenario);
            }
            case BROADCAST -> {
              crowd.broadcast();
              yield perUnit(server, crowd, scenario);
            }
            case IDLE -> perConnection(server, crowd);
          };
      crowd.rest();
      if (crowd.lost() > 0) {
        throw new IOException(
            peer.name() + " lost " + crowd.lost() + " connections in " + scenario.key());
      }
      return value;
    }
  }

  private static void connect(Crowd crowd, RunningServer server, int count)
      throws IOException, InterruptedException {
    CountDownLatch connected = new CountDownLatch(count);
    crowd.connect(server.address(), count, connected);
    if (!connected.await(60, TimeUnit.SECONDS)) {
      throw new IOException(
          "only " + (count - connected.getCount()) + " of " + count + " clients stand");
    }
  }

  /// What one more connection costs: the first of them pay for code and buffers that all share.
  private double perConnection(RunningServer server, Crowd crowd)
      throws IOException, InterruptedException {
    Thread.sleep(IDLE_SETTLES_MILLIS);
    double before = server.residentKib();
    int more = options.idle() - options.clients();
    connect(crowd, server, more);
    Thread.sleep(IDLE_SETTLES_MILLIS);
    return (server.residentKib() - before) / more;
  }

  private double perUnit(RunningServer server, Crowd crowd, Scenario scenario)
      throws IOException, InterruptedException {
    Thread.sleep(options.warmMillis());
    // On a busy machine that may be too short for a compiler: what counts is work behind it.
    long limit = System.nanoTime() + WARM_LIMIT_NANOS;
    while (crowd.done() < scenario.warmUnits() && System.nanoTime() - limit < 0) {
      Thread.sleep(100);
    }
    long done = crowd.done();
    double cpu = server.cpuMicros();
    Thread.sleep(options.windowMillis());
    double spent = server.cpuMicros() - cpu;
    long units = crowd.done() - done;
    if (units == 0) {
      throw new IOException("nothing was done in the window");
    }
    return spent / units;
  }

  private static final long WARM_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long IDLE_SETTLES_MILLIS = 3_000;
}
