package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.madang.server.udp.UdpDoor;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Data channels between a transport of the door and libwebrtc, as [ChromiumDataTest] has them with
/// the browser. `-Dmadang.messages=100000` for as many.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class LibwebrtcDataTest {
  private static final int MESSAGES = Integer.getInteger("madang.messages", 600);
  private static final int MINUTES = 1 + MESSAGES / 2000;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void messagesOfEverySizeArriveOnceAndUnchanged(boolean ordered) throws Exception {
    Torrent ours = new Torrent(MESSAGES, ordered);
    try (MediaRig rig =
            new MediaRig(new UdpDoor.Config("", 0, 1, false), MediaDoor.Config.defaults());
        Libwebrtc far = new Libwebrtc()) {
      RTCDataChannelInit init = new RTCDataChannelInit();
      init.ordered = ordered;
      RTCDataChannel channel = far.connection.createDataChannel("reliable", init);
      Received received = new Received(channel, ordered);
      channel.registerObserver(received);
      far.accept(ours.connect(rig.media, far.offer()));
      received.opened.get(20, TimeUnit.SECONDS);
      for (int i = 0; i < MESSAGES; i++) {
        // This binding never says that less is waiting.
        await()
            .pollInterval(Duration.ofMillis(1))
            .atMost(Duration.ofSeconds(20))
            .until(() -> channel.getBufferedAmount() < 1 << 20);
        channel.send(new RTCDataChannelBuffer(ByteBuffer.wrap(Torrent.made(i)), true));
      }
      int sum = Torrent.sumOfAll(MESSAGES, ordered);
      assertThat(ours.all.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(sum);
      assertThat(received.all.get(MINUTES, TimeUnit.MINUTES)).isEqualTo(sum);
    }
  }

  /// What comes at libwebrtc's end, on its thread.
  private static final class Received implements RTCDataChannelObserver {
    final CompletableFuture<Void> opened = new CompletableFuture<>();
    final CompletableFuture<Integer> all = new CompletableFuture<>();
    private final RTCDataChannel channel;
    private final Torrent.Sum sum;
    private int count;

    Received(RTCDataChannel channel, boolean ordered) {
      this.channel = channel;
      sum = new Torrent.Sum(ordered);
    }

    @Override
    public void onBufferedAmountChange(long before) {}

    @Override
    public void onStateChange() {
      if (channel.getState() == RTCDataChannelState.OPEN) {
        opened.complete(null);
      } else if (channel.getState() == RTCDataChannelState.CLOSED) {
        all.completeExceptionally(new AssertionError("closed after " + count));
      }
    }

    @Override
    public void onMessage(RTCDataChannelBuffer message) {
      byte[] bytes = new byte[message.data.remaining()];
      message.data.get(bytes);
      sum.add(bytes, 0, bytes.length);
      if (++count == MESSAGES) {
        all.complete(sum.value);
      }
    }
  }
}
