package dev.madang.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a measurement, as the forms that people and programs read. Immutable.
///
/// @param server whom it measured
/// @param at when it began, ISO 8601
/// @param seconds how long a workload lasted on all lanes together; where it was stopped, how long
///   that lasted in which it was
/// @param partial whether it was stopped before its end
/// @param lab the network that was made for it, or null for the one that is there
record Report(
    String version,
    String server,
    String at,
    double seconds,
    boolean partial,
    @Nullable Map<String, Object> lab,
    List<Figures> figures) {

  /// As `docs/compare.schema.json` describes it.
  String json() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("madang", version);
    all.put("server", server);
    all.put("at", at);
    all.put("seconds", seconds);
    all.put("partial", partial);
    if (busy() != null) {
      all.put("doubts", List.of("busy"));
    }
    all.put(
        "clock", "one clock: the client's, nanoseconds; delays are round trips in milliseconds");
    all.put("lab", lab);
    all.put("workloads", workloads().map(Report::plain).toList());
    all.put("results", figures.stream().map(Report::plain).toList());
    all.put(
        "verdicts",
        Verdict.of(figures).stream()
            .map(each ->
                Map.of(
                    "workload", each.workload().name(),
                    "best", each.best().stream().map(one -> one.lane().word()).toList(),
                    "same", each.all() && each.best().size() > 1,
                    "en", each.sentence(false),
                    "ko", each.sentence(true)))
            .toList());
    return JSON.writeValueAsString(all) + "\n";
  }

  @Nullable Busy busy() {
    return Busy.of(lab, server, figures);
  }

  /// What makes it doubtful; empty when nothing does.
  private String doubt(boolean korean) {
    Busy busy = busy();
    return busy == null ? "" : busy.sentence(korean);
  }

  private Stream<Workload> workloads() {
    return figures.stream().map(Figures::workload).distinct();
  }

  private static Map<String, Object> plain(Workload each) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("name", each.name());
    plain.put("size", each.size());
    plain.put("perSecond", each.perSecond());
    plain.put("burst", each.burst());
    plain.put("deadline", each.deadline());
    return plain;
  }

  private static Map<String, @Nullable Object> plain(Figures each) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    plain.put("workload", each.workload().name());
    plain.put("lane", each.lane().word());
    if (each.failure() != null) {
      plain.put("failure", each.failure());
      return plain;
    }
    plain.put("sent", each.sent());
    plain.put("late", each.late());
    plain.put("lost", each.lost());
    if (each.cdf().length > 0) {
      plain.put("p50", each.p50());
      plain.put("p95", each.p95());
      plain.put("p95Interval", List.of(each.p95Low(), each.p95High()));
      plain.put("p99", each.p99());
      plain.put("jitter", each.jitter());
      plain.put("stall", each.stall());
      plain.put("cdf", each.cdf());
    }
    optional(plain, "mbps", each.mbps());
    optional(plain, "setup", each.setup());
    optional(plain, "rpm", each.rpm());
    optional(plain, "cpu", each.cpu());
    optional(plain, "wire", each.wire());
    return plain;
  }

  private static void optional(
      Map<String, @Nullable Object> to, String name, @Nullable Double value) {
    if (value != null) {
      to.put(name, value);
    }
  }

  String csv() {
    StringBuilder csv =
        new StringBuilder(
            "workload,lane,sent,late,lost,p50,p95,p95_low,p95_high,p99,jitter,stall,mbps,setup,rpm,"
                + "cpu,wire,failure\n");
    for (Figures each : figures) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(each.workload().name());
      row.add(each.lane().word());
      if (each.failure() == null) {
        row.addAll(List.of(each.sent(), each.late(), each.lost(), each.p50(), each.p95()));
        row.addAll(List.of(each.p95Low(), each.p95High(), each.p99(), each.jitter(), each.stall()));
        row.add(each.mbps());
        row.add(each.setup());
        row.add(each.rpm());
        row.add(each.cpu());
        row.add(each.wire());
        row.add(null);
      } else {
        for (int i = 0; i < 15; i++) {
          row.add(null);
        }
        row.add("\"" + plain(each.failure()).replace("\"", "\"\"").replace('\n', ' ') + "\"");
      }
      csv.append(
              String.join(
                  ",", row.stream().map(value -> value == null ? "" : value.toString()).toList()))
          .append('\n');
    }
    return csv.toString();
  }

  /** A spreadsheet takes for a formula what begins so, whoever wrote it. */
  private static String plain(String text) {
    return text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
  }

  /// For a terminal: a table for each workload, then the verdicts.
  String text(boolean korean) {
    StringBuilder text = new StringBuilder();
    workloads().forEach(each -> text.append(Table.of(each, figures, korean).text()).append('\n'));
    text.append(Words.of("Verdicts", korean)).append(mark(korean)).append('\n');
    Verdict.of(figures)
        .forEach(each -> text.append("  ").append(each.sentence(korean)).append('\n'));
    String doubt = doubt(korean);
    return doubt.isEmpty() ? text.toString() : text.append(doubt).append('\n').toString();
  }

  String markdown(boolean korean) {
    StringBuilder text = new StringBuilder();
    text.append("`madang compare` ").append(Table.literal(version)).append(", ").append(at);
    text.append(lab == null ? "" : ", lab " + lab).append(mark(korean)).append("\n\n");
    if (busy() != null) {
      text.append("**").append(doubt(korean)).append("**\n\n");
    }
    workloads()
        .forEach(each ->
            text.append("**")
                .append(Table.title(each, korean))
                .append("**\n\n")
                .append(Table.of(each, figures, korean).markdown())
                .append('\n'));
    Verdict.of(figures)
        .forEach(each -> text.append("- ").append(each.sentence(korean)).append('\n'));
    return text.toString();
  }

  /// One page by itself, with a chart of the delays of each workload.
  String html(boolean korean) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang=\"")
        .append(korean ? "ko" : "en")
        .append(
            "\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
        .append("<title>madang compare</title><style>")
        .append(STYLE)
        .append("</style><h1>madang compare</h1><p>")
        .append(escaped(server + ", " + at + (lab == null ? "" : ", lab " + lab) + mark(korean)))
        .append("</p>");
    if (busy() != null) {
      page.append("<p class=\"doubt\">").append(escaped(doubt(korean))).append("</p>");
    }
    page.append("<ul>");
    Verdict.of(figures)
        .forEach(
            each -> page.append("<li>").append(escaped(each.sentence(korean))).append("</li>"));
    page.append("</ul>");
    workloads()
        .forEach(each ->
            page.append("<h2>")
                .append(escaped(Table.title(each, korean)))
                .append("</h2>")
                .append(Chart.of(each, figures, korean))
                .append(Table.of(each, figures, korean).html()));
    return page.append("</html>\n").toString();
  }

  private String mark(boolean korean) {
    return partial ? " (" + Words.of("stopped early", korean) + ")" : "";
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String STYLE =
      "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
          + "color:#1a1a1a;background:#fff;word-break:keep-all}table{border-collapse:collapse;"
          + "width:100%}td,th{padding:.25rem .5rem;border-bottom:1px solid #ddd;text-align:right}"
          + "td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}"
          + ".doubt{padding:.5rem 1rem;border-left:4px solid #c00;font-weight:600}";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
}
