package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Results that stay, and those who want to keep more, or other things, than they may.
class KeptResultsTest {
  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Madang madang;
  private String base = "";

  @AfterEach
  void stop() {
    http.close();
    if (madang != null) {
      madang.close();
    }
  }

  @Test
  void whoHasTheLinkReadsWhatWasKeptAfterARestartToo() throws Exception {
    start(Map.of());
    JsonNode kept = kept(keep(REPORT));
    JsonNode read = read(kept);
    assertThat(read.get("id")).isEqualTo(kept.get("id"));
    assertThat(read.get("runs")).hasSize(1);
    assertThat(read.at("/runs/0")).isEqualTo(JSON.readTree(REPORT));

    madang.close();
    start(Map.of());
    assertThat(read(kept)).isEqualTo(read);
  }

  @Test
  void anotherReportStandsBesideItForWhoHasTheKey() throws Exception {
    start(Map.of());
    JsonNode kept = kept(keep(REPORT));
    String path = "/" + kept.get("id").asString();
    String key = kept.get("key").asString();
    assertThat(post(path, grant(), "guess", REPORT).statusCode()).isEqualTo(404);
    // A grant with which nothing was kept may keep yet.
    String grant = grant();
    assertThat(post(path, grant, null, REPORT).statusCode()).isEqualTo(404);
    assertThat(post(path, grant, key, REPORT).statusCode()).isEqualTo(201);
    assertThat(post(path, grant, key, REPORT).statusCode()).isEqualTo(429);
    assertThat(read(kept).get("runs")).hasSize(2);
  }

  @Test
  void whoKeptItTakesItAway() throws Exception {
    start(Map.of());
    JsonNode kept = kept(keep(REPORT));
    String path = "/" + kept.get("id").asString();
    assertThat(send(request(path).header("authorization", "Bearer guess").DELETE()).statusCode())
        .isEqualTo(404);
    HttpRequest.Builder own =
        request(path).header("authorization", "bearer " + kept.get("key").asString());
    assertThat(send(own.DELETE()).statusCode()).isEqualTo(204);
    assertThat(send(request(path)).statusCode()).isEqualTo(404);
  }

  @Test
  void aGrantKeepsOneReportAndWithoutOneNothingIsKept() throws Exception {
    start(Map.of());
    String grant = grant();
    assertThat(post("", grant, null, REPORT).statusCode()).isEqualTo(201);
    HttpResponse<String> again = post("", grant, null, REPORT);
    assertThat(again.statusCode()).isEqualTo(429);
    assertThat(again.body()).contains("kept a report already");
    assertThat(post("", "none", null, REPORT).statusCode()).isEqualTo(403);
  }

  @Test
  void noMoreAreKeptThanMayBe() throws Exception {
    start(Map.of("compare.results", "1"));
    kept(keep(REPORT));
    assertThat(keep(REPORT).statusCode()).isEqualTo(507);
  }

