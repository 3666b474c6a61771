package dev.madang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Clients;
import dev.madang.server.webrtc.Ending;
import dev.madang.wire.BigEndian;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the page `/compare` needs of the server besides lanes of messages: a sound that comes back,
/// a line that loses, and a place where two devices meet.
class MeasuredEchoTest {
  private static final int MANY = 1000;

  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Madang madang;

  @AfterEach
  void stop() {
    if (madang != null) {
      madang.close();
    }
    // Not close(), which waits for WebSockets that nobody needs any more.
    http.shutdownNow();
  }

  // ---- sound ------------------------------------------------------------------------------------

  @Test
  void aSoundComesBackAsItWasUnderASourceOfTheServers() throws Exception {
    URI server = start(Map.of());
    try (Clients clients = new Clients(1, null)) {
      Voice voice = new Voice(server, clients, grant(server, ""));
      voice.say(MANY);
      assertThat(voice.heard(MANY)).isEqualTo(MANY);
      assertThat(voice.changed).isFalse();
    }
  }

  @Test
  void aSoundGoesNoFurtherThanTheBytesOfItsGrant() throws Exception {
    URI server = start(Map.of("compare.bytes", "20000"));
    try (Clients clients = new Clients(1, null)) {
      Voice voice = new Voice(server, clients, grant(server, ""));
      voice.say(MANY);
      assertThat(voice.over.await(10, TimeUnit.SECONDS)).isTrue();
      // 172 bytes there, and back.
      assertThat(voice.heard.cardinality()).isBetween(1, 20_000 / 344);
    }
  }

  @Test
  void aGrantThatLosesLosesThatShareBothWaysAndNobodyElseLosesAny() throws Exception {
    URI server = start(Map.of());
    try (Clients clients = new Clients(1, null)) {
      Voice lossy = new Voice(server, clients, grant(server, "?loss=5"));
      Voice other = new Voice(server, clients, grant(server, ""));
      lossy.say(MANY);
      other.say(MANY);
      // 1 - 0.95², give or take seven standard deviations.
      assertThat(MANY - lossy.heard(MANY)).isBetween(30, 165);
      assertThat(other.heard(MANY)).isEqualTo(MANY);
    }
  }

  @Test
  void aLineLosesWhatMayBeChosenAndNothingElse() throws Exception {
    URI server = start(Map.of());
    for (String loss : List.of("3", "100", "-1", "x", "")) {
      assertThat(post(server, "/api/compare?loss=" + loss, "").statusCode()).isEqualTo(400);
    }
  }

  /// An RTP stream of numbered packets, and which of them came back.
  private final class Voice implements ClientSession.Output {
    final CountDownLatch over = new CountDownLatch(1);
    final BitSet heard = new BitSet();
    volatile boolean changed;
    private final CountDownLatch connected = new CountDownLatch(1);
    private final RtpPacket packet = new RtpPacket();
    private final ClientSession session;
    private final int type;
    private CountDownLatch last = new CountDownLatch(1);

    Voice(URI server, Clients clients, String grant) throws IOException, InterruptedException {
      session = clients.open(InetAddress.getByName("127.0.0.1"), false, this);
      DownTrack track =
          new DownTrack("voice", Kind.AUDIO, "s", "c", SSRC & 0xFFFF_FFFFL, -1, List.of("opus"));
      String offer = session.offerToSend(List.of(track), false).replace("a=sendonly", "a=sendrecv");
      HttpResponse<String> answer = post(server, "/compare/peer?grant=" + grant, offer);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      session.accept(answer.body());
      type = session.sections().getFirst().payloads().getFirst().codec().payloadType();
      assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
    }

    void say(int count) {
      for (int i = 0; i < count; i++) {
        send(i);
        if (i % 10 == 9) {
          LockSupport.parkNanos(1_000_000);
        }
      }
    }

    /// How many of the first so many came back, when all are back that will be.
    int heard(int count) throws InterruptedException {
      // What is sent after them comes back after them; it may be lost, too.
      for (int i = count; last.getCount() > 0 && i < 60_000; i++) {
        send(i);
        last.await(20, TimeUnit.MILLISECONDS);
      }
      synchronized (heard) {
        return heard.get(0, count).cardinality();
      }
    }

    private void send(int number) {
      byte[] bytes = new byte[RtpPacket.FIXED_HEADER + 160];
      bytes[0] = (byte) 0x80;
      bytes[1] = (byte) type;
      BigEndian.put16(bytes, 2, number);
      BigEndian.put32(bytes, 4, number * 960);
      BigEndian.put32(bytes, 8, SSRC);
      BigEndian.put32(bytes, 12, number);
      session.tell(() -> session.sendRtp(bytes, 0, RtpPacket.FIXED_HEADER, bytes.length));
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      if (!packet.read(bytes, offset, length)) {
        return;
      }
      int number = BigEndian.i32(bytes, packet.payloadOffset());
      changed |=
          packet.sequence() != number
              || packet.timestamp() != number * 960
              || packet.payloadLength() != 160
              || packet.ssrc() == SSRC;
      synchronized (heard) {
        heard.set(number);
      }
      if (number >= MANY) {
        last.countDown();
      }
    }

