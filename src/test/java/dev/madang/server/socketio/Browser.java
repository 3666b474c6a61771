package dev.madang.server.socketio;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Plain HTTP requests and WebSockets to one server, as a test writes them by hand. */
final class Browser implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;

  Browser(int port) {
    this.port = port;
  }

  HttpResponse<String> get(String path) throws Exception {
    return getLater(path).get(10, TimeUnit.SECONDS);
  }

  HttpResponse<byte[]> getBytes(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  CompletableFuture<HttpResponse<String>> getLater(String path) {
    return http.sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return send("POST", path, HttpRequest.BodyPublishers.ofString(body), headers);
  }

  HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
    return send("POST", path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
  }

  HttpResponse<String> send(
      String method, String path, HttpRequest.BodyPublisher body, String... headers)
      throws Exception {
    HttpRequest.Builder request = request(path).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  Line webSocket(String path) throws Exception {
    Line line = new Line();
    line.socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + path), line)
            .get(10, TimeUnit.SECONDS);
    return line;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /** A WebSocket: what came waits in a queue, binary written as `[1, 2]`. */
  static final class Line implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final StringBuilder partial = new StringBuilder();
    WebSocket socket;
    int code;
    String reason = "";

    Line say(String text) throws Exception {
      socket.sendText(text, true).get(10, TimeUnit.SECONDS);
      return this;
    }

    Line say(byte[] data) throws Exception {
      socket.sendBinary(ByteBuffer.wrap(data), true).get(10, TimeUnit.SECONDS);
      return this;
    }

    String hear() throws Exception {
      String next = heard.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    }

    /** The next that is no ping. */
    String hearMessage() throws Exception {
      String next = hear();
      return next.equals("2") ? hearMessage() : next;
    }

    Line awaitClose() throws Exception {
      if (!closed.await(10, TimeUnit.SECONDS)) {
        throw new AssertionError("it was not closed; it said " + heard);
      }
      return this;
    }

    boolean isClosed() {
      return closed.getCount() == 0;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        heard.add(partial.toString());
        partial.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      heard.add(Arrays.toString(bytes));
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String why) {
      code = statusCode;
      reason = why;
      closed.countDown();
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.countDown();
    }
  }
}
