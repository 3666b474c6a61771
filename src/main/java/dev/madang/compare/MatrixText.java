package dev.madang.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of a [Matrix], in Markdown, each in its place in the article: between `<!--
/// matrix:NAME -->` and `<!-- /matrix -->`. What people wrote around them stays.
final class MatrixText {
  private final Matrix matrix;
  private final boolean korean;

  private MatrixText(Matrix matrix, boolean korean) {
    this.matrix = matrix;
    this.korean = korean;
  }

  /// Without an article one is made that has the tables alone.
  ///
  /// @return what was written
  static Path write(Matrix matrix, Path folder, boolean korean) throws IOException {
    Path article = folder.resolve("websocket-vs-webrtc" + (korean ? ".ko.md" : ".md"));
    Map<String, String> blocks = new MatrixText(matrix, korean).blocks();
    String text =
        Files.exists(article)
            ? Files.readString(article)
            : blocks.keySet().stream()
                .map(name -> open(name) + "\n" + CLOSE + "\n")
                .collect(Collectors.joining("\n"));
    return Files.writeString(article, filled(text, blocks));
  }

  static String filled(String text, Map<String, String> blocks) {
    String filled = text;
    for (Map.Entry<String, String> block : blocks.entrySet()) {
      int from = filled.indexOf(open(block.getKey()));
      int to = filled.indexOf(CLOSE, Math.max(0, from));
      if (from >= 0 && to >= 0) {
        filled =
            filled.substring(0, from)
                + open(block.getKey())
                + "\n"
                + block.getValue()
                + "\n"
                + filled.substring(to);
      }
    }
    return filled;
  }

  private static String open(String name) {
    return "<!-- matrix:" + name + " -->";
  }

  private Map<String, String> blocks() {
    Map<String, String> blocks = new LinkedHashMap<>();
    blocks.put("measured", measured());
    blocks.put("order", order());
    blocks.put("delay", delay());
    blocks.put("loss", loss());
    blocks.put("connect", inTurn("connect", Matrix.Outcome::setup, "ms"));
    blocks.put("file", inTurn("file", Matrix.Outcome::mbps, "Mb/s"));
    return blocks;
  }

  /// When and how often, and where the machine was in the way.
  private String measured() {
    List<Matrix.Cell> cells = matrix.of("cursor");
    if (cells.isEmpty()) {
      return "";
    }
    List<Integer> rounds = cells.stream().map(each -> each.rounds().size()).sorted().toList();
    String times =
        rounds.getFirst().equals(rounds.getLast())
            ? rounds.getFirst().toString()
            : rounds.getFirst() + "–" + rounds.getLast();
    String seeds =
        cells.stream()
            .flatMap(each -> each.rounds().stream())
            .map(round -> Long.toString(round.seed()))
            .distinct()
            .collect(Collectors.joining(", "));
    String day = cells.getFirst().at().substring(0, 10);
    String version = cells.getFirst().madang();
    String noisy =
        cells.stream()
            .filter(Matrix.Cell::isNoisy)
            .map(each -> loss(each.loss()) + " / " + each.rtt() + " ms")
            .collect(Collectors.joining(", "));
    String stopped =
        matrix.partial() ? korean ? " 도중에 멈춘 결과예요." : " It was stopped before its end." : "";
    String noise =
        korean
            ? noisy.isEmpty()
                ? "어느 칸에서도 UDP의 p99가 RTT를 20 ms 넘게 벗어나지 않았어요."
                : "UDP의 p99가 RTT보다 20 ms 넘게 큰 칸은 기계 탓이 섞여 있어요(†): " + noisy + "."
            : noisy.isEmpty()
                ? "In no cell was the 99th percentile of raw UDP more than 20 ms above the RTT."
                : "Where the 99th percentile of raw UDP is more than 20 ms above the RTT, the"
                    + " machine has its part in all figures (†): "
                    + noisy
                    + ".";
    return (korean
            ? "%s, `madang compare` %s, %s. 커서: 칸마다 %.0f초씩 %s번, 시드 %s.%s %s"
            : "%s, `madang compare` %s, %s. The cursor: %4$.0f s each, runs of each cell: %5$s,"
                + " seeds %6$s.%7$s %8$s")
        .formatted(
            day,
            version,
            matrix.system(),
            cells.getFirst().seconds(),
            times,
            seeds,
            stopped,
            noise);
  }

