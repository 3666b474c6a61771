package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.RawClient.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StaticFilesTest {
  private static final TcpLoops LOOPS = new TcpLoops(1);
  private static final String SCRIPT = "let a = 1;\n".repeat(40_000);
  private static HttpDoor door;

  @BeforeAll
  static void open() {
    Router router = new Router();
    StaticFiles.of(
            Map.of(
                "/index.html", bytes("<!doctype html>"),
                "/assets/app-B3xYz12a.js", bytes(SCRIPT),
                "/assets/app-B3xYz12a.js.br", bytes("brotli"),
                "/app.css", bytes("a { }\n".repeat(1000)),
                "/empty.txt", new byte[0]))
        .addTo(router, List.of("/", "/trust", "/r/"));
    door = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), LOOPS, router);
  }

  @AfterAll
  static void close() {
    door.close();
    LOOPS.close();
  }

  @Test
  void servesThePageAtEveryAddressOfTheApplication() {
    for (String path : List.of("/", "/trust", "/r/standup", "/index.html", "/?q=1")) {
      Answer answer = get(path);
      assertThat(answer.status()).as(path).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("<!doctype html>");
      assertThat(answer.headers())
          .containsEntry("content-type", "text/html; charset=utf-8")
          .containsEntry("cache-control", "no-cache")
          .containsEntry("x-content-type-options", "nosniff");
      assertThat(answer.headers().get("content-security-policy"))
          .contains("script-src 'self';")
          .contains("frame-ancestors 'self'")
          .doesNotContain("script-src 'self' 'unsafe-inline'");
      assertThat(answer.headers().get("permissions-policy")).contains("camera=(self)");
    }
  }

  @Test
  void showsThePageToPeopleWhoAreLostAndASentenceToPrograms() {
    for (String path : List.of("/no/such/page", "/assets/", "/api/nothing", "/index.htm")) {
      Answer page = get(path, "Accept: text/html,application/xhtml+xml,*/*;q=0.8");
      assertThat(page.status()).as(path).isEqualTo(404);
      assertThat(page.text()).isEqualTo("<!doctype html>");
      assertThat(page.headers())
          .containsEntry("content-type", "text/html; charset=utf-8")
          .containsEntry("vary", "accept, accept-encoding")
          .containsKey("content-security-policy")
          .doesNotContainKey("etag");
      for (String accept : List.of("*/*", "application/json", "image/png,*/*")) {
        Answer sentence = get(path, "Accept: " + accept);
        assertThat(sentence.status()).as(path).isEqualTo(404);
        assertThat(sentence.text()).isEqualTo("Nothing lives at this address.\n");
      }
    }
    try (RawClient client = new RawClient(door.port())) {
      client.send(
          "POST /no HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("Nothing lives at this address.\n");
    }
  }

  @Test
  void servesHashedFilesForGoodAndPrecompressedWhereAccepted() {
    Answer plain = get("/assets/app-B3xYz12a.js");
    assertThat(plain.text()).isEqualTo(SCRIPT);
    assertThat(plain.headers())
        .containsEntry("cache-control", "public, max-age=31536000, immutable")
        .containsEntry("vary", "accept-encoding");
    Answer brotli = get("/assets/app-B3xYz12a.js", "Accept-Encoding: gzip, deflate, br");
    assertThat(brotli.text()).isEqualTo("brotli");
    assertThat(brotli.headers()).containsEntry("content-encoding", "br");
    assertThat(brotli.headers().get("etag")).isNotEqualTo(plain.headers().get("etag"));
    assertThat(get("/assets/app-B3xYz12a.js", "Accept-Encoding: br;q=0").text()).isEqualTo(SCRIPT);
  }

  @Test
  void compressesWhatTheBuildDidNot() throws IOException {
    Answer answer = get("/app.css", "Accept-Encoding: gzip");
    assertThat(answer.headers()).containsEntry("content-encoding", "gzip");
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
    assertThat(plain).isEqualTo(bytes("a { }\n".repeat(1000)));
  }

  @Test
  void answersNotModifiedToWhoHasItAlready() {
    String etag = get("/app.css").headers().get("etag");
    assertThat(etag).startsWith("\"");
    for (String tags : List.of(etag, "\"x\", W/" + etag, "*")) {
      try (RawClient client = new RawClient(door.port())) {
        client.send(
            "GET /app.css HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: " + tags + "\r\n\r\n");
        Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.headers())
            .containsEntry("etag", etag)
            .doesNotContainKey("content-length");
        // Nothing followed the head: the connection is still in step.
        client.send("GET /empty.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(client.answer().status()).isEqualTo(200);
      }
    }
    assertThat(get("/app.css", "If-None-Match: \"x\"").status()).isEqualTo(200);
  }

  @Test
  void servesOneRangeAndIgnoresRangesItDoesNotKnow() {
    Answer first = get("/app.css", "Range: bytes=0-2");
    assertThat(first.status()).isEqualTo(206);
    assertThat(first.text()).isEqualTo("a {");
    assertThat(first.headers()).containsEntry("content-range", "bytes 0-2/6000");
    assertThat(get("/app.css", "Range: bytes=5998-").text()).isEqualTo("}\n");
    assertThat(get("/app.css", "Range: bytes=-2").text()).isEqualTo("}\n");
    assertThat(get("/app.css", "Range: bytes=-9999").body()).hasSize(6000);
    assertThat(get("/app.css", "Range: bytes=5998-999999999999999999").text()).isEqualTo("}\n");
    Answer beyond = get("/app.css", "Range: bytes=6000-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.headers()).containsEntry("content-range", "bytes */6000");
    for (String odd : List.of("bytes=0-1,3-4", "bytes=2-1", "bytes=-", "lines=1-2", "bytes=a-b")) {
      assertThat(get("/app.css", "Range: " + odd).status()).as(odd).isEqualTo(200);
    }
    assertThat(get("/app.css", "Range: bytes=0-2", "If-Range: \"old\"").status()).isEqualTo(200);
  }

  @Test
  void neverLetsAnAddressBecomeAPath() {
    for (String path :
        List.of(
            "/../pom.xml",
            "/..%2f..%2fetc/passwd",
            "/assets/../../etc/passwd",
            "//etc/passwd",
            "/%2e%2e/secret",
            "/assets/",
            "/app.css/",
            "/app.css%00.js")) {
      assertThat(get(path).status()).as(path).isIn(400, 404);
    }
  }

  private static Answer get(String path, String... headers) {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
      for (String header : headers) {
        client.send(header + "\r\n");
      }
      return client.send("\r\n").answer();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
