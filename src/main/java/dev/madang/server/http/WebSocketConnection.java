package dev.madang.server.http;

import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What carries a [WebSocket]: the only handler of its pipeline (behind TLS, if any). Lives on its
/// channel's loop. Small on purpose: there are many of them and most are idle.
///
/// ```
/// OPEN ── close(), or an offence ──► CLOSING ── close frame back, or 2 s ──► CLOSED
///  └── far end's close frame, answered ─────────────────────────────────────►│
///  └── connection gone, or too much queued ─────────────────────────────────►│
/// ```
final class WebSocketConnection extends ChannelInboundHandlerAdapter
    implements Connection, FrameReader.Output {
  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  private final Channel channel;
  private final WebSocketOptions options;
  private final boolean deflate;
  private final Counters counters;
  private final FrameReader reader;
  private final LoopState loop = LoopState.here();
  private final StallWatch stall = new StallWatch();
  private int slot = -1;
  private @Nullable WebSocket socket;

  private State state = State.OPEN;
  private @Nullable ByteBuf input;
  private boolean reading;
  private boolean inStep;
  private boolean unflushed;
  private boolean told;
  private boolean deaf;
  private int controls;
  private int controlWindow;
  private int closeCode = 1006;
  private String closeReason = "";
  private long deadline;

  WebSocketConnection(
      Channel channel, WebSocketOptions options, boolean deflate, Counters counters) {
    this.counters = counters;
    this.channel = channel;
    this.options = options;
    this.deflate = deflate;
    this.reader = new FrameReader(options, deflate);
  }

  /// Begins: the callbacks are set first, then what came behind the handshake is read.
  void open(
      Consumer<WebSocket> opened,
      Exchange exchange,
      @Nullable String protocol,
      @Nullable ByteBuf rest,
      boolean insideRead) {
    reading = insideRead;
    loop.add(this);
    counters.webSockets.increment();
    counters.webSocketsOpened.increment();
    WebSocket made = new WebSocket(this, channel, exchange.peer(), protocol);
    socket = made;
    flushSoon();
    guard(() -> opened.accept(made));
    if (rest != null) {
      take(rest);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    reading = true;
    take((ByteBuf) message);
    keepInStep();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    keepInStep();
  }

  private void keepInStep() {
    if (inStep) {
      channel.config().setAutoRead(channel.isWritable());
    }
  }

  void inStep() {
    inStep = true;
  }

  private void take(ByteBuf bytes) {
    if (deaf || state == State.CLOSED) {
      bytes.release();
      return;
    }
    ByteBuf in =
        input == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), input, bytes);
    input = in;
    guard(() -> reader.read(in, loop, this));
    if (input != null && !in.isReadable()) {
      in.release();
      input = null;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    reading = false;
    if (unflushed) {
      unflushed = false;
      from.flush();
    }
    ByteBuf in = input;
    if (in != null && in.readableBytes() < in.capacity() / 4) {
      input = in.alloc().buffer(in.readableBytes()).writeBytes(in);
      in.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    loop.remove(this);
    counters.webSockets.decrement();
    state = State.CLOSED;
    ReferenceCountUtil.release(input);
    input = null;
    tell();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    Failures.close(from, cause);
  }

  @Override
  public void text(String message) {
    if (state == State.OPEN && socket != null) {
      socket.onText.accept(message);
    }
  }

  @Override
  public void binary(ByteBuf message) {
    if (state == State.OPEN && socket != null) {
      socket.onBinary.accept(message);
    }
  }

  @Override
  public void ping(ByteBuf payload) {
    countControl();
    if (state == State.OPEN) {
      ByteBuf pong = channel.alloc().directBuffer(2 + payload.readableBytes());
      FrameWriter.header(pong, FrameReader.PONG, payload.readableBytes());
      write(pong.writeBytes(payload));
    }
  }

  @Override
  public void pong() {
    countControl();
  }

  @Override
  public void closed(int code, String reason) {
    if (state == State.OPEN) {
      closeCode = code;
      closeReason = reason;
      // RFC 6455, 5.5.1: "When sending a Close frame in response, the endpoint typically echos the
      // status code it received."
      channel.write(FrameWriter.close(channel.alloc(), code == 1005 ? 1000 : code, ""));
    }
    end();
  }

  /// Nobody needs many of them, and each costs an answer.
  private void countControl() {
    int window = (int) (loop.now >> 30);
    if (window != controlWindow) {
      controlWindow = window;
      controls = 0;
    }
    if (++controls > MAX_CONTROLS) {
      throw new WebSocketFailure(1008, "Too many pings.");
    }
  }

  boolean open() {
    return state == State.OPEN;
  }

  void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] text) {
    if (state == State.OPEN) {
      write(message(FrameReader.TEXT, text, text.length));
    }
  }

  void sendBinary(ByteBuf payload) {
    if (state != State.OPEN) {
      payload.release();
      return;
    }
    int length = payload.readableBytes();
    byte[] bytes = loop.scratch(length);
    payload.readBytes(bytes, 0, length);
    payload.release();
    write(message(FrameReader.BINARY, bytes, length));
  }

  private ByteBuf message(int opcode, byte[] payload, int length) {
    if (deflate && length >= DEFLATE_FROM) {
      byte[] small = loop.deflate(payload, length);
      return FrameWriter.frame(channel.alloc(), opcode | FrameReader.RSV1, small, small.length);
    }
    return FrameWriter.frame(channel.alloc(), opcode, payload, length);
  }

  /// Writes a whole frame, unless the far end is so far behind that it must go.
  void write(ByteBuf frame) {
    if (state != State.OPEN) {
      frame.release();
      return;
    }
    channel.write(frame, channel.voidPromise());
    // A turn that reads much answers much: what leaves meanwhile does not count as waiting.
    if (StallWatch.queued(channel) > Math.min(FLUSH_FROM, options.maxQueued())) {
      channel.flush();
      long behind = StallWatch.queued(channel);
      if (behind > options.maxQueued()) {
        closeCode = 1008;
        closeReason = "too slow: " + behind + " bytes queued";
        state = State.CLOSED;
        channel.close();
        return;
      }
    }
    flushSoon();
  }

  void close(int code, String reason) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    closeCode = code;
    closeReason = reason;
    deadline = loop.now + LINGER_NANOS;
    channel.writeAndFlush(FrameWriter.close(channel.alloc(), code, reason));
  }

  /// Both have said goodbye. RFC 6455, 7.1.1: the server closes the TCP connection first.
  private void end() {
    state = State.CLOSED;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    deadline = loop.now + LINGER_NANOS;
    tell();
  }

  private void tell() {
    if (!told && socket != null) {
      told = true;
      WebSocket ended = socket;
      guard(() -> ended.onClose.closed(closeCode, closeReason));
    }
  }

  /// Runs what may hit an offence of the far end or a mistake of ours; either ends this WebSocket
  /// alone.
  private void guard(Runnable step) {
    try {
      step.run();
    } catch (WebSocketFailure failure) {
      fail(failure.code, String.valueOf(failure.getMessage()));
    } catch (ProtocolException failure) {
      fail(1002, String.valueOf(failure.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("A WebSocket's handler failed", e);
      fail(1011, "The server made a mistake.");
    }
  }

  /// RFC 6455, 7.1.7: says why, and waits for no answer. What still comes is dropped for a moment:
  /// closing on unread bytes would reset the connection and with it the reason on its way.
  private void fail(int code, String reason) {
    close(code, reason);
    deaf = true;
    if (input != null) {
      input.skipBytes(input.readableBytes());
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> hangUp());
  }

  private void hangUp() {
    if (channel instanceof DuplexChannel duplex
        && channel.pipeline().get(SslHandler.class) == null) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  @Override
  public void sweep(long now) {
    boolean stalled = stall.stalled(channel, now, STALL_NANOS);
    if (stalled || state != State.OPEN && deadline - now <= 0) {
      channel.close();
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
    channel.flush();
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public void slot(int at) {
    slot = at;
  }

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
  private static final int DEFLATE_FROM = 1024;
  private static final int FLUSH_FROM = 64 << 10;
  private static final int MAX_CONTROLS = 64;
  private static final long LINGER_NANOS = 2_000_000_000L;
  private static final long STALL_NANOS = 60_000_000_000L;
}