  /// Which lanes come first in each cell, and between which there is no difference.
  private String order() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("RTT", word("loss"), word("order")));
    for (Matrix.Cell cell : matrix.of("cursor")) {
      rows.add(
          List.of(
              cell.rtt() + " ms",
              loss(cell.loss()) + mark(cell),
              cell.order().stream()
                  .map(group ->
                      group.stream()
                          .sorted()
                          .map(each -> Words.briefly(each, korean))
                          .collect(Collectors.joining(", ")))
                  .collect(Collectors.joining(" **<** "))));
    }
    return table(rows, "---");
  }

  private String delay() {
    return byTrip(cell ->
        lane -> {
          Matrix.Spread half = cell.spread(lane, Matrix.Outcome::p50);
          Matrix.Spread most = cell.spread(lane, Matrix.Outcome::p95);
          return half == null || most == null
              ? "–"
              : "%.0f · **%.0f** (%.0f–%.0f)"
                  .formatted(half.median(), most.median(), most.least(), most.most());
        });
  }

  private String loss() {
    return byTrip(cell ->
        lane -> {
          Matrix.Spread late = cell.spread(lane, Matrix.Outcome::lateShare);
          Matrix.Spread lost = cell.spread(lane, Matrix.Outcome::lostShare);
          return late == null || lost == null
              ? "–"
              : share(late.median()) + " + " + share(lost.median());
        });
  }

  private static String share(double percent) {
    return percent == 0 ? "0" : String.format(Locale.ROOT, "%.1f", percent);
  }

  /// A table for each round trip, a row for each lane, a column for each share of loss.
  private String byTrip(Function<Matrix.Cell, Function<Kind, String>> figure) {
    List<String> tables = new ArrayList<>();
    for (int trip : matrix.trips("cursor")) {
      List<Matrix.Cell> cells =
          matrix.of("cursor").stream().filter(each -> each.rtt() == trip).toList();
      List<List<String>> rows = new ArrayList<>();
      List<String> heading = new ArrayList<>(List.of("RTT " + trip + " ms"));
      cells.forEach(each -> heading.add(word("loss") + " " + loss(each.loss()) + mark(each)));
      rows.add(heading);
      for (Kind lane : Kind.values()) {
        if (cells.stream().anyMatch(each -> each.lanes().anyMatch(lane::equals))) {
          List<String> row = new ArrayList<>(List.of(Words.lane(lane, korean)));
          cells.forEach(each -> row.add(figure.apply(each).apply(lane)));
          rows.add(row);
        }
      }
      tables.add(table(rows, "--:"));
    }
    return String.join("\n", tables);
  }

  /// A row for each network, a column for each lane.
  private String inTurn(
      String workload, Function<Matrix.Outcome, @Nullable Double> figure, String unit) {
    List<Matrix.Cell> cells = matrix.of(workload);
    List<Kind> lanes =
        List.of(Kind.values()).stream()
            .filter(lane -> cells.stream().anyMatch(each -> each.lanes().anyMatch(lane::equals)))
            .toList();
    List<List<String>> rows = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("RTT, " + word("loss")));
    lanes.forEach(each -> heading.add(Words.lane(each, korean)));
    rows.add(heading);
    for (Matrix.Cell cell : cells) {
      List<String> row = new ArrayList<>(List.of(cell.rtt() + " ms, " + loss(cell.loss())));
      for (Kind lane : lanes) {
        Matrix.Spread spread = cell.spread(lane, figure);
        row.add(
            spread == null
                ? "–"
                : "%s (%s–%s) %s"
                    .formatted(
                        number(spread.median()),
                        number(spread.least()),
                        number(spread.most()),
                        unit));
      }
      rows.add(row);
    }
    return table(rows, "--:");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  private static String table(List<List<String>> rows, String alignment) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      text.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
      if (i == 0) {
        text.append("|---").append(("|" + alignment).repeat(rows.getFirst().size() - 1));
        text.append("|\n");
      }
    }
    return text.toString();
  }

  static String loss(double percent) {
    return (percent == Math.rint(percent) ? "%.0f %%" : "%.1f %%").formatted(percent);
  }

  static String mark(Matrix.Cell cell) {
    return cell.isNoisy() ? " †" : "";
  }

  private String word(String english) {
    return switch (english) {
      case "loss" -> korean ? "손실" : "loss";
      case "order" -> korean ? "빠른 순서 (p95)" : "order by p95";
      default -> english;
    };
  }

  private static final String CLOSE = "<!-- /matrix -->";
}
