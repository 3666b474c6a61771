package dev.madang.compare;

import dev.madang.wire.Printable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `madang compare`: measures a server, prints what it finds and writes reports. Blocks the thread
/// that runs it.
public final class Compare {
  /// What was asked for.
  ///
  /// @param lanes words of [Kind]
  /// @param workloads their names
  /// @param seconds how long a workload lasts that runs on all lanes together
  /// @param deadline milliseconds after which an answer is late, or 0: each workload's own
  /// @param invitation a token, or null
  /// @param json and the other three: files to write, or null; `-` is standard output, and then the
  ///   table is not printed
  /// @param lab the network that was made for it, or null
  /// @param keep whether the server keeps the report
  /// @param attach beside which result it keeps it, as `ID.KEY`, or null for one of its own
  public record Options(
      List<String> lanes,
      List<String> workloads,
      double seconds,
      int deadline,
      @Nullable String invitation,
      @Nullable Path json,
      @Nullable Path csv,
      @Nullable Path markdown,
      @Nullable Path html,
      boolean korean,
      @Nullable Map<String, Object> lab,
      boolean keep,
      @Nullable String attach) {
    public Options {
      lanes.forEach(Kind::named);
      workloads.forEach(Workload::named);
      if (!(seconds > 0) || seconds > 600) {
        throw new IllegalArgumentException("--duration is between 1s and 10m.");
      } else if (deadline < 0 || deadline > 60_000) {
        throw new IllegalArgumentException("--deadline is at most 1m.");
      } else if (attach != null && !attach.matches("[\\w-]{22}\\.[\\w-]{22}")) {
        throw new IllegalArgumentException(
            "--attach is what the page of a kept result says, ID.KEY.");
      }
    }

    List<Kind> kinds() {
      return lanes.isEmpty()
          ? List.of(Kind.values())
          : List.of(Kind.values()).stream().filter(each -> lanes.contains(each.word())).toList();
    }

    List<Workload> chosen() {
      return Workload.ALL.stream()
          .filter(each -> workloads.isEmpty() || workloads.contains(each.name()))
          .map(each -> deadline == 0 ? each : each.withDeadline(deadline))
          .toList();
    }

    boolean quiet() {
      return List.of(json == null ? NONE : json, csv == null ? NONE : csv).contains(Path.of("-"));
    }

    private static final Path NONE = Path.of("");
  }

  private final Options options;
  private final String version;
  private final PrintStream out;
  private final PrintStream progress;
  private final boolean terminal;

  /// @param out for the result
  /// @param progress for what happens meanwhile
  /// @param terminal whether that is a terminal, on which a table can be drawn again in place
  public Compare(
      Options options, String version, PrintStream out, PrintStream progress, boolean terminal) {
    this.options = options;
    this.version = version;
    this.out = out;
    this.progress = progress;
    this.terminal = terminal;
  }

  /// Measures; Ctrl-C ends it early with what there is until then, marked so.
  ///
  /// @throws IOException with a sentence when nothing can be measured
  public void measure(URI server) throws IOException, InterruptedException {
    String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    try (Lanes lanes = new Lanes(server, options.invitation());
        LiveTable table = new LiveTable(progress, terminal, options.korean())) {
      Run run =
          new Run(
              lanes,
              options.kinds(),
              options.chosen(),
              options.seconds(),
              options.lab() != null,
              table);
      try (Interrupt _ = new Interrupt(run::stop)) {
        List<Figures> figures = run.measure();
        table.end();
        Report report =
            new Report(
                version,
                server.toString(),
                at,
                run.stopped() ? Math.max(LEAST, rounded(run.lasted())) : options.seconds(),
                run.stopped(),
                options.lab(),
                figures);
        publish(report);
        if (options.keep() && !run.stopped()) {
          String link = lanes.keep(report.json(), options.attach());
          // The server's words, and a terminal's eyes.
          progress.println((options.korean() ? "저장했어요: " : "Kept: ") + Printable.of(link));
        }
      }
    }
  }

  private void publish(Report report) throws IOException {
    boolean korean = options.korean();
    Busy busy = report.busy();
    if (!options.quiet()) {
      out.println();
      out.print(report.text(korean));
    } else if (busy != null) {
      progress.println(busy.sentence(korean));
    }
    write(options.json(), report.json());
    write(options.csv(), report.csv());
    write(options.markdown(), report.markdown(korean));
    write(options.html(), report.html(korean));
    out.flush();
  }

  private void write(@Nullable Path file, String text) throws IOException {
    if (file == null) {
      return;
    } else if (file.equals(Path.of("-"))) {
      out.print(text);
    } else {
      java.nio.file.Files.writeString(file, text);
      progress.println("Wrote " + file);
    }
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 100) / 100.0;
  }

  /** Seconds of what was stopped before its first message: none, but more than nothing. */
  private static final double LEAST = 0.01;
}
