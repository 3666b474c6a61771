package dev.madang.compare;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Socket.IO (protocol 5 over Engine.IO 4) by WebSocket: the namespace `/compare`, the event
/// `probe` with one binary argument.
final class SocketIoLane implements Lane {
  private final CountDownLatch entered = new CountDownLatch(1);
  private final WebSocketLane below;

  SocketIoLane(HttpClient http, URI at, String grant, Listener listener)
      throws IOException, InterruptedException {
    below =
        new WebSocketLane(
            http,
            at,
            new WebSocketLane.Sink() {
              @Override
              public void text(String message, WebSocketLane from) {
                hear(message, grant, from);
              }

              @Override
              public void binary(byte[] message, WebSocketLane from) {
                listener.answer(message, 0, message.length, System.nanoTime());
              }
            });
    if (!entered.await(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      below.close();
      throw new IOException("the namespace /compare did not let us in");
    }
  }

  private void hear(String packet, String grant, WebSocketLane from) {
    if (packet.startsWith("0")) {
      from.sendText(enter(grant));
    } else if (packet.equals("2")) {
      from.sendText("3");
    } else if (packet.startsWith("40/compare")) {
      entered.countDown();
    }
  }

  /** Engine.IO message (4), Socket.IO connect (0). */
  static String enter(String grant) {
    return "40/compare,{\"grant\":\"" + grant + "\"}";
  }

  /** Engine.IO message (4), Socket.IO binary event (5) of one attachment. */
  static final String EVENT = "451-/compare,[\"probe\",{\"_placeholder\":true,\"num\":0}]";

  @Override
  public void send(byte[] message) {
    below.sendText(EVENT);
    below.send(message);
  }

  @Override
  public boolean broken() {
    return below.broken();
  }

  @Override
  public void close() {
    below.close();
  }
}
