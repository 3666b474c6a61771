package dev.madang.server.http;

import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 connection, the only handler of its pipeline (behind TLS, if any). Lives on its
/// channel's loop.
///
/// ```
///         head complete            body wanted            body complete
/// HEAD ──────────────────► HANDLING ─────────► BODY ──────────────────► HANDLING
///  ▲ ▲                        │ answered                                   │ answered
///  │ └────── body skipped ─ DRAIN ◄─ rest of the body is short ────────────┤
///  └──────────────────────────────── no body is left ──────────────────────┘
/// HANDLING ── an answer in pieces ──► STREAMING ── its end ──► CLOSING
/// every state ── refused, or "connection: close" ──► CLOSING ── far end closes, or 2 s ──► gone
/// ```
final class Http1Connection extends ChannelInboundHandlerAdapter implements Connection {
  private enum State {
    HEAD,
    HANDLING,
    BODY,
    DRAIN,
    STREAMING,
    CLOSING
  }

  private final Site site;
  private final boolean secure;
  private @Nullable ChannelHandlerContext context;
  private LoopState loop = LoopState.here();
  private final StallWatch stall = new StallWatch();
  private final HeadFinder finder = new HeadFinder();
  private int slot = -1;

  private State state = State.HEAD;
  private @Nullable ByteBuf input;
  private boolean processing;
  private boolean reading;
  private boolean moving;
  private boolean unflushed;

  private @Nullable Http1Exchange exchange;
  private @Nullable RequestHead head;
  private @Nullable BodyReader body;
  private final BodyPace bodyPace = new BodyPace();
  private @Nullable Consumer<ByteBuf> whole;
  private @Nullable ResponseStream stream;

  private long deadline;

