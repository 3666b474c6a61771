package dev.madang.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The figures of one workload as rows of words, for a terminal or for Markdown.
final class Table {
  private final Workload workload;
  private final String title;
  private final boolean korean;
  private final List<List<String>> rows = new ArrayList<>();

  /// What has to be said of it.
  private String note = "";

  /// Whether what is on the wire was counted.
  private boolean counted;

  private Table(Workload workload, String title, boolean korean) {
    this.workload = workload;
    this.title = title;
    this.korean = korean;
  }

  static Table of(Workload workload, List<Figures> figures, boolean korean) {
    Table table = new Table(workload, title(workload, korean), korean);
    List<Figures> own = figures.stream().filter(each -> each.workload().equals(workload)).toList();
    table.counted = own.stream().anyMatch(each -> each.wire() != null);
    if (workload.shape() == Workload.Shape.IN_TURN && !table.counted) {
      table.note =
          korean
              ? "전송량 비는 --lab에서만 세요. 다른 데서는 남의 트래픽도 섞여요."
              : "Bytes on the wire are counted by --lab alone: elsewhere others' would count, too.";
    }
    table.rows.add(table.headings());
    own.forEach(each -> table.rows.add(table.row(each)));
    return table;
  }

  /// Of figures that nobody measured; TCP is a model there.
  static Table simulated(Workload workload, List<Figures> figures, boolean korean) {
    Table table =
        new Table(
            workload, Words.of("simulation", korean) + " · " + title(workload, korean), korean);
    table.rows.add(table.headings());
    for (Figures each : figures) {
      List<String> row = new ArrayList<>(table.row(each));
      if (each.lane() == Kind.TCP) {
        row.set(0, row.getFirst() + " (" + Words.of("model", korean) + ")");
      }
      table.rows.add(row);
    }
    return table;
  }

  /// Of what is known while it is measured.
  static Table soFar(
      Workload workload, String title, Map<Kind, Tally.SoFar> lanes, boolean korean) {
    Table table = new Table(workload, title, korean);
    table.rows.add(
        Stream.of("lane", "received", "late", "lost", "p50", "p95")
            .map(word -> Words.of(word, korean))
            .toList());
    lanes.forEach((lane, each) ->
        table.rows.add(
            List.of(
                Words.lane(lane, korean),
                each.heard() + "/" + each.sent(),
                share(each.late(), each.sent()),
                share(each.lost(), each.sent()),
                each.heard() == 0 ? "–" : with(each.p50(), "%.1f ms"),
                each.heard() == 0 ? "–" : with(each.p95(), "%.1f ms"))));
    return table;
  }

  /// In one line, what the workload is.
  static String title(Workload workload, boolean korean) {
    String name = Words.workload(workload, korean);
    return switch (workload.shape()) {
      case TOGETHER, IN_TURN, LOADED ->
          korean
              ? "%s: %d B, 초당 %d개, %d ms를 넘으면 늦음"
                  .formatted(name, workload.size(), workload.perSecond(), workload.deadline())
              : "%s: %d B, %d/s, late after %d ms"
                  .formatted(name, workload.size(), workload.perSecond(), workload.deadline());
      case BULK -> name + ": 10 MB";
      case CONNECT -> korean ? name + ": 첫 응답까지" : name + ": until the first answer";
    };
  }

  private List<String> headings() {
    List<String> words =
        switch (workload.shape()) {
          case TOGETHER, IN_TURN, LOADED ->
              List.of("lane", "p50", "p95", "p99", "late", "lost", "jitter", "stall");
          case BULK -> List.of("lane", "throughput", "lost");
          case CONNECT -> List.of("lane", "set-up");
        };
    List<String> all = new ArrayList<>(words.stream().map(word -> Words.of(word, korean)).toList());
    switch (workload.shape()) {
      case IN_TURN -> {
        all.add(Words.of("server CPU", korean));
        if (counted) {
          all.add(Words.of("wire", korean));
        }
      }
      case LOADED -> all.add("RPM");
      case TOGETHER, BULK, CONNECT -> {}
    }
    return all;
  }

