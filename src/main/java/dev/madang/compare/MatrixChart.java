package dev.madang.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The charts of a [Matrix] as SVG files, which follow the reader's dark or light.
final class MatrixChart {
  private final Matrix matrix;
  private final boolean korean;
  private final StringBuilder svg = new StringBuilder();

  private MatrixChart(Matrix matrix, boolean korean) {
    this.matrix = matrix;
    this.korean = korean;
  }

  /// @return what was written
  static List<Path> write(Matrix matrix, Path folder, boolean korean) throws IOException {
    List<Path> written = new ArrayList<>();
    Path images = Files.createDirectories(folder.resolve("images"));
    String end = korean ? ".ko.svg" : ".svg";
    if (!matrix.of("cursor").isEmpty()) {
      written.add(
          Files.writeString(
              images.resolve("websocket-vs-webrtc-delay" + end),
              new MatrixChart(matrix, korean).delay()));
      written.add(
          Files.writeString(
              images.resolve("websocket-vs-webrtc-loss" + end),
              new MatrixChart(matrix, korean).loss()));
    }
    Matrix.Cell cell = matrix.find("cursor", CURVE_LOSS, CURVE_RTT);
    if (cell != null) {
      written.add(
          Files.writeString(
              images.resolve("websocket-vs-webrtc-curve" + end), curve(cell, korean)));
    }
    return written;
  }

  // ---- the 95th percentile over the loss, a panel for each round trip ---------------------------

