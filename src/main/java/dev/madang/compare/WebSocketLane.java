package dev.madang.compare;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A WebSocket of the JDK; what it brings, text or binary, goes to a [Sink].
final class WebSocketLane implements Lane {
  /// Hears whole messages.
  interface Sink {
    void text(String message, WebSocketLane from);

    void binary(byte[] message, WebSocketLane from);
  }

  private final Incoming incoming;
  // The JDK's WebSocket takes the next message when it has sent the one before.
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  WebSocketLane(HttpClient http, URI at, Sink sink) throws IOException, InterruptedException {
    incoming = new Incoming(sink);
    incoming.lane = this;
    try {
      http.newWebSocketBuilder()
          .buildAsync(at, incoming)
          .get(Lanes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException refused) {
      throw new IOException("no WebSocket: " + Lanes.reason(refused), refused);
    }
  }

  /// A lane of bare binary messages.
  static WebSocketLane bare(HttpClient http, URI at, Listener listener)
      throws IOException, InterruptedException {
    return new WebSocketLane(
        http,
        at,
        new Sink() {
          @Override
          public void text(String message, WebSocketLane from) {}

          @Override
          public void binary(byte[] message, WebSocketLane from) {
            listener.answer(message, 0, message.length, System.nanoTime());
          }
        });
  }

  @Override
  public void send(byte[] message) {
    enqueue(socket -> socket.sendBinary(ByteBuffer.wrap(message), true));
  }

  void sendText(String message) {
    enqueue(socket -> socket.sendText(message, true));
  }

  private synchronized void enqueue(Function<WebSocket, CompletableFuture<WebSocket>> next) {
    WebSocket socket = incoming.socket;
    if (socket != null) {
      sent = sent.thenCompose(_ -> next.apply(socket));
    }
  }

  @Override
  public boolean broken() {
    return incoming.over;
  }

  @Override
  public void close() {
    WebSocket socket = incoming.socket;
    if (socket != null) {
      socket.abort();
    }
  }

  private static final class Incoming implements WebSocket.Listener {
    private final Sink sink;
    private final StringBuilder text = new StringBuilder();
    private byte[] binary = new byte[0];
    private volatile boolean over;
    private volatile @Nullable WebSocketLane lane;
    private volatile @Nullable WebSocket socket;

    Incoming(Sink sink) {
      this.sink = sink;
    }

    @Override
    public void onOpen(WebSocket opened) {
      socket = opened;
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      WebSocketLane on = lane;
      if (last && on != null) {
        String whole = text.toString();
        text.setLength(0);
        sink.text(whole, on);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
      byte[] whole = new byte[binary.length + part.remaining()];
      System.arraycopy(binary, 0, whole, 0, binary.length);
      part.get(whole, binary.length, part.remaining());
      binary = last ? new byte[0] : whole;
      WebSocketLane on = lane;
      if (last && on != null) {
        sink.binary(whole, on);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      over = true;
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      over = true;
    }
  }
}