  private List<String> row(Figures each) {
    List<String> row = new ArrayList<>();
    row.add(Words.lane(each.lane(), korean));
    if (each.failure() != null) {
      row.add("— " + each.failure());
      return row;
    }
    switch (workload.shape()) {
      case BULK -> {
        row.add(with(each.mbps(), "%.0f Mb/s"));
        row.add(share(each.lost(), each.sent()));
      }
      case CONNECT -> row.add(with(each.setup(), "%.1f ms"));
      case TOGETHER, IN_TURN, LOADED -> {
        row.add(delay(each, each.p50()));
        row.add(delay(each, each.p95()));
        row.add(delay(each, each.p99()));
        row.add(share(each.late(), each.sent()));
        row.add(share(each.lost(), each.sent()));
        row.add(delay(each, each.jitter()));
        row.add(delay(each, each.stall()));
      }
    }
    switch (workload.shape()) {
      case IN_TURN -> {
        row.add(with(each.cpu(), "%.0f µs"));
        if (counted) {
          row.add(with(each.wire(), "%.2f"));
        }
      }
      case LOADED -> row.add(with(each.rpm(), "%.0f"));
      case TOGETHER, BULK, CONNECT -> {}
    }
    return row;
  }

  private static String delay(Figures of, double milliseconds) {
    return of.cdf().length == 0 ? "–" : String.format(Locale.ROOT, "%.1f ms", milliseconds);
  }

  private static String with(@Nullable Double value, String format) {
    return value == null ? "–" : String.format(Locale.ROOT, format, value);
  }

  private static String share(int of, int all) {
    return all == 0 || of == 0 ? "0" : String.format(Locale.ROOT, "%.1f %%", 100.0 * of / all);
  }

  String text() {
    int columns = rows.stream().filter(row -> row.size() > 2).mapToInt(List::size).max().orElse(2);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size() && (row.size() > 2 || i == 0 || columns == 2); i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder(title).append('\n');
    for (List<String> row : rows) {
      text.append("  ");
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        String space = " ".repeat(Math.max(0, widths[Math.min(i, columns - 1)] - width(cell)));
        text.append(i == 0 ? cell + space : "  " + (cell.startsWith("—") ? cell : space + cell));
      }
      text.append('\n');
    }
    return note.isEmpty() ? text.toString() : text.append("  " + note + "\n").toString();
  }

  /// Columns in a terminal: Korean letters take two.
  private static int width(String cell) {
    return cell.codePoints()
        .map(point -> point >= 0x1100 && point < 0xFFE7 && !isLatin(point) ? 2 : 1)
        .sum();
  }

  private static boolean isLatin(int point) {
    return point >= 0x2000 && point < 0x2E80;
  }

  String html() {
    StringBuilder text = new StringBuilder("<table>");
    String tag = "th";
    for (List<String> row : rows) {
      text.append("<tr>");
      for (String cell : row) {
        text.append('<').append(tag).append('>').append(Report.escaped(cell));
        text.append("</").append(tag).append('>');
      }
      text.append("</tr>");
      tag = "td";
    }
    text.append("</table>");
    return note.isEmpty()
        ? text.toString()
        : text.append("<p>").append(Report.escaped(note)).append("</p>").toString();
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    int columns = rows.getFirst().size();
    for (int r = 0; r < rows.size(); r++) {
      List<String> row = new ArrayList<>(rows.get(r));
      while (row.size() < columns) {
        row.add("");
      }
      text.append("| ");
      text.append(row.stream().map(Table::literal).collect(Collectors.joining(" | ")));
      text.append(" |\n");
      if (r == 0) {
        text.append("|---").append("|--:".repeat(columns - 1)).append("|\n");
      }
    }
    return note.isEmpty() ? text.toString() : text.append("\n" + note + "\n").toString();
  }

  /// As Markdown shows it, whoever wrote it: no markup, no link, no other column.
  static String literal(String words) {
    return words.replaceAll("[\\\\`*<\\[|]", "\\\\$0").replaceAll("\\s+", " ");
  }
}
