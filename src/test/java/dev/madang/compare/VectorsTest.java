package dev.madang.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The page `/compare` and the command line say the same of the same messages: both are held to
/// `docs/compare-vectors.json`, which `-Dmadang.update=true` writes anew.
class VectorsTest {
  private static final Path FILE = Path.of("docs/compare-vectors.json");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MICRO = 1000;

  @Test
  void theCommandLineSaysWhatTheVectorsSay() throws IOException {
    if (Boolean.getBoolean("madang.update")) {
      Files.writeString(FILE, written(cases()));
    }
    JsonNode all = JSON.readTree(Files.readString(FILE));
    assertThat(all.size()).isEqualTo(cases().size());
    for (JsonNode each : all) {
      Map<String, Object> said = new LinkedHashMap<>(input(each));
      said.putAll(expected(each));
      assertThat(JSON.valueToTree(said).toString()).isEqualTo(each.toString());
    }
  }

  private static Map<String, Object> input(JsonNode vector) {
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("workload", vector.get("workload").asString());
    input.put("every", vector.get("every").asInt());
    List<Object> lanes = new ArrayList<>();
    for (JsonNode lane : vector.get("lanes")) {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("lane", lane.get("lane").asString());
      List<@Nullable Integer> delays = new ArrayList<>();
      for (JsonNode delay : lane.get("delays")) {
        delays.add(delay.isNull() ? null : delay.asInt());
      }
      plain.put("delays", delays);
      for (String name : List.of("mbps", "setup")) {
        if (lane.has(name)) {
          plain.put(name, lane.get(name).asDouble());
        }
      }
      lanes.add(plain);
    }
    input.put("lanes", lanes);
    return input;
  }

  /// What the code says of a vector's messages, as a report has it.
  private static Map<String, Object> expected(JsonNode vector) {
    Workload workload = Workload.named(vector.get("workload").asString());
    long every = vector.get("every").asLong() * MICRO;
    List<Figures> figures = new ArrayList<>();
    for (JsonNode lane : vector.get("lanes")) {
      int count = lane.get("delays").size();
      long[] sent = new long[count];
      long[] heard = new long[count];
      for (int i = 0; i < count; i++) {
        JsonNode delay = lane.get("delays").get(i);
        sent[i] = i * every;
        heard[i] = delay.isNull() ? -1 : sent[i] + delay.asLong() * MICRO;
      }
      Figures found =
          Figures.of(workload, Kind.named(lane.get("lane").asString()), new Series(sent, heard, 0));
      if (lane.has("mbps")) {
        found = found.withThroughput(lane.get("mbps").asDouble());
      }
      figures.add(lane.has("setup") ? found.withSetup(lane.get("setup").asDouble()) : found);
    }
    JsonNode report =
        JSON.readTree(new Report("", "", "", 1, false, null, List.copyOf(figures)).json());
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("results", report.get("results"));
    JsonNode verdict = report.get("verdicts").get(0);
    Map<String, Object> said = new LinkedHashMap<>();
    for (String name : List.of("best", "same", "en", "ko")) {
      said.put(name, verdict.get(name));
    }
    expected.put("verdict", said);
    return expected;
  }

  private static String written(List<Map<String, Object>> cases) {
    List<String> lines = new ArrayList<>();
    for (Map<String, Object> each : cases) {
      Map<String, Object> whole = new LinkedHashMap<>(each);
      whole.putAll(expected(JSON.valueToTree(each)));
      lines.add("  " + JSON.writeValueAsString(whole));
    }
    return "[\n" + String.join(",\n", lines) + "\n]\n";
  }

  // ---- the messages -----------------------------------------------------------------------------

