package dev.madang.compare;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.server.webrtc.ClientSession;
import dev.madang.server.webrtc.Clients;
import dev.madang.server.webrtc.Ending;
import dev.madang.server.webrtc.Messages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A data channel of a peer connection of its own.
final class ChannelLane implements Lane, ClientSession.Output, Messages {
  private final Listener listener;
  private final CountDownLatch opened = new CountDownLatch(1);
  private final ClientSession session;
  private volatile @Nullable DataChannel channel;
  private volatile boolean over;

  ChannelLane(
      HttpClient http, URI at, Clients clients, InetAddress from, Delivery delivery, Listener to)
      throws IOException, InterruptedException {
    listener = to;
    session = clients.open(from, false, this);
    session.hears(this);
    String answer = Lanes.offer(http, at, session.offerToSend(List.of(), true));
    session.accept(answer);
    session.tell(() -> channel = session.open("probe", delivery));
    if (!opened.await(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      session.close();
      throw new IOException("the data channel did not open");
    }
  }

  @Override
  public void send(byte[] message) {
    session.tell(() -> {
      DataChannel on = channel;
      if (on != null) {
        session.send(on, message);
      }
    });
  }

  @Override
  public boolean broken() {
    return over;
  }

  @Override
  public void close() {
    session.close();
  }

  // ---- on the session's loop --------------------------------------------------------------------

  @Override
  public void opened(DataChannel works) {
    opened.countDown();
  }

  @Override
  public void message(DataChannel on, boolean text, byte[] bytes, int offset, int length) {
    listener.answer(bytes, offset, length, System.nanoTime());
  }

  @Override
  public void writable(DataChannel on) {}

  @Override
  public void closed(DataChannel on) {
    over = true;
  }

  @Override
  public void connected(long now) {}

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void ended(Ending why, String detail) {
    over = true;
  }
}