  private String delay() {
    List<Integer> trips = matrix.trips("cursor");
    List<Double> losses = matrix.losses("cursor");
    int width = LEFT + trips.size() * (PANEL + GAP) + LEGEND;
    begin(
        width,
        TOP + HEIGHT + 44,
        korean
            ? "손실과 RTT에 따른 커서 메시지 지연의 95번째 백분위"
            : "95th percentile of the cursor's delay, by loss and RTT");
    double low = 10;
    double high = 5000;
    for (int panel = 0; panel < trips.size(); panel++) {
      int trip = trips.get(panel);
      double left = LEFT + panel * (PANEL + GAP);
      for (double tick : new double[] {10, 20, 50, 100, 200, 500, 1000, 2000, 5000}) {
        double y = y(tick, low, high);
        line(left, y, left + PANEL, y, GRID, 1);
        if (panel == 0) {
          text(left - 6, y + 4, "end", SOFT, "%.0f".formatted(tick));
        }
      }
      text(left + PANEL / 2.0, TOP - 10, "middle", INK, "RTT " + trip + " ms");
      double floor = y(trip, low, high);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-dasharray=\"4 4\"/>",
              left,
              left + PANEL,
              floor,
              floor,
              SOFT));
      double slot = (double) PANEL / losses.size();
      for (int i = 0; i < losses.size(); i++) {
        Matrix.Cell cell = matrix.find("cursor", losses.get(i), trip);
        text(
            left + slot * (i + 0.5),
            TOP + HEIGHT + 16,
            "middle",
            SOFT,
            MatrixText.loss(losses.get(i)) + (cell == null ? "" : MatrixText.mark(cell)));
      }
      for (int lane = 0; lane < DRAWN.size(); lane++) {
        curve(DRAWN.get(lane), lane, trip, losses, left, slot, low, high);
      }
    }
    text(LEFT - 6, TOP - 10, "end", SOFT, "ms");
    text(
        LEFT, TOP + HEIGHT + 34, "start", SOFT, korean ? "패킷 손실(양방향 각각)" : "packet loss, each way");
    for (int lane = 0; lane < DRAWN.size(); lane++) {
      double y = TOP + 14 + lane * 20;
      double x = width - LEGEND + 4;
      line(x, y - 4, x + 18, y - 4, Chart.colour(DRAWN.get(lane)), 3);
      text(x + 24, y, "start", INK, Words.lane(DRAWN.get(lane), korean));
    }
    return end();
  }

  private void curve(
      Kind lane,
      int index,
      int trip,
      List<Double> losses,
      double left,
      double slot,
      double low,
      double high) {
    String colour = Chart.colour(lane);
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < losses.size(); i++) {
      Matrix.Cell cell = matrix.find("cursor", losses.get(i), trip);
      Matrix.Spread p95 = cell == null ? null : cell.spread(lane, Matrix.Outcome::p95);
      if (p95 != null) {
        // Side by side, or what is equal would hide each other.
        double x = left + slot * (i + 0.5) + (index - (DRAWN.size() - 1) / 2.0) * 4;
        double y = y(p95.median(), low, high);
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        line(x, y(p95.least(), low, high), x, y(p95.most(), low, high), colour, 1.5);
        svg.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>",
                x,
                y,
                colour));
      }
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>",
            colour,
            points.toString().strip()));
  }

  private static double y(double value, double low, double high) {
    double share =
        (Math.log(Math.clamp(value, low, high)) - Math.log(low)) / (Math.log(high) - Math.log(low));
    return TOP + HEIGHT - share * HEIGHT;
  }

  // ---- late and lost together, a panel for each share of loss -----------------------------------

  private String loss() {
    List<Double> losses = matrix.losses("cursor");
    int label = 190;
    int bars = 150;
    int row = 17;
    int panels = losses.size();
    begin(
        label + panels * (bars + GAP) + 30,
        TOP + DRAWN.size() * row + 40,
        (korean ? "늦은 것과 잃은 것, RTT %d ms" : "late and lost at an RTT of %d ms")
            .formatted(CURVE_RTT));
    for (int lane = 0; lane < DRAWN.size(); lane++) {
      text(label - 8, TOP + lane * row + 12, "end", INK, Words.lane(DRAWN.get(lane), korean));
    }
    for (int panel = 0; panel < panels; panel++) {
      double left = label + panel * (bars + GAP);
      Matrix.Cell cell = matrix.find("cursor", losses.get(panel), CURVE_RTT);
      text(
          left,
          TOP - 10,
          "start",
          INK,
          (korean ? "손실 " : "loss ")
              + MatrixText.loss(losses.get(panel))
              + (cell == null ? "" : MatrixText.mark(cell)));
      for (int lane = 0; cell != null && lane < DRAWN.size(); lane++) {
        bar(cell, DRAWN.get(lane), left, TOP + lane * row, bars - 40);
      }
    }
    double y = TOP + DRAWN.size() * row + 24;
    box(label, y - 9, 12, LOST_COLOUR);
    text(label + 18, y, "start", INK, korean ? "잃음" : "lost");
    box(label + 80, y - 9, 12, LATE_COLOUR);
    text(
        label + 98,
        y,
        "start",
        INK,
        (korean ? "늦음: %d ms 뒤에 옴" : "late: after %d ms").formatted(Matrix.late(CURVE_RTT)));
    return end();
  }

  private void bar(Matrix.Cell cell, Kind lane, double left, double top, double full) {
    Matrix.Spread late = cell.spread(lane, Matrix.Outcome::lateShare);
    Matrix.Spread lost = cell.spread(lane, Matrix.Outcome::lostShare);
    if (late == null || lost == null) {
      return;
    }
    double gone = lost.median() / 100 * full;
    double after = late.median() / 100 * full;
    line(left, top, left, top + 16, GRID, 1);
    box(left, top + 3, gone, LOST_COLOUR);
    box(left + gone, top + 3, after, LATE_COLOUR);
    double both = lost.median() + late.median();
    text(
        left + gone + after + 5,
        top + 12,
        "start",
        SOFT,
        both == 0 ? "0" : String.format(Locale.ROOT, "%.1f %%", both));
  }

  private void box(double x, double y, double width, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"11\" fill=\"%s\"/>",
            x,
            y,
            width,
            colour));
  }

  // ---- one network's curves ---------------------------------------------------------------------

  private static String curve(Matrix.Cell cell, boolean korean) {
    Workload workload = Workload.CURSOR.withDeadline(Matrix.late(cell.rtt()));
    List<Figures> figures = new ArrayList<>();
    cell.rounds()
        .getFirst()
        .lanes()
        .forEach((lane, each) -> {
          double @Nullable [] cdf = each.cdf();
          if (cdf != null) {
            figures.add(Figures.drawn(workload, Kind.named(lane), each.sent(), each.lost(), cdf));
          }
        });
    String drawn = Chart.of(workload, figures, korean);
    return drawn.replaceFirst(">", ">" + DARK) + "\n";
  }

  // ---- pen --------------------------------------------------------------------------------------

  private void begin(int width, int height, String title) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui,sans-serif\" font-size=\"12\" role=\"img\">%s<title>%s</title><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>",
            width,
            height,
            DARK,
            Report.escaped(title)));
  }

  private String end() {
    return svg.append("</svg>\n").toString();
  }

  private void line(double x1, double y1, double x2, double y2, String colour, double width) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\"/>",
            x1,
            x2,
            y1,
            y2,
            colour,
            width));
  }

  private void text(double x, double y, String anchor, String colour, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
            x,
            y,
            anchor,
            colour,
            Report.escaped(text)));
  }

  private static final List<Kind> DRAWN =
      List.of(
          Kind.UDP,
          Kind.LOSSY,
          Kind.UNORDERED,
          Kind.CHANNEL,
          Kind.TCP,
          Kind.WEBSOCKET,
          Kind.POLLING);

  /// Black on white turns white on black, and colours keep their hue.
  private static final String DARK =
      "<style>@media(prefers-color-scheme:dark){svg{filter:invert(.93) hue-rotate(180deg)}}</style>";

  private static final String INK = "#222";
  private static final String SOFT = "#555";
  private static final String GRID = "#e4e4e4";
  private static final String LOST_COLOUR = "#d55e00";
  private static final String LATE_COLOUR = "#f0b27a";
  private static final double CURVE_LOSS = 2;
  private static final int CURVE_RTT = 80;
  private static final int LEFT = 48;
  private static final int TOP = 36;
  private static final int PANEL = 210;
  private static final int GAP = 18;
  private static final int HEIGHT = 260;
  private static final int LEGEND = 220;
}
