package dev.madang.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.madang.net.TcpLoops;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
  private static final TcpLoops LOOPS = new TcpLoops(2);
  private static final CountDownLatch GONE = new CountDownLatch(1);
  private static final CountDownLatch LEFT = new CountDownLatch(2);
  private static final CompletableFuture<Exchange> HELD = new CompletableFuture<>();

  @TempDir static Path folder;

  private static Tls tls;
  private static HttpDoor door;
  private static SSLContext trusting;

  @BeforeAll
  static void open() throws Exception {
    tls = Tls.open(Tls.Config.defaults(), folder);
    Router router =
        new Router()
            .get("/hello", exchange -> exchange.respond(200, "hello " + exchange.host()))
            .get("/big", exchange -> exchange.respond(200, "text/plain", new byte[3_000_000]))
            .post(
                "/echo",
                exchange ->
                    exchange.body(
                        200_000,
                        body -> exchange.respond(200, "text/plain", body.retainedDuplicate())))
            .post(
                "/home",
                exchange ->
                    exchange.moveTo(
                        LOOPS.home(),
                        () ->
                            exchange.body(
                                100,
                                body ->
                                    exchange.respond(
                                        200,
                                        LOOPS.home().inEventLoop()
                                            + " "
                                            + body.toString(StandardCharsets.UTF_8)))))
            .get("/pieces", TlsTest::pieces)
            .get(
                "/hold",
                exchange -> {
                  exchange.onGone(GONE::countDown);
                  HELD.complete(exchange);
                })
            .get(
                "/ws",
                exchange ->
                    exchange.moveTo(
                        LOOPS.home(),
                        () ->
                            exchange.upgrade(
                                WebSocketOptions.defaults(),
                                socket -> socket.onText(socket::send))));
    new TrustFiles(tls).addTo(router);
    door = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), LOOPS, router, tls);
    door.onTurn((pipeline, secure) -> pipeline.addLast(echo(secure ? 's' : 'p')));
    door.onIce((pipeline, secure) -> pipeline.addLast(echo(secure ? 'S' : 'P')));
    trusting = trust(Pem.certificate(folder.resolve("ca.crt")));
  }

  @AfterAll
  static void close() {
    door.close();
    assertThat(door.connections()).isZero();
    LOOPS.close();
  }

  @Test
  void speaksHttp2WithWhoAsksForIt() throws Exception {
    try (HttpClient client = client()) {
      HttpResponse<String> response = client.send(get("/hello"), BodyHandlers.ofString());
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("hello localhost:" + door.port() + "\n");
      assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
      assertThat(response.headers().firstValue("date")).isPresent();
      assertThat(client.send(get("/big"), BodyHandlers.ofByteArray()).body()).hasSize(3_000_000);
    }
  }

  @Test
  void readsBodiesOverHttp2AndRefusesThoseThatAreTooLarge() throws Exception {
    try (HttpClient client = client()) {
      String body = "0123456789".repeat(15_000);
      assertThat(client.send(post("/echo", body), BodyHandlers.ofString()).body()).isEqualTo(body);
      assertThat(client.send(post("/home", "hi"), BodyHandlers.ofString()).body())
          .isEqualTo("true hi\n");
      assertThat(client.send(post("/echo", body + body), BodyHandlers.ofString()).statusCode())
          .isEqualTo(413);
      // The connection lives on.
      assertThat(client.send(get("/hello"), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  /// Three lines, each on its own, and then the end; with `?hold` no end.
  private static void pieces(Exchange exchange) {
    ResponseStream stream = exchange.stream("text/event-stream");
    stream.onClose(LEFT::countDown);
    for (String line : List.of("one", "two", "three")) {
      exchange
          .loop()
          .execute(
              () -> stream.write(Unpooled.copiedBuffer(line + "\n", StandardCharsets.US_ASCII)));
    }
    if (exchange.query("hold") == null) {
      exchange.loop().execute(stream::close);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void answersInPieces(HttpClient.Version version) throws Exception {
    try (HttpClient client = client(version)) {
      HttpResponse<Stream<String>> response = client.send(get("/pieces"), BodyHandlers.ofLines());
      assertThat(response.version()).isEqualTo(version);
      assertThat(response.body()).containsExactly("one", "two", "three");
      // The connection, or another one, answers what comes next.
      assertThat(client.send(get("/hello"), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void tellsWhoSendsPiecesThatNobodyListensAnyMore(HttpClient.Version version) throws Exception {
    long before = LEFT.getCount();
    try (HttpClient client = client(version)) {
      HttpResponse<Stream<String>> response =
          client.send(get("/pieces?hold"), BodyHandlers.ofLines());
      Iterator<String> lines = response.body().iterator();
      assertThat(lines.next()).isEqualTo("one");
      client.shutdownNow();
    }
    await().until(() -> LEFT.getCount() == before - 1);
  }

  @Test
  void answersManyStreamsOfOneConnection() throws Exception {
    try (HttpClient client = client()) {
      client.send(get("/hello"), BodyHandlers.ofString());
      List<CompletableFuture<HttpResponse<String>>> all =
          IntStream.range(0, 80)
              .mapToObj(i -> client.sendAsync(post("/echo", "n" + i), BodyHandlers.ofString()))
              .toList();
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).get().body()).isEqualTo("n" + i);
      }
    }
  }

  @Test
  void tellsTheHandlerThatAStreamWasReset() throws Exception {
    try (HttpClient client = client()) {
      client.sendAsync(get("/hold"), BodyHandlers.ofString());
      HELD.get();
      client.shutdownNow();
      GONE.await();
    }
  }

  @Test
  void speaksHttp1AndWebSocketInsideTls() throws Exception {
    try (RawClient client = secure()) {
      client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("hello localhost\n");
      client.send("POST /home HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
      assertThat(client.answer().text()).isEqualTo("true hi\n");
      client.upgrade("/ws").text("through TLS");
      assertThat(client.frame().text()).isEqualTo("through TLS");
    }
  }

  @Test
  void handsTurnOverInTheClearAndInsideTls() throws Exception {
    byte[] allocate = {0, 3, 0, 0, 0x21, 0x12, (byte) 0xA4, 0x42};
    try (RawClient plain = new RawClient(door.port());
        RawClient secure = secure()) {
      plain.send(allocate);
      assertThat(plain.bytes(9)).startsWith(allocate).endsWith('p');
      secure.send(allocate);
      assertThat(secure.bytes(9)).startsWith(allocate).endsWith('s');
    }
  }

  @Test
  void handsIceOverInTheClearAndInsideTls() throws Exception {
    byte[] check = {0, 20, 0, 1, 0, 0, 0x21, 0x12, (byte) 0xA4, 0x42};
    try (RawClient plain = new RawClient(door.port());
        RawClient secure = secure()) {
      plain.send(check);
      assertThat(plain.bytes(11)).startsWith(check).endsWith('P');
      secure.send(check);
      assertThat(secure.bytes(11)).startsWith(check).endsWith('S');
    }
  }

  @Test
  void waitsForWhatTellsTurnFromIceAndClosesWhatIsNeither() throws Exception {
    byte[] check = {0, 20, 0, 1, 0, 0, 0x21, 0x12, (byte) 0xA4, 0x42, 1, 2, 3};
    try (RawClient slow = new RawClient(door.port());
        RawClient wrong = new RawClient(door.port())) {
      for (byte each : check) {
        slow.send(new byte[] {each});
      }
      assertThat(slow.bytes(11)).startsWith(Arrays.copyOf(check, 10));
      wrong.send(new byte[] {0, 1, 0, 0, 1, 2, 3, 4, 5, 6});
      assertThat(wrong.isClosed()).isTrue();
    }
  }

  private static ChannelInboundHandlerAdapter echo(char last) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        context.write(message);
        context.writeAndFlush(context.alloc().buffer(1).writeByte(last));
      }
    };
  }

  @Test
  void handsOutTheAuthorityToBeTrusted() throws Exception {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /trust/madang-ca.crt HTTP/1.1\r\nHost: localhost\r\n\r\n");
      RawClient.Answer answer = client.answer();
      assertThat(answer.text()).isEqualTo(Files.readString(folder.resolve("ca.crt")));
      client.send("GET /trust/madang-ca.mobileconfig HTTP/1.1\r\nHost: localhost\r\n\r\n");
      answer = client.answer();
      assertThat(answer.headers())
          .containsEntry("content-type", "application/x-apple-aspen-config");
      assertThat(answer.text())
          .contains("com.apple.security.root")
          .doesNotContain("BASE64", "INNER", "OUTER");
    }
  }

  @Test
  void refusesWhoDoesNotTrustItAndLivesOn() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> client.send(get("/hello"), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
    try (RawClient client = new RawClient(door.port())) {
      client.send(new byte[] {0x16, 3, 1, 0, 5, 'h', 'e', 'l', 'l', 'o'});
      assertThat(client.isClosed()).isTrue();
    }
    try (RawClient client = secure()) {
      client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void readsACertificateAgainWhenItsFilesChange(@TempDir Path files) throws Exception {
    Path certificate = files.resolve("cert.pem");
    Path key = files.resolve("key.pem");
    copy(identity(files.resolve("one")), certificate, key, 1_000);
    Tls.Config config = new Tls.Config(true, certificate, key, List.of());
    Tls named = Tls.open(config, files);
    assertThat(named.authority()).isNull();
    HttpDoor.Config any = HttpDoor.Config.defaults().withPort(0);
    try (HttpDoor other = HttpDoor.open(any, LOOPS, new Router(), named)) {
      X509Certificate first = served(other.port());
      assertThat(first).isEqualTo(Pem.certificate(certificate));
      copy(identity(files.resolve("two")), certificate, key, 2_000);
      named.refresh();
      X509Certificate second = served(other.port());
      assertThat(second).isEqualTo(Pem.certificate(certificate)).isNotEqualTo(first);
      Files.writeString(key, "rubbish");
      named.refresh();
      assertThat(served(other.port())).isEqualTo(second);
    }
  }

  @Test
  void answersToTheNamesOfItsCertificate(@TempDir Path files) throws Exception {
    Path authority = files.resolve("authority");
    new LocalAuthority(authority)
        .identity(
            Set.of("den.example", "*.den.example"),
            List.of(InetAddress.getLoopbackAddress()),
            Instant.now());
    copy(authority, files.resolve("cert.pem"), files.resolve("key.pem"), 1_000);
    Hosts hosts =
        new Hosts(
            List.of(),
            Tls.open(
                new Tls.Config(
                    true, files.resolve("cert.pem"), files.resolve("key.pem"), List.of()),
                files));
    assertThat(hosts.allow("den.example:7700")).isTrue();
    assertThat(hosts.allow("a.den.example")).isTrue();
    assertThat(hosts.allow("a.b.den.example")).isFalse();
    assertThat(hosts.allow("evil.example")).isFalse();
  }

  @Test
  void saysInASentenceWhatIsWrongWithACertificate(@TempDir Path files) throws Exception {
    Path certificate = Files.writeString(files.resolve("cert.pem"), "rubbish");
    Tls.Config config = new Tls.Config(true, certificate, certificate, List.of());
    assertThatThrownBy(() -> Tls.open(config, files))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http.tls");
    assertThatThrownBy(() -> new Tls.Config(true, certificate, null, List.of()))
        .hasMessageContaining("http.tls.key");
  }

  private static Path identity(Path other) {
    new LocalAuthority(other)
        .identity(Set.of("den"), List.of(InetAddress.getLoopbackAddress()), Instant.now());
    return other;
  }

  private static void copy(Path from, Path certificate, Path key, long changed) throws Exception {
    Files.copy(from.resolve("leaf.crt"), certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.resolve("leaf.key"), key, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(certificate, FileTime.fromMillis(changed));
    Files.setLastModifiedTime(key, FileTime.fromMillis(changed));
  }

  private static X509Certificate served(int port) throws Exception {
    SSLContext blind = SSLContext.getInstance("TLS");
    blind.init(null, new javax.net.ssl.TrustManager[] {new Blind()}, null);
    try (SSLSocket socket = (SSLSocket) blind.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static RawClient secure() throws IOException {
    return new RawClient(
        trusting.getSocketFactory().createSocket("127.0.0.1", door.port()), door.port());
  }

  private static HttpClient client() {
    return client(HttpClient.Version.HTTP_2);
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(trusting).version(version).build();
  }

  private static HttpRequest get(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + door.port() + path)).build();
  }

  private static HttpRequest post(String path, String body) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + door.port() + path))
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private static SSLContext trust(X509Certificate authority) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", authority);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static final class Blind extends javax.net.ssl.X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
