package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An exchange over one stream of HTTP/2. The stream stays on its connection's loop; this may live
/// on another, and words between them are tasks.
final class Http2Exchange extends Exchange {
  private final Http2Stream stream;
  private final AtomicBoolean answered = new AtomicBoolean();
  private volatile EventLoop loop;
  private @Nullable Runnable onGone;
  private boolean gone;

  Http2Exchange(Http2Stream stream, String method, String target, Headers headers, Peer peer) {
    super(method, target, headers, peer);
    this.stream = stream;
    this.loop = stream.channel().eventLoop();
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void body(int limit, Consumer<ByteBuf> whole) {
    run(stream.channel().eventLoop(), () -> stream.readBody(limit, bytes -> deliver(bytes, whole)));
  }

  private void deliver(ByteBuf bytes, Consumer<ByteBuf> whole) {
    run(
        loop,
        () -> {
          try {
            guard(() -> whole.accept(bytes));
          } finally {
            bytes.release();
          }
        });
  }

  @Override
  public void onGone(Runnable run) {
    if (gone) {
      run.run();
    } else {
      onGone = run;
    }
  }

  /// The stream has ended or the door answers itself. Called on the stream's loop.
  void gone() {
    if (!answered.get()) {
      run(loop, this::tell);
    }
  }

  private void tell() {
    gone = true;
    Runnable run = onGone;
    onGone = null;
    if (run != null && answered.compareAndSet(false, true)) {
      guard(run);
    }
  }

  @Override
  public void moveTo(EventLoop home, Runnable then) {
    loop = home;
    run(home, () -> guard(then));
  }

  @Override
  public void upgrade(WebSocketOptions options, Consumer<WebSocket> opened) {
    respond(400, "WebSocket is spoken over HTTP/1.1 here.");
  }

  @Override
  ResponseStream begin(Response response) {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException("this exchange was answered before");
    }
    return stream.stream(response);
  }

  @Override
  void send(Response response) {
    if (!answered.compareAndSet(false, true)) {
      response.body().release();
      if (gone) {
        return;
      }
      throw new IllegalStateException("this exchange was answered before");
    }
    boolean headOnly = method().equals("HEAD");
    run(stream.channel().eventLoop(), () -> stream.answer(response, headOnly));
  }

  @Override
  boolean answered() {
    return answered.get();
  }

  private static void run(EventLoop loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }
}
