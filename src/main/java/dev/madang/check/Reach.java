package dev.madang.check;

import dev.madang.net.WholeAnswer;
import dev.madang.protocol.stun.StunAttribute.ErrorCode;
import dev.madang.protocol.stun.StunAttribute.RequestedTransport;
import dev.madang.protocol.stun.StunAttribute.XorMappedAddress;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tries every way on which a browser would reach a server, from here. Blocks.
public final class Reach implements AutoCloseable {
  private final URI server;
  private final Consumer<Finding> found;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /// @param server `http://HOST:PORT/` or `https://`
  /// @param found hears each finding as it is made
  public Reach(URI server, Consumer<Finding> found) {
    this.server = server;
    this.found = found;
  }

  public void look() throws InterruptedException {
    JsonNode about = page();
    if (about == null) {
      return;
    }
    secure(about);
    polling();
    webSocket();
    int udp = about.path("udp").asInt(0);
    boolean turn = about.path("turn").asBoolean(false);
    if (udp == 0) {
      found.accept(
          Finding.fail(
              "udp",
              "This server takes no UDP: media.enabled and turn.enabled are false there, so calls of more than two, and calls between strict networks, do not work.",
              "이 서버는 UDP를 받지 않아요(media.enabled, turn.enabled가 false). 셋 이상의 통화와 엄격한 망 사이의 통화가 되지 않아요."));
      return;
    }
    udp(udp);
    if (!turn) {
      found.accept(
          Finding.warn(
              "turn",
              "This server has no TURN (turn.enabled is false): who is behind a strict firewall does not get through.",
              "이 서버에는 TURN이 없어요(turn.enabled가 false). 엄격한 방화벽 뒤에 있는 사람은 연결되지 않아요."));
      return;
    }
    turnByTcp(false);
    if (about.path("tls").asBoolean(false)) {
      turnByTcp(true);
    }
  }

  // ---- pages and messages -----------------------------------------------------------------------

  private @Nullable JsonNode page() throws InterruptedException {
    try {
      HttpResponse<String> answer = get("/api/about");
      if (answer.statusCode() == 421) {
        found.accept(
            Finding.fail(
                "page",
                "The server does not answer to the name "
                    + server.getHost()
                    + ": set url, or add it to http.hosts, in its madang.yml.",
                "서버가 "
                    + server.getHost()
                    + "라는 이름으로는 답하지 않아요. 그쪽 madang.yml의 url이나 http.hosts에 적으세요."));
        return null;
      }
      JsonNode about =
          answer.statusCode() == 200 ? JsonMapper.shared().readTree(answer.body()) : null;
      if (about != null && about.has("version")) {
        String version = about.get("version").asString();
        found.accept(
            Finding.pass(
                "page",
                "Madang " + version + " answers at " + server,
                server + "에서 마당 " + version + "이 답해요"));
        return about;
      }
      found.accept(
          Finding.fail(
              "page",
              "Something answers at "
                  + server
                  + ", but it is no Madang: is a proxy before it, or the port another's?",
              server + "에서 무언가 답하지만 마당이 아니에요. 앞에 프록시가 있거나 다른 프로그램의 포트가 아닌가요?"));
    } catch (JacksonException none) {
      found.accept(
          Finding.fail(
              "page",
              "Something answers at " + server + ", but it is no Madang.",
              server + "에서 무언가 답하지만 마당이 아니에요."));
    } catch (SSLException untrusted) {
      found.accept(
          Finding.fail(
              "certificate",
              "This machine does not trust the certificate of "
                  + server
                  + ": open http://"
                  + server.getRawAuthority()
                  + "/trust in a browser for the steps, give the server one of a public authority, or check http:// instead.",
              "이 기계는 "
                  + server
                  + "의 인증서를 믿지 않아요. 브라우저로 http://"
                  + server.getRawAuthority()
                  + "/trust를 열어 순서대로 하거나, 서버에 공인 인증서를 주거나, http://로 확인하세요."));
    } catch (IOException away) {
      found.accept(
          Finding.fail(
              "page",
              "Nobody answers at "
                  + server
                  + " ("
                  + reason(away)
                  + "): does the server run, is the address right, and does a firewall let TCP "
                  + port()
                  + " in?",
              server
                  + "에서 아무도 답하지 않아요("
                  + reason(away)
                  + "). 서버가 돌고 있나요? 주소가 맞나요? 방화벽이 TCP "
                  + port()
                  + "을 들여보내나요?"));
    }
    return null;
  }

