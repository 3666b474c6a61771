package dev.madang.bench.turn;

import dev.madang.net.Loop;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Offers the same load to several TURN servers in turn and divides what they relayed by the CPU
/// time they took (utime and stime of /proc/PID/stat, all threads). Every packet goes client →
/// server → peer → server → client and is counted where it arrives.
///
/// The generator sends each datagram alone and receives each alone: what a server joins, it joins
/// by itself.
public final class TurnBench {
  private final Map<String, List<String>> servers = new LinkedHashMap<>();
  private final List<Scenario> scenarios = new ArrayList<>(SCENARIOS);
  private final Loop loop = Loop.start("generator", Loop.Way.CHANNELS);
  private int runs = 3;
  private int window = 4;
  private int warm = 6;
  private Path out = Path.of("target/bench");

  /// @param burst packets a client sends at once
  /// @param periodMillis between two bursts of one client; 0: no pace, the burst stays in flight
  private record Scenario(
      String name, String what, int clients, int burst, int bytes, int periodMillis) {}

  private record Server(String name, Process process, int port) {}

  private record Window(double packets, double cpuSeconds, double seconds, double lost) {
    double perCpuSecond() {
      return packets / cpuSeconds;
    }
  }

  private TurnBench() throws IOException {}

  public static void main(String[] arguments) throws Exception {
    TurnBench bench = new TurnBench();
    bench.read(arguments);
    bench.run();
    System.exit(0);
  }

  private void read(String[] arguments) {
    List<String> only = null;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--runs" -> runs = Integer.parseInt(arguments[++i]);
        case "--window" -> window = Integer.parseInt(arguments[++i]);
        case "--warm" -> warm = Integer.parseInt(arguments[++i]);
        case "--out" -> out = Path.of(arguments[++i]);
        case "--servers" -> only = Arrays.asList(arguments[++i].split(","));
        case "--scenarios" -> {
          List<String> names = Arrays.asList(arguments[++i].split(","));
          scenarios.removeIf(scenario -> !names.contains(scenario.name));
        }
        case "--server" -> {
          int end = Arrays.asList(arguments).subList(i, arguments.length).indexOf(";") + i;
          servers.put(arguments[i + 1], List.of(arguments).subList(i + 2, end));
          i = end;
        }
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    if (only != null) {
      servers.keySet().retainAll(only);
    }
  }