    @Override
    public void connected(long now) {
      connected.countDown();
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {
      over.countDown();
    }

    private static final int SSRC = 0x4D41_4402;
  }

  // ---- meetings ---------------------------------------------------------------------------------

  @Test
  void whoBringsTheCodeHearsTheOtherAndIsHeardAndWhoLeavesTakesTheOtherAlong() throws Exception {
    URI server = start(Map.of());
    Side first = meet(server, grant(server, ""), "");
    JsonNode welcome = JSON.readTree(first.next());
    String code = welcome.get("code").asString();
    assertThat(code).hasSize(22);
    assertThat(welcome.at("/iceServers/0/urls/0").asString()).matches("stun:127\\.0\\.0\\.1:\\d+");
    assertThat(welcome.at("/iceServers/1/credential").asString()).isNotEmpty();
    Side second = meet(server, grant(server, ""), "&code=" + code);
    assertThat(JSON.readTree(second.next()).has("code")).isFalse();
    second.say("hello");
    assertThat(first.next()).isEqualTo("hello");
    first.say("well met");
    assertThat(second.next()).isEqualTo("well met");
    first.socket().sendClose(1000, "");
    assertThat(second.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1001);
  }

  @Test
  void aCodeIsGoodOnceAndAWrongOneNever() throws Exception {
    URI server = start(Map.of());
    String code = JSON.readTree(meet(server, grant(server, ""), "").next()).get("code").asString();
    String wrong = code.substring(0, 21) + (code.endsWith("A") ? "Q" : "A");
    for (String other : List.of(wrong, "x", "")) {
      Side stranger = meet(server, grant(server, ""), "&code=" + other);
      assertThat(stranger.closed.get(10, TimeUnit.SECONDS)).as(other).isEqualTo(4404);
    }
    meet(server, grant(server, ""), "&code=" + code).next();
    Side late = meet(server, grant(server, ""), "&code=" + code);
    assertThat(late.closed.get(10, TimeUnit.SECONDS)).isEqualTo(4404);
  }

  @Test
  void aGrantHasOneMeetingAndItEndsWithIt() throws Exception {
    URI server = start(Map.of());
    String grant = grant(server, "");
    Side first = meet(server, grant, "");
    first.next();
    assertThat(meet(server, grant, "").closed.get(10, TimeUnit.SECONDS)).isEqualTo(1008);
    http.send(
        HttpRequest.newBuilder(server.resolve("/api/compare?grant=" + grant)).DELETE().build(),
        BodyHandlers.discarding());
    assertThat(first.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
  }

  @Test
  void aMeetingPassesNoMoreThanItsGrantHas() throws Exception {
    URI server = start(Map.of("compare.bytes", "" + (16_384 + 5000)));
    Side first = meet(server, grant(server, ""), "");
    String code = JSON.readTree(first.next()).get("code").asString();
    Side second = meet(server, grant(server, ""), "&code=" + code);
    second.next();
    second.say("x".repeat(2000));
    assertThat(first.next()).hasSize(2000);
    second.say("x".repeat(2000));
    assertThat(second.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1008);
  }

  @Test
  void aStrangerIsGivenNoRelayWhereStrangersMayNotMeet() throws Exception {
    URI server = start(Map.of("signal.open", "false"));
    JsonNode welcome = JSON.readTree(meet(server, grant(server, ""), "").next());
    assertThat(welcome.get("iceServers").size()).isEqualTo(1);
    assertThat(welcome.at("/iceServers/0/urls/0").asString()).startsWith("stun:");
  }

  private static final class Side implements WebSocket.Listener {
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();
    private @Nullable WebSocket opened;

    String next() throws InterruptedException {
      String text = texts.poll(10, TimeUnit.SECONDS);
      assertThat(text).isNotNull();
      return text;
    }

    WebSocket socket() {
      return Objects.requireNonNull(opened);
    }

    void say(String text) throws Exception {
      socket().sendText(text, true).get(10, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket on, CharSequence text, boolean last) {
      part.append(text);
      if (last) {
        texts.add(part.toString());
        part.setLength(0);
      }
      on.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket on, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }

  private Side meet(URI server, String grant, String more) throws Exception {
    Side side = new Side();
    side.opened =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create(
                    "ws://127.0.0.1:"
                        + server.getPort()
                        + "/compare/meeting?grant="
                        + grant
                        + more),
                side)
            .get(10, TimeUnit.SECONDS);
    return side;
  }

  // ---- the hand tools ---------------------------------------------------------------------------

  private URI start(Map<String, String> settings) {
    madang = MeasuredServer.start(data, settings);
    return URI.create("http://127.0.0.1:" + madang.http().port() + "/");
  }

  private String grant(URI server, String query) throws IOException, InterruptedException {
    HttpResponse<String> given = post(server, "/api/compare" + query, "");
    assertThat(given.statusCode()).isEqualTo(201);
    return JSON.readTree(given.body()).get("grant").asString();
  }

  private HttpResponse<String> post(URI server, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(server.resolve(path)).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private static final JsonMapper JSON = JsonMapper.shared();
}
