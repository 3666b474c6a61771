package dev.madang.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A TCP or TLS connection whose bytes are Netty's and whose session lives on a [Loop]. What
/// crosses is counted in bytes both ways: who sends faster than the loop reads is not read, who
/// reads more slowly than the loop sends loses what does not fit and, after a while, the
/// connection.
///
/// Its methods belong to the loop, but for [#close].
public final class StreamSocket {
  /// Whose connection it is; called on the loop.
  public interface Session {
    /// The next bytes of the stream. The array is the session's to keep.
    void receive(byte[] bytes);

    /// The connection has ended, whoever closed it; called once, and nothing after it.
    void gone();
  }

  private final Channel channel;
  private final Loop loop;
  private final int mostQueued;
  private final long patience;

  // Bytes told to the loop and not yet read there; sent by the loop and not yet written.
  private final AtomicInteger unread = new AtomicInteger();
  private final AtomicInteger unwritten = new AtomicInteger();

  // The loop's: what this turn sends, and since when nothing fits.
  private final Runnable write = this::write;
  private @Nullable ByteBuf turn;
  private long fullSince;
  private boolean full;

  /// @param mostQueued bytes that may wait for a far end that reads slowly
  /// @param patience how long it may stay so slow that nothing more fits, before it is closed
  public StreamSocket(Channel channel, Loop loop, int mostQueued, Duration patience) {
    this.channel = channel;
    this.loop = loop;
    this.mostQueued = mostQueued;
    this.patience = patience.toNanos();
  }

  /// For the channel's pipeline, on the channel's loop: from then on `session` is told.
  public ChannelInboundHandlerAdapter handler(Session session) {
    return new Door(session);
  }

  public Loop loop() {
    return loop;
  }

  /// Whether so many bytes more may be sent; if not, the far end reads too slowly, which is noted.
  public boolean fits(int length) {
    int gathered = turn == null ? 0 : turn.readableBytes();
    if (unwritten.get() + gathered + length <= mostQueued) {
      full = false;
      return true;
    }
    if (!full) {
      full = true;
      fullSince = loop.now();
    } else if (loop.now() - fullSince >= patience) {
      close();
    }
    return false;
  }

  /// Queues a copy of the bytes; they leave at the end of the loop's turn, in one write with all
  /// others of that turn. Ask [#fits] before.
  public void send(byte[] bytes, int offset, int length) {
    if (turn == null) {
      turn = channel.alloc().ioBuffer(Math.max(2048, length));
      loop.atTurnsEnd(write);
    }
    turn.writeBytes(bytes, offset, length);
  }

  private void write() {
    ByteBuf message = turn;
    turn = null;
    if (message == null) {
      return;
    }
    int length = message.readableBytes();
    unwritten.addAndGet(length);
    channel.writeAndFlush(message).addListener(_ -> unwritten.addAndGet(-length));
  }

  /// From any thread: what was sent in turns that ended is written before.
  public void close() {
    channel.close();
  }

  private void read(Session session, byte[] bytes) {
    session.receive(bytes);
    if (unread.addAndGet(-bytes.length) < MOST_UNREAD / 2 && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  /// Netty's side.
  private final class Door extends ChannelInboundHandlerAdapter {
    private final Session session;

    Door(Session session) {
      this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof ByteBuf received) {
          byte[] bytes = new byte[received.readableBytes()];
          received.readBytes(bytes);
          if (unread.addAndGet(bytes.length) > MOST_UNREAD) {
            channel.config().setAutoRead(false);
          }
          loop.tell(() -> read(session, bytes));
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      loop.tell(session::gone);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A reset, or TLS that broke: the far end is gone either way, and says so above.
      context.close();
    }
  }

  private static final int MOST_UNREAD = 262_144;
}
