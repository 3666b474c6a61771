package dev.madang.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WholeAnswerTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService answering = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(answering);
    server.start();
  }

  @AfterEach
  void close() {
    over.countDown();
    server.stop(0);
    answering.shutdownNow();
    http.shutdownNow();
  }

  @Test
  void whatIsShortAndWholeIsReturned() throws Exception {
    answers(2);
    assertThat(ask(Duration.ofSeconds(10)).body()).isEqualTo("xx");
  }

  @Test
  void whatIsTooLongIsNotReadToItsEnd() {
    answers(2 << 20);
    assertThatThrownBy(() -> ask(Duration.ofSeconds(10))).isInstanceOf(IOException.class);
  }

  @Test
  void whatNeverEndsIsGivenUpThoughItBegan() {
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          try {
            over.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    assertThatThrownBy(() -> ask(Duration.ofSeconds(1))).hasMessage("no whole answer within 1 s");
  }

  private void answers(int bytes) {
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, bytes);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write("x".repeat(bytes).getBytes(java.nio.charset.StandardCharsets.UTF_8));
          }
        });
  }

  private HttpResponse<String> ask(Duration within) throws Exception {
    URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    return WholeAnswer.of(http, HttpRequest.newBuilder(at).build(), within);
  }
}