  private void secure(JsonNode about) {
    boolean local = server.getHost().matches("localhost|127\\..*|\\[::1\\]");
    if (server.getScheme().equals("https") || local) {
      found.accept(
          Finding.pass(
              "secure",
              local
                  ? "a page of this machine: browsers give it camera and microphone"
                  : "encrypted, with a certificate that this machine trusts",
              local ? "이 기계의 페이지라서 브라우저가 카메라와 마이크를 내줘요" : "암호화되고, 이 기계가 믿는 인증서예요"));
      return;
    }
    String secure = about.path("secure").asString("");
    found.accept(
        Finding.warn(
            "secure",
            "Plain http: browsers give camera and microphone to secure pages only, so here one can watch and write, not speak. Open "
                + (secure.isEmpty()
                    ? "an https:// address (http.tls in madang.yml)."
                    : secure + " instead."),
            "암호화되지 않은 http예요. 브라우저는 안전한 페이지에만 카메라와 마이크를 내주므로, 보고 쓸 수는 있어도 말할 수는 없어요. "
                + (secure.isEmpty()
                    ? "https:// 주소를 쓰세요(madang.yml의 http.tls)."
                    : secure + "을 여세요.")));
  }

  private void polling() throws InterruptedException {
    long before = System.nanoTime();
    try {
      HttpResponse<String> answer = get("/socket.io/?EIO=4&transport=polling");
      if (answer.statusCode() == 200 && answer.body().startsWith("0{")) {
        found.accept(Finding.pass("polling", took(before), took(before)));
        return;
      }
      found.accept(
          Finding.fail(
              "polling",
              "The server answered "
                  + answer.statusCode()
                  + " instead of a Socket.IO session: a proxy on the way changes requests.",
              "서버가 Socket.IO 세션 대신 " + answer.statusCode() + "로 답했어요. 중간의 프록시가 요청을 바꾸고 있어요."));
    } catch (IOException broken) {
      found.accept(
          Finding.fail(
              "polling",
              "The request was cut ("
                  + reason(broken)
                  + "): a proxy or firewall on the way does not let it through.",
              "요청이 끊겼어요(" + reason(broken) + "). 중간의 프록시나 방화벽이 막고 있어요."));
    }
  }

  private void webSocket() throws InterruptedException {
    long before = System.nanoTime();
    CompletableFuture<String> first = new CompletableFuture<>();
    URI at =
        URI.create(
            (server.getScheme().equals("https") ? "wss://" : "ws://")
                + server.getRawAuthority()
                + "/socket.io/?EIO=4&transport=websocket");
    try {
      WebSocket socket =
          http.newWebSocketBuilder()
              .connectTimeout(PATIENCE)
              .buildAsync(at, new First(first))
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      String said = first.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      socket.abort();
      if (!said.startsWith("0{")) {
        throw new ExecutionException(new IOException("it says " + said));
      }
      found.accept(Finding.pass("websocket", took(before), took(before)));
    } catch (ExecutionException | TimeoutException refused) {
      found.accept(
          Finding.warn(
              "websocket",
              "WebSocket does not get through ("
                  + reason(refused)
                  + "): messages go by polling, which is slower. A proxy before the server has to pass `Upgrade` on.",
              "WebSocket이 통하지 않아요("
                  + reason(refused)
                  + "). 메시지는 더 느린 폴링으로 가요. 서버 앞의 프록시가 `Upgrade`를 넘겨줘야 해요."));
    }
  }

  // ---- media ------------------------------------------------------------------------------------

