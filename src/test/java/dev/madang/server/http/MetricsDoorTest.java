package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.TcpLoops;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bad inputs, class 80: numbers are not public by default.
class MetricsDoorTest {
  @Test
  void isReachableFromThisMachineAloneUnlessConfiguredOtherwise() {
    assertThat(MetricsDoor.Config.defaults().host()).isEqualTo("127.0.0.1");
  }

  @Test
  void printsNumbersForPrometheusThatTheMainPortDoesNot() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (TcpLoops loops = new TcpLoops(1);
        HttpDoor main = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), loops, new Router());
        MetricsDoor metrics =
            MetricsDoor.open(
                new MetricsDoor.Config(true, "127.0.0.1", 0), List.of(), loops, registry);
        RawClient stranger = new RawClient(main.port());
        RawClient client = new RawClient(metrics.port())) {
      main.countIn(registry);
      stranger.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(stranger.answer().status()).isEqualTo(404);
      client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
      RawClient.Answer answer = client.answer();
      assertThat(answer.headers().get("content-type")).startsWith("text/plain; version=0.0.4");
      assertThat(answer.text())
          .contains("madang_http_connections 1.0")
          .contains("madang_http_requests_total 1.0");
      client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("ok\n");
      client.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(421);
    }
  }
}
