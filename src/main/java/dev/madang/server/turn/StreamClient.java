package dev.madang.server.turn;

import dev.madang.net.Timer;
import dev.madang.protocol.turn.Connection;
import dev.madang.wire.Address;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A client over TCP or TLS. Its socket is Netty's and its session lives on a [Station]'s loop:
/// methods of [Connection] belong to the loop, those of the handler to Netty, and what crosses is
/// counted in bytes both ways.
final class StreamClient extends Connection {
  private final Channel channel;
  private final Station station;
  private final @Nullable Address reached;
  private final int mostQueued;
  private final long patience;

  // Bytes told to the loop and not yet read there; sent by the loop and not yet written.
  private final AtomicInteger unread = new AtomicInteger();
  private final AtomicInteger unwritten = new AtomicInteger();

  // The loop's: what this turn sends, and since when nothing fits.
  private @Nullable ByteBuf turn;
  private long fullSince;
  private boolean full;
  private @Nullable Timer watch;
  private long heard;

  StreamClient(
      Address address,
      @Nullable Address reached,
      Channel channel,
      Station station,
      TurnDoor.Config config) {
    super(address);
    this.channel = channel;
    this.station = station;
    this.reached = reached;
    mostQueued = config.streamQueue();
    patience = config.streamPatience().toNanos();
  }

  /// For the channel's pipeline.
  ChannelInboundHandlerAdapter handler() {
    return new Door();
  }

  /// The address of this machine that the client spoke to.
  @Nullable Address reached() {
    return reached;
  }

  @Override
  public void send(byte[] bytes, int offset, int length) {
    int gathered = turn == null ? 0 : turn.readableBytes();
    if (unwritten.get() + gathered + length > mostQueued) {
      refuse();
      return;
    }
    full = false;
    if (turn == null) {
      turn = channel.alloc().ioBuffer(Math.max(2048, length));
      station.atTurnsEnd(this::write);
    }
    turn.writeBytes(bytes, offset, length);
  }

  /// RFC 8656 §12 relays datagrams: whoever reads too slowly loses them, not more.
  private void refuse() {
    long now = station.now();
    if (!full) {
      full = true;
      fullSince = now;
    } else if (now - fullSince >= patience) {
      close();
    }
  }

  /// One write a turn, whatever the number of messages.
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

  @Override
  public void close() {
    if (turn != null) {
      turn.release();
      turn = null;
    }
    channel.close();
  }

  private void read(byte[] bytes) {
    heard = station.now();
    if (watch == null) {
      watch = station.timer(this::watch);
      watch();
    }
    station.receive(this, bytes);
    if (unread.addAndGet(-bytes.length) < MOST_UNREAD / 2 && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  /// A connection without an allocation, that stays silent, is not worth its descriptor; one with
  /// an allocation ends with it, by what the client stops refreshing.
  private void watch() {
    if (watch == null) {
      return;
    }
    if (!hasAllocation() && station.now() - heard >= SILENCE_NANOS) {
      channel.close();
    } else {
      watch.at(station.now() + SILENCE_NANOS);
    }
  }

  private void gone() {
    if (watch != null) {
      watch.cancel();
    }
    station.gone(this);
  }

  /// Netty's side.
  private final class Door extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof ByteBuf received) {
          byte[] bytes = new byte[received.readableBytes()];
          received.readBytes(bytes);
          if (unread.addAndGet(bytes.length) > MOST_UNREAD) {
            channel.config().setAutoRead(false);
          }
          station.tell(() -> read(bytes));
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      station.tell(StreamClient.this::gone);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A reset, or TLS that broke: the client is gone either way, and says so above.
      context.close();
    }
  }

  private static final int MOST_UNREAD = 262_144;
  private static final long SILENCE_NANOS = 30_000_000_000L;
}
