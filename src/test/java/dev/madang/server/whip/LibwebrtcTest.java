package dev.madang.server.whip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.webrtc.Libwebrtc;
import dev.madang.server.webrtc.MediaDoor;
import dev.onvoid.webrtc.RTCRtpTransceiverDirection;
import dev.onvoid.webrtc.media.video.CustomVideoSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What Google's libwebrtc sends by WHIP, libwebrtc and Chromium (Debian package chromium) play by
/// WHEP.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class LibwebrtcTest {
  @Test
  void whatLibwebrtcSendsIsSeenAndHeardByLibwebrtcAndByChromium(@TempDir Path data)
      throws Exception {
    CompletableFuture<String> said = new CompletableFuture<>();
    AtomicInteger whep = new AtomicInteger();
    HttpServer web = page(whep, said);
    String origin = "http://localhost:" + web.getAddress().getPort();
    try (WhipRig rig = new WhipRig(data, true, MediaDoor.Config.defaults(), heard(origin));
        Libwebrtc sender = new Libwebrtc();
        Libwebrtc receiver = new Libwebrtc()) {
      CustomVideoSource film = new CustomVideoSource();
      sender.add(sender.microphone(), RTCRtpTransceiverDirection.SEND_ONLY);
      sender.add(sender.camera(film), RTCRtpTransceiverDirection.SEND_ONLY);
      sender.accept(answer(rig, "/whip/yard", sender.offer()));

      AtomicInteger made = new AtomicInteger();
      whep.set(rig.port());
      Process chromium = chromium(data, origin);
      try {
        receiver.add(receiver.microphone(), RTCRtpTransceiverDirection.RECV_ONLY);
        receiver.add(
            receiver.camera(new CustomVideoSource()), RTCRtpTransceiverDirection.RECV_ONLY);
        receiver.accept(answer(rig, "/whep/yard", receiver.offer()));
        AtomicInteger pictures = new AtomicInteger();
        AtomicInteger sounds = new AtomicInteger();
        receiver
            .picture
            .get(20, TimeUnit.SECONDS)
            .addSink(frame -> {
              if (frame.buffer.getWidth() == WIDTH && frame.buffer.getHeight() == HEIGHT) {
                pictures.incrementAndGet();
              }
              frame.release();
            });
        receiver
            .sound
            .get(20, TimeUnit.SECONDS)
            .addSink((bytes, bits, rate, channels, frames) -> sounds.incrementAndGet());
        await()
            .pollInterval(Duration.ofMillis(40))
            .atMost(Duration.ofSeconds(60))
            .until(() -> {
              Libwebrtc.film(film, made.getAndIncrement(), WIDTH, HEIGHT);
              return pictures.get() > 20 && sounds.get() > 50 && said.isDone();
            });
        assertThat(said.get()).isEqualTo("seen and heard");
      } finally {
        chromium.destroy();
        chromium.waitFor();
      }
    } finally {
      web.stop(0);
    }
  }

  /// A server that pages of this origin may ask.
  private static HttpDoor.Config heard(String origin) {
    HttpDoor.Config usual = HttpDoor.Config.defaults();
    return new HttpDoor.Config(
        usual.host(),
        0,
        usual.hosts(),
        List.of(origin),
        usual.frameAncestors(),
        usual.trustedProxies(),
        usual.tls(),
        usual.limits());
  }

  private static String answer(WhipRig rig, String path, String offer) throws Exception {
    HttpResponse<String> answer = rig.post(path, offer);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return WhipRig.loopbackOnly(answer.body());
  }

  private static HttpServer page(AtomicInteger whep, CompletableFuture<String> said)
      throws IOException {
    HttpServer web =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext("/", exchange -> reply(exchange, PAGE.replace("PORT", "" + whep.get())));
    web.createContext(
        "/said",
        exchange -> {
          said.complete(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          reply(exchange, "");
        });
    web.start();
    return web;
  }

  private static void reply(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Process chromium(Path home, String url) throws IOException {
    return new ProcessBuilder(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--autoplay-policy=no-user-gesture-required",
            "--user-data-dir=" + home.resolve("chromium"),
            url)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("chromium.log").toFile())
        .start();
  }

  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  private static final String PAGE =
      """
      <!doctype html><meta charset="utf-8"><video autoplay></video><script type="module">
      const say = (text) => fetch('/said', { method: 'POST', body: text });
      try {
        const connection = new RTCPeerConnection();
        connection.addTransceiver('audio', { direction: 'recvonly' });
        connection.addTransceiver('video', { direction: 'recvonly' });
        connection.ontrack = ({ streams: [stream] }) => (document.querySelector('video').srcObject = stream);
        await connection.setLocalDescription();
        const answer = await fetch('http://127.0.0.1:PORT/whep/yard', {
          method: 'POST', headers: { 'content-type': 'application/sdp' }, body: connection.localDescription.sdp,
        });
        await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
        const seenAndHeard = async () => {
          const all = [...(await connection.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
          return all.some(({ framesDecoded, frameWidth }) => framesDecoded > 20 && frameWidth === 320)
            && all.some(({ kind, packetsReceived }) => kind === 'audio' && packetsReceived > 50);
        };
        while (!(await seenAndHeard())) await new Promise((resolve) => setTimeout(resolve, 100));
        say('seen and heard');
      } catch (error) {
        say(String(error));
      }
      </script>
      """;
}
