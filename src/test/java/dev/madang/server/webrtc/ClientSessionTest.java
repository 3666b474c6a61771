package dev.madang.server.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.Kind;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Our own far ends where the other one is no ICE-lite agent either: two of them with each other.
class ClientSessionTest {
  private Clients clients;

  @BeforeEach
  void open() throws Exception {
    clients = new Clients(1, null);
  }

  @AfterEach
  void close() {
    clients.close();
  }

  /// Several times, for which of two tie-breakers is larger is drawn by lot: with the roles unclear
  /// every other connection would begin with an argument about them.
  @Test
  void twoFullAgentsMeet() throws Exception {
    for (int i = 0; i < 8; i++) {
      Far sender = new Far();
      Far receiver = new Far();
      ClientSession sending = clients.open(InetAddress.getLoopbackAddress(), false, sender);
      ClientSession receiving = clients.open(InetAddress.getLoopbackAddress(), false, receiver);
      String offer = sending.offerToSend(TRACKS, false);
      sending.accept(receiving.answer(offer));
      sender.connected.get(20, TimeUnit.SECONDS);
      receiver.connected.get(20, TimeUnit.SECONDS);
      byte[] packet = {(byte) 0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 42, 43};
      sending.tell(() -> sending.sendRtp(packet, 0, 12, packet.length));
      assertThat(receiver.received.get(20, TimeUnit.SECONDS)).isEqualTo(packet.length);
      sending.close();
      receiving.close();
    }
  }

  /// A server that is a full agent waits for them, with our word that none follow.
  @Test
  void anOfferSaysWhereItsSenderIs() throws Exception {
    ClientSession session = clients.open(InetAddress.getLoopbackAddress(), false, new Far());
    String offer = session.offerToReceive(List.of(Kind.AUDIO, Kind.VIDEO));
    assertThat(offer).containsOnlyOnce("a=candidate:").contains(" 127.0.0.1 ");
    assertThat(offer).contains("a=end-of-candidates");
    session.close();
  }

  private static final class Far implements ClientSession.Output {
    final CompletableFuture<Boolean> connected = new CompletableFuture<>();
    final CompletableFuture<Integer> received = new CompletableFuture<>();

    @Override
    public void connected(long now) {
      connected.complete(true);
    }

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {
      received.complete(length);
    }

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {
      IllegalStateException over = new IllegalStateException(why + " " + detail);
      connected.completeExceptionally(over);
      received.completeExceptionally(over);
    }
  }

  private static final List<DownTrack> TRACKS =
      List.of(new DownTrack("a", Kind.AUDIO, "s", "c", 1, -1, List.of("opus")));
}