  private void udp(int port) {
    byte[] question =
        StunMessage.request(StunMessage.BINDING, TransactionId.random(RANDOM)).write();
    // RFC 8489 section 6.2.1: a lost question is asked again, each time after twice the time.
    int wait = 500;
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(server.getHost(), port));
      for (int attempt = 0; attempt < 4; attempt++, wait *= 2) {
        long before = System.nanoTime();
        socket.send(new DatagramPacket(question, question.length));
        socket.setSoTimeout(wait);
        byte[] answer = new byte[1500];
        DatagramPacket packet = new DatagramPacket(answer, answer.length);
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException lost) {
          continue;
        }
        XorMappedAddress seen =
            StunMessage.read(answer, 0, packet.getLength()).first(XorMappedAddress.class);
        String from = seen == null ? "" : ", " + seen.address();
        found.accept(Finding.pass("udp", took(before) + from, took(before) + from));
        return;
      }
      found.accept(noUdp(port, "no answer within 7 s", "7초 동안 답이 없음"));
    } catch (IOException | RuntimeException refused) {
      found.accept(noUdp(port, reason(refused), reason(refused)));
    }
  }

  private static Finding noUdp(int port, String en, String ko) {
    return Finding.warn(
        "udp",
        "UDP "
            + port
            + " does not get through ("
            + en
            + "): calls go by TCP, later and less smooth. Open UDP "
            + port
            + " in the firewalls on the way and in the server's own.",
        "UDP "
            + port
            + "이 통하지 않아요("
            + ko
            + "). 통화가 TCP로 가서 늦고 덜 매끄러워요. 중간의 방화벽과 서버의 방화벽에서 UDP "
            + port
            + "을 여세요.");
  }

  /// Whether the relay answers: RFC 8656 section 7.2 has it ask a stranger who they are.
  private void turnByTcp(boolean tls) {
    String name = tls ? "turn-tls" : "turn-tcp";
    long before = System.nanoTime();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(server.getHost(), port()), (int) PATIENCE.toMillis());
      plain.setSoTimeout((int) PATIENCE.toMillis());
      try (Socket socket =
          tls
              ? anyCertificate()
                  .getSocketFactory()
                  .createSocket(plain, server.getHost(), port(), true)
              : plain) {
        byte[] question =
            StunMessage.request(
                    StunMessage.ALLOCATE, TransactionId.random(RANDOM), new RequestedTransport(17))
                .write();
        socket.getOutputStream().write(question);
        socket.getOutputStream().flush();
        StunMessage answer = read(socket.getInputStream());
        ErrorCode code = answer.first(ErrorCode.class);
        if (code == null || code.code() != 401) {
          throw new IOException("it says " + code);
        }
      }
      found.accept(Finding.pass(name, took(before), took(before)));
    } catch (IOException | RuntimeException | GeneralSecurityException refused) {
      found.accept(
          Finding.warn(
              name,
              "The relay does not answer this way ("
                  + reason(refused)
                  + "): who has no UDP, and only this way, is not heard. A proxy before the server passes HTTP alone; let TCP "
                  + port()
                  + " reach the server itself.",
              "이 길로는 릴레이가 답하지 않아요("
                  + reason(refused)
                  + "). UDP가 막혀 이 길뿐인 사람은 들리지 않아요. 서버 앞의 프록시는 HTTP만 넘겨요. TCP "
                  + port()
                  + "이 서버에 바로 닿게 하세요."));
    }
  }

  private static StunMessage read(InputStream from) throws IOException {
    byte[] head = from.readNBytes(StunMessage.HEADER);
    if (head.length < StunMessage.HEADER || ByteBuffer.wrap(head).getInt(4) != StunMessage.COOKIE) {
      throw new IOException("what answers is no TURN");
    }
    int length = ByteBuffer.wrap(head).getShort(2) & 0xffff;
    byte[] rest = from.readNBytes(length);
    byte[] whole = ByteBuffer.allocate(head.length + rest.length).put(head).put(rest).array();
    return StunMessage.read(whole, 0, whole.length);
  }

  // ---- small things -----------------------------------------------------------------------------

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return WholeAnswer.of(http, HttpRequest.newBuilder(server.resolve(path)).build(), PATIENCE);
  }

  private int port() {
    return server.getPort() >= 0 ? server.getPort() : server.getScheme().equals("https") ? 443 : 80;
  }

  private static String took(long before) {
    return (System.nanoTime() - before) / 1_000_000 + " ms";
  }

  private static String reason(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /// Here it counts only whether TLS gets through; whether the certificate is trusted is a finding
  /// of its own.
  private static SSLContext anyCertificate() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new AnyCertificate()}, RANDOM);
    return context;
  }

  private static final class AnyCertificate extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

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

  /// The first message of a WebSocket.
  private record First(CompletableFuture<String> text) implements WebSocket.Listener {
    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.complete(data.toString());
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      text.completeExceptionally(new IOException("closed with " + status + " " + reason));
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      text.completeExceptionally(error);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final SecureRandom RANDOM = new SecureRandom();
}