  private static List<Map<String, Object>> cases() {
    SplittableRandom random = new SplittableRandom(4);
    List<@Nullable Integer> oneLate = new ArrayList<>(Collections.nCopies(2400, 82_000));
    oneLate.set(0, 190_000);
    Collections.fill(oneLate.subList(100, 200), null);
    return List.of(
        // A network that loses: what sends again is late, what does not has lost.
        vector(
            "voice",
            20_000,
            lossy(random, "websocket", 150, 0.1, false),
            lossy(random, "channel", 150, 0.12, false),
            lossy(random, "channel-lossy", 150, 0.04, true),
            lossy(random, "polling", 150, 0.9, false)),
        // One where nothing happens.
        vector(
            "cursor",
            16_667,
            lossy(random, "websocket", 90, 0, true),
            lossy(random, "socketio", 90, 0, true),
            lossy(random, "channel", 90, 0, true)),
        // All of it, or it is of no use.
        vector(
            "chat",
            500_000,
            lossy(random, "websocket", 20, 0.2, false),
            lossy(random, "channel-lossy", 20, 0.15, true)),
        vector("chat", 500_000, lossy(random, "channel-lossy", 20, 0.5, true)),
        // That nothing was lost was luck, but where there is nothing else it counts.
        vector(
            "chat",
            500_000,
            lossy(random, "channel", 20, 0, true),
            lossy(random, "channel-lossy", 20, 0, true)),
        vector("chat", 500_000, lossy(random, "channel-lossy", 20, 0, true)),
        // Nothing serves.
        vector(
            "cursor",
            16_667,
            lossy(random, "polling", 60, 0.9, false),
            lossy(random, "channel-lossy", 60, 0.4, true)),
        vector("cursor", 16_667, lossy(random, "websocket", 1, 0, true)),
        vector(
            "file",
            1000,
            with(lossy(random, "websocket", 3, 0, true), "mbps", 412.337),
            with(lossy(random, "channel", 3, 0, true), "mbps", 96.5)),
        vector(
            "connect",
            1000,
            with(lane("websocket", List.of()), "setup", 12.345),
            with(lane("polling", List.of()), "setup", 16.5),
            with(lane("channel", List.of()), "setup", 61)),
        // What gives messages up is quicker, and is not for chats.
        vector(
            "chat",
            500_000,
            lossy(random, "websocket", 20, 0.2, false),
            lane("channel-lossy", Collections.nCopies(20, 27_700)),
            lane("media", Collections.nCopies(20, 27_600)),
            lossy(random, "socketio", 20, 1, false)),
        // Of eight the slowest says little: no different is whose others lie near.
        vector(
            "chat",
            500_000,
            lane("websocket", eight(84_000, 83_500, 83_000)),
            lane("socketio", eight(198_000, 90_000, 85_500)),
            lane("polling", eight(120_000, 110_000, 100_000))),
        // One that lost all has no delays that would be less than others'.
        vector(
            "cursor",
            16_667,
            lossy(random, "polling", 60, 0.9, false),
            lossy(random, "media", 60, 1, true)),
        // So small a share late that one digit would call it none; and shares that differ by luck.
        vector(
            "cursor",
            16_667,
            lossy(random, "websocket", 60, 0.02, false),
            lossy(random, "channel-lossy", 300, 0.1, true),
            lane("channel-lifetime", oneLate),
            lossy(random, "channel", 60, 0.02, false)),
        // More in a file's time, but not all of it.
        vector(
            "file",
            1000,
            with(lossy(random, "websocket", 20, 0, true), "mbps", 12.5),
            with(lossy(random, "channel", 20, 0, true), "mbps", 11),
            with(lossy(random, "channel-lossy", 20, 0.2, true), "mbps", 80)));
  }

  private static Map<String, Object> vector(String workload, int every, Object... lanes) {
    Map<String, Object> vector = new LinkedHashMap<>();
    vector.put("workload", workload);
    vector.put("every", every);
    vector.put("lanes", List.of(lanes));
    return vector;
  }

  private static Map<String, Object> lane(String lane, List<@Nullable Integer> delays) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("lane", lane);
    plain.put("delays", delays);
    return plain;
  }

  private static Map<String, Object> with(Map<String, Object> lane, String name, double value) {
    lane.put(name, value);
    return lane;
  }

  private static List<@Nullable Integer> eight(int... slowest) {
    List<@Nullable Integer> delays = new ArrayList<>(Collections.nCopies(5, 82_000));
    Arrays.stream(slowest).forEach(delays::add);
    return delays;
  }

  /// Microseconds, in tens: about 82 ms, and with that chance lost, or two or three times as long.
  private static Map<String, Object> lossy(
      SplittableRandom random, String lane, int count, double chance, boolean gone) {
    List<@Nullable Integer> delays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int delay = 81_000 + random.nextInt(300) * 10;
      delays.add(
          random.nextDouble() >= chance
              ? Integer.valueOf(delay)
              : gone ? null : Integer.valueOf(delay + 80_000 + random.nextInt(15_000) * 10));
    }
    return lane(lane, delays);
  }
}
