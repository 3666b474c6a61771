package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixTest {
  @TempDir Path folder;

  private final List<String> asked = new ArrayList<>();

  @Test
  void lanesWhoseRangesOverlapStandTogether() {
    Matrix.Cell cell =
        cell(
            80,
            round(Kind.UDP, 81, Kind.LOSSY, 83, Kind.TCP, 150, Kind.CHANNEL, 210),
            round(Kind.UDP, 82, Kind.LOSSY, 84, Kind.TCP, 190, Kind.CHANNEL, 230),
            round(Kind.UDP, 84, Kind.LOSSY, 90, Kind.TCP, 170, Kind.CHANNEL, 250));
    assertThat(cell.order())
        .containsExactly(List.of(Kind.UDP, Kind.LOSSY), List.of(Kind.TCP), List.of(Kind.CHANNEL));
    assertThat(cell.spread(Kind.TCP, Matrix.Outcome::p95))
        .isEqualTo(new Matrix.Spread(170, 150, 190));
    assertThat(cell.isNoisy()).isFalse();
  }

  @Test
  void aCellWhoseBareDatagramsAreLateIsNoisy() {
    assertThat(cell(80, round(Kind.UDP, 130)).isNoisy()).isTrue();
    assertThat(cell(200, round(Kind.UDP, 130)).isNoisy()).isFalse();
  }

  @Test
  void saysAndReadsItself() {
    Matrix matrix = Matrix.EMPTY.with(cell(80, round(Kind.UDP, 81)), "Linux", true);
    assertThat(Matrix.parse(matrix.json()).json()).isEqualTo(matrix.json());
  }

  @Test
  void tablesTakeTheirPlacesAndProseStays() {
    String filled =
        MatrixText.filled(
            "Words.\n<!-- matrix:delay -->\nold\n<!-- /matrix -->\nMore.\n<!-- matrix:loss -->\n<!-- /matrix -->\n",
            Map.of("delay", "new\n", "other", "never"));
    assertThat(filled)
        .isEqualTo(
            "Words.\n<!-- matrix:delay -->\nnew\n\n<!-- /matrix -->\nMore.\n<!-- matrix:loss -->\n<!-- /matrix -->\n");
  }

  @Test
  void measuresEveryNetworkWithEverySeedAndWritesWhatItFinds()
      throws IOException, InterruptedException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    measurement(List.of("0%", "2%"), 2, new ArrayList<>(), said).run();
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(said.toString(StandardCharsets.UTF_8))
          .contains(all.filter(Files::isRegularFile).map(Path::toString).toList())
          .contains("websocket-vs-webrtc-curve.ko.svg");
    }
    assertThat(Files.readString(folder.resolve("images/websocket-vs-webrtc-curve.svg")))
        .contains("delay there and back, ms");
    assertThat(asked).containsExactly("0.0/1", "2.0/1", "0.0/2", "2.0/2");
    Matrix matrix = Matrix.parse(Files.readString(folder.resolve("websocket-vs-webrtc.json")));
    assertThat(matrix.partial()).isFalse();
    assertThat(matrix.of("cursor")).hasSize(2).allMatch(each -> each.rounds().size() == 2);
    assertThat(Files.readString(folder.resolve("websocket-vs-webrtc.md")))
        .contains("| 80 ms | 2 % | UDP **<** WebSocket |");
    assertThat(Files.readString(folder.resolve("websocket-vs-webrtc.ko.md"))).contains("손실");
    assertThat(Files.readString(folder.resolve("images/websocket-vs-webrtc-delay.svg")))
        .startsWith("<svg");
  }

  @Test
  void whatIsMeasuredAgainTakesThePlaceOfWhatWasAndTheRestStays()
      throws IOException, InterruptedException {
    measurement(List.of("0%", "2%"), 3, new ArrayList<>()).run();
    measurement(List.of("2%"), 1, new ArrayList<>()).run();
    Matrix matrix = Matrix.parse(Files.readString(folder.resolve("websocket-vs-webrtc.json")));
    assertThat(matrix.of("cursor").stream().map(each -> each.rounds().size()))
        .containsExactly(3, 1);
  }

  @Test
  void whoStopsKeepsWhatWasMeasuredMarkedSo() throws IOException, InterruptedException {
    List<Measurement> running = new ArrayList<>();
    Measurement measurement = measurement(List.of("0%", "2%"), 2, running);
    running.add(measurement);
    measurement.run();
    Matrix matrix = Matrix.parse(Files.readString(folder.resolve("websocket-vs-webrtc.json")));
    assertThat(matrix.partial()).isTrue();
    assertThat(matrix.of("cursor").stream().map(each -> each.rounds().size()))
        .containsExactly(2, 1);
    assertThat(Files.readString(folder.resolve("websocket-vs-webrtc.md")))
        .contains("stopped before its end");
  }

  /// One whose networks are none: UDP as quick as they are, a WebSocket slower where they lose.
  ///
  /// @param stopped by the fourth
  private Measurement measurement(List<String> losses, int runs, List<Measurement> stopped) {
    return measurement(losses, runs, stopped, OutputStream.nullOutputStream());
  }

  private Measurement measurement(
      List<String> losses, int runs, List<Measurement> stopped, OutputStream said) {
    return new Measurement(
        new Measurement.Plan(
            losses, List.of("80ms"), List.of("cursor"), List.of(), runs, 1, folder, "test"),
        (network, _) -> {
          Link.Settings settings = Link.Settings.parse(network);
          asked.add(settings.loss() * 100 + "/" + settings.seed());
          if (asked.size() == 4) {
            stopped.forEach(Measurement::stop);
          }
          return List.of(report(settings));
        },
        new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  private static String report(Link.Settings settings) {
    List<Figures> figures = new ArrayList<>();
    for (Kind kind : List.of(Kind.UDP, Kind.WEBSOCKET)) {
      long[] sent = new long[60];
      long[] heard = new long[60];
      for (int i = 0; i < 60; i++) {
        sent[i] = i * 16_000_000L;
        boolean again = kind == Kind.WEBSOCKET && settings.loss() > 0 && i < 10;
        heard[i] = sent[i] + (again ? 160_000_000L : 80_000_000L);
      }
      figures.add(Figures.of(Workload.CURSOR, kind, new Series(sent, heard, 0)));
    }
    return new Report("test", "", "2026-01-01T00:00:00Z", 1, false, settings.plain(), figures)
        .json();
  }

  private static Matrix.Cell cell(int rtt, Matrix.Round... rounds) {
    return new Matrix.Cell("cursor", 2, rtt, 12, "test", "2026-01-01T00:00:00Z", List.of(rounds));
  }

  /// Lanes and their 95th percentiles, which are their 99th, too.
  private static Matrix.Round round(Object... lanes) {
    Map<String, Matrix.Outcome> all = new LinkedHashMap<>();
    for (int i = 0; i < lanes.length; i += 2) {
      double p95 = (int) lanes[i + 1];
      all.put(
          ((Kind) lanes[i]).word(),
          new Matrix.Outcome(100, 1, 2, p95, p95, p95, p95, null, null, null));
    }
    return new Matrix.Round(1, all);
  }
}
