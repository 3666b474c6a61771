package dev.madang.bench.sfu;

import java.util.List;
import java.util.Locale;

/// A bar chart as SVG: groups of bars, one bar a server, with the least and the most of its runs.
/// Its colours are readable on light and dark pages.
record Chart(String title, String unit, List<String> series, List<Group> groups) {
  /// @param goal a line across the group; NaN = none
  record Group(String name, List<Bar> bars, double goal) {}

  /// @param value NaN = not measured
  record Bar(double value, double least, double most) {}

  String svg() {
    double top = 0;
    for (Group group : groups) {
      for (Bar bar : group.bars) {
        top = Double.isNaN(bar.value) ? top : Math.max(top, bar.most);
      }
    }
    StringBuilder svg = new StringBuilder();
    int width = LEFT + groups.size() * groupWidth() + RIGHT;
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"12\""
                + " fill=\"#808080\">%n",
            width, HEIGHT, width, HEIGHT));
    svg.append(text("<title>%s</title>%n", title));
    svg.append(text("<text x=\"%d\" y=\"18\" font-size=\"14\">%s, %s</text>%n", 8, title, unit));
    axis(svg, top, width);
    for (int g = 0; g < groups.size(); g++) {
      group(svg, groups.get(g), LEFT + g * groupWidth(), top);
    }
    for (int s = 0; s < series.size(); s++) {
      int x = LEFT + s * 110;
      svg.append(
          text(
              "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>%n",
              x, HEIGHT - 18, COLORS.get(s % COLORS.size())));
      svg.append(text("<text x=\"%d\" y=\"%d\">%s</text>%n", x + 14, HEIGHT - 9, series.get(s)));
    }
    return svg.append("</svg>\n").toString();
  }

  private void axis(StringBuilder svg, double top, int width) {
    double step = Math.pow(10, Math.floor(Math.log10(top)));
    step = top / step < 2 ? step / 5 : top / step < 5 ? step / 2 : step;
    for (double at = 0; at <= top; at += step) {
      double y = y(at, top);
      svg.append(
          text(
              "<path d=\"M%d %.1fH%d\" stroke=\"#808080\" stroke-opacity=\"0.3\"/>%n",
              LEFT - 4, y, width - RIGHT));
      svg.append(
          text(
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT - 8, y + 4, label(at)));
    }
  }

  private void group(StringBuilder svg, Group group, int x, double top) {
    for (int i = 0; i < group.bars.size(); i++) {
      Bar bar = group.bars.get(i);
      int left = x + GAP / 2 + i * BAR;
      if (Double.isNaN(bar.value)) {
        continue;
      }
      double y = y(bar.value, top);
      svg.append(
          text(
              "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>%n",
              left, y, BAR - 4, y(0, top) - y, COLORS.get(i % COLORS.size())));
      svg.append(
          text(
              "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#404040\"/>%n",
              left + (BAR - 4) / 2.0, y(bar.least, top), y(bar.most, top)));
      svg.append(
          text(
              "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\">%s</text>%n",
              left + (BAR - 4) / 2.0, y(bar.most, top) - 4, label(bar.value)));
    }
    if (!Double.isNaN(group.goal) && group.goal <= top) {
      svg.append(
          text(
              "<path d=\"M%d %.1fH%d\" stroke=\"#c03030\" stroke-dasharray=\"4 3\"/>%n",
              x + GAP / 2 - 6, y(group.goal, top), x + groupWidth() - GAP / 2 + 2));
    }
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
            x + groupWidth() / 2, HEIGHT - BOTTOM + 18, group.name));
  }

  private int groupWidth() {
    return series.size() * BAR + GAP;
  }

  private static double y(double value, double top) {
    return HEIGHT - BOTTOM - value / (top * 1.1) * (HEIGHT - BOTTOM - TOP);
  }

  private static String label(double value) {
    return value >= 100 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static final List<String> COLORS = List.of("#2a7de1", "#e18a2a", "#3aa655", "#9a5fd0");
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 36;
  private static final int BOTTOM = 52;
  private static final int HEIGHT = 300;
  private static final int BAR = 46;
  private static final int GAP = 40;
}