  @Test
  void aNetworkThatReadsWithoutEndKeepsNobodyElseFromReading() throws Exception {
    start(Map.of());
    JsonNode kept = kept(keep(REPORT));
    HttpRequest reading = request("/" + kept.get("id").asString()).build();
    AtomicBoolean over = new AtomicBoolean();
    try (HttpClient other =
            HttpClient.newBuilder().localAddress(InetAddress.getByName("127.0.0.9")).build();
        ExecutorService greedy = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        greedy.submit(() -> {
          while (!over.get()) {
            http.send(reading, BodyHandlers.ofString());
          }
          return null;
        });
      }
      try {
        for (int i = 0; i < 25; i++) {
          assertThat(other.send(reading, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
      } finally {
        over.set(true);
      }
    }
  }

  @Test
  void nothingIsListedAndNoIdIsGuessed() throws Exception {
    start(Map.of());
    kept(keep(REPORT));
    for (String path : List.of("", "/", "/%25", "/..", "/x", "/" + "A".repeat(22))) {
      HttpResponse<String> answer = send(request(path));
      assertThat(answer.statusCode()).as(path).isIn(404, 405);
      assertThat(answer.body()).as(path).doesNotContain("runs");
    }
  }

  @Test
  void whatIsNoReportIsNotKept() throws Exception {
    start(Map.of("compare.grants-per-address", "1000"));
    Map<String, String> wrong = new HashMap<>();
    wrong.put("", "422");
    wrong.put("{", "400");
    wrong.put("[]", "422");
    wrong.put("{}", "422");
    wrong.put("[".repeat(100_000), "400");
    wrong.put(REPORT.replace("\"seconds\":4", "\"seconds\":1e999"), "400");
    String lab =
        "\"lab\":{\"loss\":0,\"rtt\":80,\"jitter\":0,\"rate\":0,\"reorder\":0,\"seed\":-1e999}";
    wrong.put(REPORT.replace("\"lab\":null", lab), "400");
    wrong.put(REPORT.replace("\"lab\":null", lab.replace("-1e999", "-1e99")), "400");
    wrong.put(REPORT.replace("\"lab\":null", lab.replace("-1e999", "9".repeat(22))), "400");
    wrong.put(
        REPORT.replace("\"lab\":null", lab.replace("-1e999", "9223372036854775808.0")), "400");
    wrong.put(REPORT.replace("\"lab\":null", lab.replace("-1e999", "1.5")), "422");
    wrong.put(REPORT.replace("\"sent\":240", "\"sent\":1e999"), "400");
    String page =
        "\"page\":{\"browser\":\"B\",\"bytes\":1,\"paths\":[],\"own\":0,\"resolution\":1,"
            + "\"doubts\":[\"busy\",\"busy\"]}";
    wrong.put(REPORT.replace("\"lab\":null", "\"lab\":null," + page), "422");
    wrong.put(REPORT.replace("\"lab\":null", "\"lab\":null,\"doubts\":[\"busy\",\"busy\"]"), "422");
    String curve = ",\"cdf\":[" + "1,".repeat(99) + "1]";
    wrong.put(
        REPORT
            .replace("\"sent\":240", "\"sent\":0")
            .replace("\"stall\":20", "\"stall\":20" + curve),
        "422");
    wrong.put(REPORT.replace("\"p50\":1", "\"p50\":-1"), "422");
    wrong.put(REPORT.replace("\"p50\":1", "\"p50\":\"1\""), "422");
    wrong.put(REPORT.replace("\"partial\":false", "\"partial\":false,\"script\":\"x\""), "422");
    wrong.put(REPORT.replace("\"lane\":\"udp\"", "\"lane\":\"carrier-pigeon\""), "422");
    wrong.put(
        REPORT.replaceFirst("\"results\":.*\"verdicts\"", "\"results\":[],\"verdicts\""), "422");
    wrong.put(REPORT.replace("\"lane\":\"media\"", "\"lane\":\"udp\""), "422");
    wrong.put(REPORT.replace("2026-01-02T03:04:05Z", "yesterday"), "422");
    wrong.put(REPORT.replace("2026-01-02T03:04:05Z", "+999999999-01-01T00:00:00Z"), "422");
    wrong.put(REPORT.replace("one clock", "x".repeat(1000)), "422");
    wrong.put(REPORT.replace("one clock", "x".repeat(5000)), "400");
    wrong.put(REPORT.replace("one clock", "x".repeat(200_000)), "413");
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      String told = each.getKey().substring(0, Math.min(80, each.getKey().length()));
      HttpResponse<String> answer = keep(each.getKey());
      assertThat(Integer.toString(answer.statusCode())).as(told).isEqualTo(each.getValue());
      assertThat(answer.body()).as(told).isNotBlank().hasSizeLessThan(600);
    }
    // What was refused cost no grant its report.
    String grant = grant();
    assertThat(post("", grant, null, "{}").statusCode()).isEqualTo(422);
    assertThat(post("", grant, null, REPORT).statusCode()).isEqualTo(201);
  }

  @Test
  void noSignChangedInAReportBreaksTheServer() throws Exception {
    start(Map.of("compare.grants-per-address", "1000", "compare.grants", "1000"));
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder(REPORT);
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) random.nextInt(32, 127));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
        }
      }
      assertThat(keep(text.toString()).statusCode()).as(text.toString()).isIn(201, 400, 422);
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsToldAndTheRestGoesOn() throws Exception {
    start(Map.of("store.url", "postgresql://a:b@127.0.0.1:9/c"));
    HttpResponse<String> answer = keep(REPORT);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("The database does not answer").doesNotContain("127.0.0.1");
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(base + "healthz")).build(),
                    BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
  }

  private void start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Config.rehearsal(data));
    all.put("metrics.enabled", "false");
    all.put("http.tls.enabled", "false");
    all.put("compare.enabled", "true");
    all.put("http.host", "127.0.0.1");
    all.putAll(settings);
    ConfigReader reader = new ConfigReader();
    all.forEach((key, value) -> reader.flag(key, value, "test"));
    madang = Madang.start(reader.read());
    base = "http://127.0.0.1:" + madang.http().port() + "/";
  }

  private String grant() throws IOException, InterruptedException {
    HttpRequest asked =
        HttpRequest.newBuilder(URI.create(base + "api/compare"))
            .POST(BodyPublishers.noBody())
            .build();
    return JSON.readTree(http.send(asked, BodyHandlers.ofString()).body()).get("grant").asString();
  }

  private HttpResponse<String> keep(String report) throws IOException, InterruptedException {
    return post("", grant(), null, report);
  }

  private HttpResponse<String> post(String path, String grant, @Nullable String key, String report)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path + "?grant=" + grant).POST(BodyPublishers.ofString(report));
    if (key != null) {
      request.header("authorization", "Bearer " + key);
    }
    return send(request);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + "api/compare/results" + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode kept(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    JsonNode kept = JSON.readTree(answer.body());
    assertThat(kept.get("id").asString()).matches("[\\w-]{22}");
    assertThat(kept.get("key").asString()).matches("[\\w-]{22}");
    return kept;
  }

  private JsonNode read(JsonNode kept) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(request("/" + kept.get("id").asString()));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-robots-tag")).contains("noindex");
    return JSON.readTree(answer.body());
  }

  private static final String SIGNS = "\"\\{}[],:0e-\u0000\ud83d";
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String REPORT =
      """
      {"madang":"0.1","server":"http://127.0.0.1/","at":"2026-01-02T03:04:05Z","seconds":4,\
      "partial":false,"clock":"one clock","lab":null,\
      "workloads":[{"name":"cursor","size":64,"perSecond":60,"burst":1,"deadline":100}],\
      "results":[{"workload":"cursor","lane":"udp","sent":240,"late":0,"lost":1,"p50":1,"p95":2.5,\
      "p95Interval":[2,3],"p99":4,"jitter":0.5,"stall":20},\
      {"workload":"cursor","lane":"media","failure":"There is no media here."}],\
      "verdicts":[{"workload":"cursor","best":["udp"],"same":false,"en":"UDP.","ko":"UDP예요."}]}\
      """;
}
