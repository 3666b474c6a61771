package dev.madang.compare;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// The delays of one workload as an SVG: for each lane the share of all messages (those lost
/// included, so that a curve which loses never reaches the top) that was back after so long, on a
/// logarithmic axis; the deadline is a vertical line.
final class Chart {
  private Chart() {}

  static String of(Workload workload, List<Figures> figures, boolean korean) {
    List<Figures> drawn =
        figures.stream()
            .filter(each -> each.workload().equals(workload) && each.cdf().length > 0)
            .filter(_ -> workload.deadline() > 0)
            .toList();
    if (drawn.isEmpty()) {
      return "";
    }
    double least = drawn.stream().mapToDouble(each -> each.cdf()[0]).min().orElse(1);
    double most = drawn.stream().mapToDouble(each -> each.cdf()[99]).max().orElse(1000);
    double decade = Math.pow(10, Math.floor(Math.log10(Math.max(0.01, least))));
    double low = decade * (least >= 5 * decade ? 5 : least >= 2 * decade ? 2 : 1);
    double high = Math.max(workload.deadline() * 2, most * 1.1);
    StringBuilder svg =
        new StringBuilder(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui,sans-serif\" font-size=\"12\" role=\"img\"><title>%s</title><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>"
                .formatted(
                    WIDTH, TOP + HEIGHT + BOTTOM, Report.escaped(Table.title(workload, korean))));
    for (double tick = decade; tick <= high; tick *= 10) {
      for (int each : new int[] {1, 2, 5}) {
        if (tick * each >= low && tick * each <= high) {
          vertical(svg, x(tick * each, low, high), "#e4e4e4", label(tick * each));
        }
      }
    }
    for (int share = 0; share <= 100; share += 25) {
      double y = y(share / 100.0);
      svg.append(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e4e4e4\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>"
              .formatted(LEFT, LEFT + PLOT, y, y, LEFT - 6, y + 4, share));
    }
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#555\">%s</text>"
            .formatted(
                LEFT + PLOT,
                TOP + HEIGHT + 34,
                korean ? "지연(갔다 오는 시간), ms" : "delay there and back, ms"));
    vertical(svg, x(workload.deadline(), low, high), "#c00", workload.deadline() + " ms");
    for (int i = 0; i < drawn.size(); i++) {
      Figures each = drawn.get(i);
      String colour = colour(each.lane());
      double back = (double) (each.sent() - each.lost()) / each.sent();
      StringBuilder points = new StringBuilder();
      for (int p = 0; p < 100; p++) {
        points.append(
            String.format(
                Locale.ROOT, "%.1f,%.1f ", x(each.cdf()[p], low, high), y((p + 1) / 100.0 * back)));
      }
      double y = TOP + 14 + i * 18;
      svg.append(
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/><line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"3\"/><text x=\"%d\" y=\"%.1f\">%s</text>"
              .formatted(
                  colour,
                  points.toString().strip(),
                  LEFT + PLOT + 12,
                  LEFT + PLOT + 32,
                  y - 4,
                  y - 4,
                  colour,
                  LEFT + PLOT + 38,
                  y,
                  Report.escaped(Words.lane(each.lane(), korean))));
    }
    return svg.append("</svg>").toString();
  }

  static String colour(Kind lane) {
    return Objects.requireNonNull(COLOURS.get(lane));
  }

  private static void vertical(StringBuilder svg, double x, String colour, String label) {
    svg.append(
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s</text>"
            .formatted(
                x,
                x,
                TOP,
                TOP + HEIGHT,
                colour,
                x,
                colour.equals("#c00") ? TOP - 6 : TOP + HEIGHT + 16,
                colour.equals("#c00") ? colour : "#555",
                label));
  }

  private static String label(double milliseconds) {
    return milliseconds < 1
        ? String.format(Locale.ROOT, "%.2f", milliseconds)
        : String.format(Locale.ROOT, "%.0f", milliseconds);
  }

  private static double x(double value, double low, double high) {
    double share =
        (Math.log(Math.clamp(value, low, high)) - Math.log(low)) / (Math.log(high) - Math.log(low));
    return LEFT + share * PLOT;
  }

  private static double y(double share) {
    return TOP + HEIGHT - share * HEIGHT;
  }

  private static final int LEFT = 48;
  private static final int TOP = 24;
  private static final int PLOT = 480;
  private static final int HEIGHT = 240;
  private static final int BOTTOM = 44;
  private static final int WIDTH = 760;

  /** Told apart by those who do not tell red from green, too. */
  private static final Map<Kind, String> COLOURS = new EnumMap<>(Kind.class);

  static {
    Iterator<String> colours =
        List.of(
                "#000000", "#0072b2", "#d55e00", "#e69f00", "#999933", "#aa4499", "#332288",
                "#117733", "#009e73", "#56b4e9", "#cc79a7")
            .iterator();
    for (Kind kind : Kind.values()) {
      COLOURS.put(kind, colours.next());
    }
  }
}