  Http1Connection(Site site, boolean secure) {
    this.site = site;
    this.secure = secure;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    loop.add(this);
    deadline = loop.now + site.limits().headerTimeout().toNanos();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    loop.remove(this);
    release();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    reading = true;
    ByteBuf bytes = (ByteBuf) message;
    if (state == State.CLOSING || state == State.STREAMING) {
      bytes.release();
      return;
    }
    if (input == null) {
      if (state == State.HEAD) {
        deadline = loop.now + site.limits().headerTimeout().toNanos();
      }
      input = bytes;
    } else {
      input = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(from.alloc(), input, bytes);
    }
    process();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    reading = false;
    if (unflushed) {
      unflushed = false;
      from.flush();
    }
    compact();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    if (from.channel().isWritable()) {
      process();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    loop.remove(this);
    state = State.CLOSING;
    Http1Exchange current = exchange;
    ResponseStream streaming = stream;
    stream = null;
    release();
    if (current != null) {
      current.gone();
    }
    if (streaming != null) {
      streaming.gone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    Failures.close(from, cause);
  }

  Channel channel() {
    return here().channel();
  }

  /// Goes on as far as the bytes at hand allow. Not reentrant: what a handler does while it is
  /// being called changes the state, and this loop goes on from there.
  private void process() {
    if (processing || moving) {
      return;
    }
    processing = true;
    try {
      while (step()) {}
    } catch (HttpRefusal refusal) {
      refuse(refusal);
    } finally {
      processing = false;
    }
    pace();
  }

  private boolean step() {
    ByteBuf in = input;
    if (in == null || moving) {
      return false;
    }
    return switch (state) {
      case HEAD -> readHead(in);
      case BODY -> readBody(in);
      case DRAIN -> drain(in);
      case HANDLING, STREAMING, CLOSING -> false;
    };
  }

  private boolean readHead(ByteBuf in) {
    if (!channel().isWritable()) {
      // A client that asks and does not read waits for its own answers.
      flush();
      return false;
    }
    int length = finder.find(in, site.limits().headerBytes(), loop);
    if (length < 0) {
      return false;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    RequestHead read = RequestHead.parse(bytes, length, site.limits().headers(), loop);
    head = read;
    body = read.bodyLength() == 0 ? null : new BodyReader(read.bodyLength());
    state = State.HANDLING;
    Http1Exchange made;
    try {
      made =
          new Http1Exchange(this, read, site.peer(channel(), secure, read.host(), read.headers()));
    } catch (HttpRefusal refusal) {
      throw refusal;
    } catch (ProtocolException malformed) {
      throw new HttpRefusal(400, String.valueOf(malformed.getMessage()));
    }
    exchange = made;
    made.dispatch(site);
    return true;
  }

  /// Wanted by the handler, now or later.
  void readBody(Http1Exchange asking, int limit, Consumer<ByteBuf> consumer) {
    if (asking != exchange) {
      return;
    }
    BodyReader reader = body;
    if (reader == null) {
      asking.guard(() -> consumer.accept(Unpooled.EMPTY_BUFFER));
      return;
    }
    try {
      reader.keep(limit);
      bodyPace.start(loop.now, site.limits());
    } catch (HttpRefusal refusal) {
      refuse(refusal);
      return;
    }
    if (head != null && head.expectsContinue() && (input == null || !input.isReadable())) {
      here().write(Unpooled.wrappedBuffer(CONTINUE), channel().voidPromise());
      flushSoon();
    }
    whole = consumer;
    state = State.BODY;
    process();
  }

  private boolean readBody(ByteBuf in) {
    BodyReader reader = body;
    Http1Exchange current = exchange;
    Consumer<ByteBuf> consumer = whole;
    if (reader == null || current == null || consumer == null) {
      throw new IllegalStateException("no body is being read");
    }
    if (!read(reader, in)) {
      return false;
    }
    ByteBuf bytes = reader.whole();
    body = null;
    whole = null;
    state = State.HANDLING;
    try {
      current.guard(() -> consumer.accept(bytes));
    } finally {
      bytes.release();
    }
    return true;
  }

  private boolean drain(ByteBuf in) {
    BodyReader reader = body;
    boolean done = reader == null || read(reader, in);
    if (reader != null && reader.bytes() > DRAIN_BYTES) {
      close();
      return false;
    }
    if (done) {
      nextHead();
    }
    return done;
  }

  private boolean read(BodyReader reader, ByteBuf in) {
    int before = in.readableBytes();
    boolean done = reader.read(in, here().alloc());
    bodyPace.took(before - in.readableBytes(), loop.now, site.limits());
    return done;
  }

  private void nextHead() {
    body = null;
    head = null;
    state = State.HEAD;
    deadline =
        loop.now
            + (input == null || !input.isReadable()
                    ? site.limits().idleTimeout()
                    : site.limits().headerTimeout())
                .toNanos();
  }

  /// Writes the handler's answer. On the loop.
  void answer(Http1Exchange answered, Response response) {
    RequestHead asked = head;
    if (answered != exchange || asked == null) {
      response.body().release();
      return;
    }
    exchange = null;
    whole = null;
    boolean keep = asked.keepAlive() && (body == null || mayBeSkipped(asked, body));
    write(response, answered.secure(), asked.method().equals("HEAD"), keep ? "" : "close");
    if (!keep) {
      close();
    } else if (body != null) {
      body.skip();
      bodyPace.start(loop.now, site.limits());
      state = State.DRAIN;
    } else {
      nextHead();
    }
    process();
  }

  /// Writes the head of an answer whose body comes in pieces. On the loop.
  ResponseStream stream(Http1Exchange answered, Response response) {
    ResponseStream opened = new ResponseStream(new Pieces());
    if (answered != exchange || state == State.CLOSING) {
      opened.gone();
      return opened;
    }
    stream = opened;
    release();
    state = State.STREAMING;
    Http1Writer.open(here(), loop, response, site.headers().lines(response, answered.secure()));
    flushSoon();
    channel().config().setAutoRead(true);
    return opened;
  }

  /// The way of such a body.
  private final class Pieces implements ResponseStream.Below {
    @Override
    public void write(ByteBuf piece) {
      here().write(piece, channel().voidPromise());
      flushSoon();
    }

    @Override
    public void end() {
      stream = null;
      if (state == State.STREAMING) {
        close();
      }
    }

    @Override
    public long queued() {
      return StallWatch.queued(channel());
    }
  }

  /// A client that waits for 100 Continue may send its body or not: nobody can tell where its next
  /// request begins.
  private static boolean mayBeSkipped(RequestHead asked, BodyReader left) {
    return !asked.expectsContinue() && left.left() <= DRAIN_BYTES;
  }

  private void write(Response response, boolean encrypted, boolean headOnly, String connection) {
    Http1Writer.write(
        here(), loop, response, site.headers().lines(response, encrypted), connection, headOnly);
    flushSoon();
  }

  /// Answers in the handler's stead, or before there is one, and ends the connection.
  private void refuse(HttpRefusal refusal) {
    site.refused();
    Http1Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.gone();
    }
    if (state != State.CLOSING) {
      write(Response.refusal(refusal), secure, false, "close");
      close();
    }
  }

  /// Ends the connection once what was written is out. If the far end may still be sending, its
  /// bytes are read and dropped for a moment: closing on unread bytes would reset the connection
  /// and with it the answer on its way.
  private void close() {
    boolean mayStillSend =
        state != State.HEAD && body != null || input != null && input.isReadable();
    state = State.CLOSING;
    deadline = Long.MAX_VALUE;
    release();
    unflushed = false;
    here()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(mayStillSend ? _ -> linger() : ChannelFutureListener.CLOSE);
  }

  private void linger() {
    deadline = loop.now + LINGER_NANOS;
    channel().config().setAutoRead(true);
    if (!secure) {
      ((DuplexChannel) channel()).shutdownOutput();
    }
  }

  /// See [Exchange#moveTo]. The bytes at hand stay in [#input] and wait for the arrival.
  void moveTo(Http1Exchange asking, EventLoop home, Runnable then) {
    Channel channel = channel();
    if (home.inEventLoop()) {
      asking.guard(then);
      return;
    }
    moving = true;
    loop.remove(this);
    flush();
    // Netty deregisters after the turn in which this is called: bytes that the running read still
    // brings are handed to channelRead before.
    channel
        .deregister()
        .addListener(_ ->
            home.register(channel)
                .addListener(arrived -> {
                  if (arrived.isSuccess()) {
                    arrive(asking, then);
                  }
                }));
  }

  private void arrive(Http1Exchange asking, Runnable then) {
    loop = LoopState.here();
    reading = false;
    moving = false;
    if (state == State.CLOSING) {
      return;
    }
    loop.add(this);
    asking.guard(then);
    process();
    // What could not be written before the move waits for a wish to write: that was left behind.
    here().flush();
  }

  void upgrade(
      Http1Exchange asking,
      WebSocketOptions options,
      WebSocketHandshake handshake,
      Consumer<WebSocket> opened) {
    if (asking != exchange) {
      return;
    }
    exchange = null;
    ChannelHandlerContext from = here();
    ByteBuf rest = input;
    input = null;
    state = State.CLOSING;
    WebSocketConnection next =
        new WebSocketConnection(from.channel(), options, handshake.deflate(), site.counters());
    from.write(handshake.answer(from.alloc(), loop), from.channel().voidPromise());
    from.pipeline().replace(this, null, next);
    next.open(opened, asking, handshake.protocol(), rest, reading);
  }

  @Override
  public void sweep(long now) {
    if (stall.stalled(channel(), now, site.limits().writeTimeout().toNanos())) {
      channel().close();
      return;
    }
    switch (state) {
      case HEAD -> {
        if (StallWatch.queued(channel()) > 0) {
          // Its last answer is still on the way: the far end is neither idle nor slow.
          deadline = now + site.limits().idleTimeout().toNanos();
        } else if (deadline - now <= 0) {
          if (input != null && input.isReadable()) {
            refuse(new HttpRefusal(408, "The request's head took too long."));
          } else {
            channel().close();
          }
        }
      }
      case BODY, DRAIN -> {
        if (body != null && bodyPace.tooSlow(now)) {
          refuse(new HttpRefusal(408, "The request's body took too long."));
        }
      }
      case CLOSING -> {
        if (deadline != Long.MAX_VALUE && deadline - now <= 0) {
          channel().close();
        }
      }
      case HANDLING, STREAMING -> {}
    }
  }

  /// Stops reading from a client that sends ahead of its answers, and goes on when they are given.
  private void pace() {
    boolean full = input != null && input.readableBytes() > READ_AHEAD;
    boolean read =
        !full
            || state == State.STREAMING
            || state == State.BODY
            || state == State.DRAIN
            || state == State.CLOSING;
    if (channel().config().isAutoRead() != read) {
      channel().config().setAutoRead(read);
    }
  }

  /// A few bytes left over must not hold a whole read buffer.
  private void compact() {
    ByteBuf in = input;
    if (in == null) {
      return;
    }
    if (!in.isReadable()) {
      in.release();
      input = null;
    } else if (in.readableBytes() < in.capacity() / 4) {
      input = in.alloc().buffer(in.readableBytes()).writeBytes(in);
      in.release();
    }
  }

  private void flushSoon() {
    if (!reading && !unflushed) {
      loop.flushLater(this);
    }
    unflushed = true;
  }

  @Override
  public void flush() {
    unflushed = false;
    here().flush();
  }

  private void release() {
    ReferenceCountUtil.release(input);
    input = null;
    if (body != null) {
      body.release();
      body = null;
    }
    whole = null;
    exchange = null;
  }

  private ChannelHandlerContext here() {
    ChannelHandlerContext at = context;
    if (at == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return at;
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public void slot(int at) {
    slot = at;
  }

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int READ_AHEAD = 64 * 1024;
  private static final int DRAIN_BYTES = 64 * 1024;
  private static final long LINGER_NANOS = 2_000_000_000L;
}