  private void run() throws Exception {
    List<Server> started = new ArrayList<>();
    Map<String, List<Window>> results = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, List<String>> each : servers.entrySet()) {
        started.add(start(each.getKey(), each.getValue()));
      }
      for (Server server : started) {
        for (Scenario scenario : scenarios) {
          measure(server, scenario, Math.max(1, warm * 1000 / scenarios.size()));
        }
      }
      for (int run = 0; run < runs; run++) {
        for (Scenario scenario : scenarios) {
          for (Server server : started) {
            Window result = measure(server, scenario, window * 1000);
            results
                .computeIfAbsent(scenario.name + " " + server.name, _ -> new ArrayList<>())
                .add(result);
            System.out.printf(
                Locale.ROOT,
                "%s %s: %.0f packets per CPU second, %.0f/s, %.2f %% lost%n",
                scenario.name,
                server.name,
                result.perCpuSecond(),
                result.packets / result.seconds,
                100 * result.lost);
          }
        }
      }
    } finally {
      started.forEach(server -> server.process.destroy());
    }
    String table = table(results);
    Files.createDirectories(out);
    Files.writeString(out.resolve("turn.md"), table);
    System.out.print("\n" + table);
  }

  private Server start(String name, List<String> command) throws Exception {
    int port;
    // coturn takes the number for TCP as well.
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> filled =
        command.stream().map(word -> word.equals("PORT") ? "" + port : word).toList();
    Process process =
        new ProcessBuilder(filled)
            .redirectErrorStream(true)
            .redirectOutput(new File(out.toFile(), name + ".log"))
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return new Server(name, process, port);
  }

  private Window measure(Server server, Scenario scenario, int millis) throws Exception {
    List<Caller> callers =
        loop.ask(() -> {
          List<Caller> all = new ArrayList<>();
          for (int i = 0; i < scenario.clients; i++) {
            all.add(new Caller(loop, server.port));
          }
          return all;
        });
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!loop.ask(() -> callers.stream().allMatch(caller -> caller.ready))) {
      if (System.nanoTime() - patience > 0) {
        throw new IOException(server.name + " does not give every client its allocation");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    Pace pace = loop.ask(() -> new Pace(loop, callers, scenario));
    TimeUnit.MILLISECONDS.sleep(300);
    long[] before = loop.ask(() -> counts(callers));
    double cpuBefore = cpu(server.process);
    long start = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(millis);
    long[] after = loop.ask(() -> counts(callers));
    double cpu = cpu(server.process) - cpuBefore;
    double seconds = (System.nanoTime() - start) / 1e9;
    loop.ask(() -> {
      pace.stop();
      callers.forEach(Caller::close);
      return true;
    });
    while (!loop.ask(() -> callers.stream().allMatch(Caller::isClosed))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    double relayed = after[1] - before[1] + after[2] - before[2];
    double sent = after[0] - before[0];
    return new Window(relayed, cpu, seconds, Math.max(0, 1 - (after[2] - before[2]) / sent));
  }

  private static long[] counts(List<Caller> callers) {
    long[] counts = new long[3];
    for (Caller caller : callers) {
      counts[0] += caller.sent;
      counts[1] += caller.echoed;
      counts[2] += caller.returned;
    }
    return counts;
  }

  /// Spreads the clients' bursts evenly over the period. On the loop.
  private static final class Pace {
    private final Loop loop;
    private final List<Caller> callers;
    private final Scenario scenario;
    private final dev.madang.net.Timer timer;
    private final long start;
    private long bursts;

    Pace(Loop loop, List<Caller> callers, Scenario scenario) {
      this.loop = loop;
      this.callers = callers;
      this.scenario = scenario;
      timer = loop.timer(this::due);
      start = loop.now();
      if (scenario.periodMillis == 0) {
        callers.forEach(caller -> caller.window(scenario.burst, scenario.bytes));
      } else {
        due();
      }
    }

    private void due() {
      long now = loop.now();
      long wanted = (now - start) * callers.size() / (scenario.periodMillis * 1_000_000L);
      // A generator that was held up does not make up for it by a flood.
      bursts = Math.max(bursts, wanted - callers.size());
      while (bursts < wanted) {
        callers.get((int) (bursts++ % callers.size())).send(scenario.burst, scenario.bytes);
      }
      timer.at(now + 1_000_000);
    }

    void stop() {
      timer.cancel();
      callers.forEach(caller -> caller.window(0, 0));
    }
  }

  /// utime + stime, in seconds.
  private static double cpu(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  private String table(Map<String, List<Window>> results) {
    StringBuilder table =
        new StringBuilder(
            "| load | coturn: packets per CPU second | Madang | Madang / coturn |\n"
                + "| --- | --- | --- | --- |\n");
    for (Scenario scenario : scenarios) {
      String[] cells = {"-", "-"};
      int column = 0;
      for (String server : List.of("coturn", "madang")) {
        List<Window> windows = results.getOrDefault(scenario.name + " " + server, List.of());
        double[] sorted = windows.stream().mapToDouble(Window::perCpuSecond).sorted().toArray();
        if (sorted.length > 0) {
          cells[column] =
              String.format(
                  Locale.ROOT,
                  "%.0f [%.0f..%.0f]",
                  sorted[sorted.length / 2],
                  sorted[0],
                  sorted[sorted.length - 1]);
        }
        column++;
      }
      table.append(
          String.format(
              Locale.ROOT,
              "| %s: %s | %s | %s | %.2f |%n",
              scenario.name,
              scenario.what,
              cells[0],
              cells[1],
              ratio(results, scenario)));
    }
    return table.toString();
  }

  /// The median of the ratios of neighbouring windows: what disturbed one disturbed the other.
  private static double ratio(Map<String, List<Window>> results, Scenario scenario) {
    List<Window> theirs = results.getOrDefault(scenario.name + " coturn", List.of());
    List<Window> ours = results.getOrDefault(scenario.name + " madang", List.of());
    double[] ratios = new double[Math.min(theirs.size(), ours.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours.get(i).perCpuSecond() / theirs.get(i).perCpuSecond();
    }
    Arrays.sort(ratios);
    return ratios.length == 0 ? Double.NaN : ratios[ratios.length / 2];
  }

  private static final double TICKS = 100;
  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario(
              "audio", "200 clients, one packet of 160 B every 20 ms each", 200, 1, 160, 20),
          new Scenario(
              "video", "60 clients, 8 packets of 1100 B every 33 ms each", 60, 8, 1100, 33),
          new Scenario(
              "flood", "10 clients, 16 packets of 1100 B always in flight", 10, 16, 1100, 0));
}
