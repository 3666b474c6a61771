package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  private static final Map<String, Object> LAB =
      Link.Settings.parse("loss=2%,rtt=80ms,jitter=5ms").plain();

  @Test
  void whereBareUdpIsLaterThanItsNetworkTheMachineWasBusyAndEveryFormSaysSo() {
    Report busy = report("http://10.77.0.1:7700/", LAB, udp(Workload.CURSOR, 120, 101));
    JsonNode json = JsonMapper.shared().readTree(busy.json());
    assertThat(json.get("doubts").toString()).isEqualTo("[\"busy\"]");
    String said =
        "Doubtful: this machine was busy. In cursor bare UDP, the control, took 101 ms (p95) where"
            + " its network takes 90, and all others waited with it. Close what else runs here and"
            + " measure again.";
    assertThat(busy.text(false)).endsWith(said + "\n");
    assertThat(busy.markdown(false)).contains("**" + said + "**");
    assertThat(busy.html(false)).contains("<p class=\"doubt\">" + said + "</p>");
    assertThat(busy.text(true)).contains("UDP가 커서·게임에서 90 ms면 될 것을 101 ms(p95) 걸렸고");
    assertThat(report("http://127.0.0.1:9/", null, udp(Workload.VOICE, 100, 11)).busy())
        .isNotNull();
  }

  @Test
  void whereItIsNotOrNobodyCanTellNothingIsDoubted() {
    assertThat(report("http://10.77.0.1:7700/", LAB, udp(Workload.CURSOR, 120, 99)).json())
        .doesNotContain("doubts");
    // Few; bursts; a narrow line; a network whose delay is not known.
    for (Report calm :
        List.of(
            report("http://10.77.0.1:7700/", LAB, udp(Workload.CHAT, 8, 200)),
            report("http://10.77.0.1:7700/", LAB, udp(Workload.VIDEO, 200, 200)),
            report(
                "http://10.77.0.1:7700/",
                Link.Settings.parse("rtt=80ms,rate=1mbit").plain(),
                udp(Workload.CURSOR, 120, 200)),
            report("http://yard:7700/", null, udp(Workload.CURSOR, 120, 200)))) {
      assertThat(calm.busy()).isNull();
    }
  }

  @Test
  void whatAServerSaysIsNoMarkupInMarkdown() {
    String failure = "no [link](http://x) <b> *a* `b` | c \\ d";
    Figures failed = Figures.failed(Workload.CURSOR, Kind.UDP, failure);
    String markdown =
        new Report("0.1|<x>", "", "", 1, false, null, List.of(failed)).markdown(false);
    assertThat(markdown)
        .contains("`madang compare` 0.1\\|\\<x>,")
        .contains("| UDP | — no \\[link](http://x) \\<b> \\*a\\* \\`b\\` \\| c \\\\ d |  |  |");
  }

  @Test
  void whatAServerSaysTurnsNoDirectionAndSteersNothingInAnyReport() {
    Figures failed =
        Figures.failed(Workload.CURSOR, Kind.UDP, "a\u202Eb\u2066c\u200Bd\u0007e\u009Bf\u2028g");
    Report report = report("", null, failed);
    for (String form :
        List.of(report.markdown(false), report.csv(), report.text(true), report.html(false))) {
      assertThat(form).contains("a·b·c·d·e·f·g");
      assertThat(form.replace("\n", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    }
  }

  @Test
  void whatAServerSaysIsNoFormulaOfASpreadsheet() {
    for (String formula : List.of("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)")) {
      Figures failed = Figures.failed(Workload.CURSOR, Kind.UDP, formula);
      assertThat(report("", null, failed).csv()).endsWith(",\"'" + formula + "\"\n");
    }
  }

  @Test
  void whereBytesOnTheWireWereNotCountedTheTableSaysWhy() {
    Figures figures = udp(Workload.VIDEO, 200, 80);
    assertThat(report("", null, figures).text(false))
        .doesNotContain("  wire\n")
        .contains("counted by --lab alone");
    assertThat(report("", null, figures.withCost(1.0, 1.25)).text(false))
        .contains("  wire\n", "1.25")
        .doesNotContain("counted by --lab alone");
  }

  private static Report report(
      String server, @Nullable Map<String, Object> lab, Figures... figures) {
    return new Report("test", server, "", 1, false, lab, List.of(figures));
  }

  private static Figures udp(Workload workload, int count, int milliseconds) {
    long[] sent = new long[count];
    long[] heard = new long[count];
    for (int i = 0; i < count; i++) {
      sent[i] = i * 16_000_000L;
      heard[i] = sent[i] + milliseconds * 1_000_000L;
    }
    return Figures.of(workload, Kind.UDP, new Series(sent, heard, 0));
  }
}
