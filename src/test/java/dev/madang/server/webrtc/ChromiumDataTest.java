package dev.madang.server.webrtc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.madang.server.udp.UdpDoor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Data channels between a transport of the door and Chromium (Debian package chromium): messages
/// of 1 to 64 KB both ways at once, as fast as they go. `-Dmadang.messages=100000` for as many, and
/// then a line now and then on how far they are.
class ChromiumDataTest {
  private static final int MESSAGES = Integer.getInteger("madang.messages", 600);
  private static final int MINUTES = 1 + MESSAGES / 2000;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void messagesOfEverySizeArriveOnceAndUnchanged(boolean ordered, @TempDir Path home)
      throws Exception {
    Torrent far = new Torrent(MESSAGES, ordered);
    String page = PAGE.replace("MESSAGES", "" + MESSAGES).replace("ORDERED", "" + ordered);
    CompletableFuture<String> said = new CompletableFuture<>();
    try (MediaRig rig =
        new MediaRig(new UdpDoor.Config("", 0, 1, false), MediaDoor.Config.defaults())) {
      HttpServer web =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      web.createContext("/", exchange -> answer(exchange, page));
      web.createContext(
          "/offer",
          exchange -> {
            String offer = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            answer(exchange, far.connect(rig.media, offer));
          });
      web.createContext(
          "/said",
          exchange -> {
            said.complete(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            answer(exchange, "");
          });
      web.start();
      Process chromium =
          new ProcessBuilder(
                  "chromium",
                  "--headless",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--user-data-dir=" + home,
                  "http://localhost:" + web.getAddress().getPort() + "/")
              .redirectErrorStream(true)
              .redirectOutput(home.resolve("chromium.log").toFile())
              .start();
      try {
        int sum = Torrent.sumOfAll(MESSAGES, ordered);
        assertThat(far.all.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(sum);
        assertThat(said.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(MESSAGES + " " + sum);
      } finally {
        chromium.destroy();
        chromium.waitFor();
        web.stop(0);
      }
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static final String PAGE =
      """
      <!doctype html><meta charset="utf-8"><script type="module">
      const connection = new RTCPeerConnection();
      const channel = connection.createDataChannel('reliable', { ordered: ORDERED });
      channel.binaryType = 'arraybuffer';
      channel.bufferedAmountLowThreshold = 1 << 18;
      const message = (number) => {
        const bytes = new Uint8Array(1024 + ((number * 7919) % (63 * 1024 + 1)));
        for (let i = 0; i < bytes.length; i++) bytes[i] = number * 31 + i * 7 + (i >> 8);
        return bytes;
      };
      let sum = 0;
      let received = 0;
      const say = (text) => fetch('/said', { method: 'POST', body: text });
      channel.onmessage = ({ data }) => {
        const bytes = new Uint8Array(data);
        let hash = Math.imul((ORDERED ? sum : 0) ^ bytes.length, 16777619);
        for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 16777619);
        sum = ORDERED ? hash : (sum + hash) | 0;
        if (++received === MESSAGES) say(`${received} ${sum}`);
      };
      channel.onclose = () => say(`closed after ${received}`);
      channel.onopen = async () => {
        for (let i = 0; i < MESSAGES; i++) {
          if (channel.bufferedAmount > 1 << 20) await new Promise((resolve) => (channel.onbufferedamountlow = resolve));
          channel.send(message(i));
        }
      };
      await connection.setLocalDescription();
      const answer = await fetch('/offer', { method: 'POST', body: connection.localDescription.sdp });
      await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      </script>
      """;
}
