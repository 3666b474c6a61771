package dev.madang.server.webrtc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.SendResult;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.UpAnswer;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
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
    Far far = new Far(new Sum(ordered));
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
            answer(exchange, connect(rig.media, offer, far));
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
        int sum = sumOfAll(ordered);
        assertThat(far.all.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(sum);
        assertThat(said.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(MESSAGES + " " + sum);
      } finally {
        chromium.destroy();
        chromium.waitFor();
        web.stop(0);
      }
    }
  }

  private static String connect(MediaDoor door, String offer, Far far) {
    Caller caller = new Caller(Address.parse("127.0.0.1", 0), "127.0.0.1");
    MediaDoor.Expected expected = door.expect(caller, far);
    UpAnswer agreed = door.answer(SessionDescription.read(offer), expected.local(), 1, null);
    expected.transport().setRemote(agreed.remote());
    expected.transport().tell(() -> expected.transport().carry(agreed.data(), far));
    return agreed.answer().write();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /// Our end: sends as long as there is room, and sums up what comes.
  private static final class Far implements Cargo, Messages {
    final CompletableFuture<Integer> all = new CompletableFuture<>();
    private final Sum sum;
    private Transport transport;
    private int sent;
    private int received;

    Far(Sum sum) {
      this.sum = sum;
    }

    @Override
    public void begin(Transport begun, long now) {
      transport = begun;
    }

    @Override
    public void opened(DataChannel channel) {
      writable(channel);
    }

    @Override
    public void writable(DataChannel channel) {
      while (sent < MESSAGES) {
        byte[] bytes = made(sent);
        SendResult result =
            transport.channels().send(channel, false, bytes, 0, bytes.length, transport.now());
        if (result != SendResult.TAKEN) {
          return;
        }
        sent++;
      }
    }

    @Override
    public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
      sum.add(bytes, offset, length);
      received++;
      if (received == MESSAGES) {
        all.complete(sum.value);
      }
      if (received % 10_000 == 0) {
        System.out.printf("%d received, %d sent%n", received, sent);
      }
    }

    @Override
    public void closed(DataChannel channel) {
      all.completeExceptionally(new AssertionError("closed after " + received));
    }

    @Override
    public void connected(long now) {}

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void tick(long now) {}

    @Override
    public long deadline() {
      return Long.MAX_VALUE;
    }

    @Override
    public void ended(Ending why, String detail, long now) {
      all.completeExceptionally(new AssertionError(why + " " + detail + " after " + received));
    }
  }

  /// The page makes the same.
  private static byte[] made(int number) {
    byte[] bytes = new byte[1024 + (int) (number * 7919L % (63 * 1024 + 1))];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (number * 31 + i * 7 + (i >> 8));
    }
    return bytes;
  }

  private static int sumOfAll(boolean ordered) {
    Sum sum = new Sum(ordered);
    for (int i = 0; i < MESSAGES; i++) {
      byte[] bytes = made(i);
      sum.add(bytes, 0, bytes.length);
    }
    return sum.value;
  }

  /// FNV-1a over the length and every byte of each message: one hash over all in their order, or,
  /// where they come in any, the hashes added up.
  private static final class Sum {
    private final boolean ordered;
    int value;

    Sum(boolean ordered) {
      this.ordered = ordered;
    }

    void add(byte[] bytes, int offset, int length) {
      int hash = ((ordered ? value : 0) ^ length) * 16_777_619;
      for (int i = offset; i < offset + length; i++) {
        hash = (hash ^ bytes[i] & 0xFF) * 16_777_619;
      }
      value = ordered ? hash : value + hash;
    }
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
