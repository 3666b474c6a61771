package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An exchange over HTTP/1.1. Lives on its connection's loop and moves with it.
final class Http1Exchange extends Exchange {
  private final Http1Connection connection;
  private final AtomicBoolean answered = new AtomicBoolean();
  private @Nullable Runnable onGone;
  private volatile boolean gone;

  Http1Exchange(Http1Connection connection, RequestHead head, Peer peer) {
    super(head.method(), head.target(), head.headers(), peer);
    this.connection = connection;
  }

  @Override
  public EventLoop loop() {
    return connection.channel().eventLoop();
  }

  @Override
  public void body(int limit, Consumer<ByteBuf> whole) {
    connection.readBody(this, limit, whole);
  }

  @Override
  public void onGone(Runnable run) {
    if (gone) {
      run.run();
    } else {
      onGone = run;
    }
  }

  /// The connection has ended or the door answers itself; tells the handler unless it has answered
  /// already.
  void gone() {
    gone = true;
    Runnable run = onGone;
    onGone = null;
    if (run != null && answered.compareAndSet(false, true)) {
      guard(run);
    }
  }

  @Override
  public void moveTo(EventLoop home, Runnable then) {
    connection.moveTo(this, home, then);
  }

  @Override
  public void upgrade(WebSocketOptions options, Consumer<WebSocket> opened) {
    WebSocketHandshake handshake = WebSocketHandshake.of(this, options);
    if (handshake == null) {
      return;
    }
    take();
    connection.upgrade(this, options, handshake, opened);
  }

  @Override
  ResponseStream begin(Response response) {
    take();
    return connection.stream(this, response);
  }

  @Override
  void send(Response response) {
    if (gone) {
      response.body().release();
      return;
    }
    try {
      take();
    } catch (IllegalStateException e) {
      response.body().release();
      throw e;
    }
    EventLoop loop = loop();
    if (loop.inEventLoop()) {
      connection.answer(this, response);
    } else {
      loop.execute(() -> connection.answer(this, response));
    }
  }

  @Override
  boolean answered() {
    return answered.get();
  }

  private void take() {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException("this exchange was answered before");
    }
  }
}
