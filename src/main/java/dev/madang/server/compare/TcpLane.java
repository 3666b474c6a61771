package dev.madang.server.compare;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Probes over bare TCP: [Probe#OPEN] and the token, then messages, each behind its length. Lives
/// on its channel's loop. Whoever does not read is not read either, and pays alone: an answer that
/// was left out would be counted as lost, and TCP loses nothing.
final class TcpLane extends ByteToMessageDecoder {
  private final Grants grants;
  private @Nullable Grant grant;
  private Runnable closer = () -> {};
  private @Nullable ScheduledFuture<?> patience;

  TcpLane(Grants grants) {
    this.grants = grants;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    patience =
        context.executor().schedule(() -> context.close(), SECONDS_TO_PROVE, TimeUnit.SECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (grant == null && !enter(context, in)) {
      return;
    }
    while (in.readableBytes() >= LENGTH) {
      int length = in.getInt(in.readerIndex());
      if (length < Probe.HEADER || length > Probe.LONGEST) {
        context.close();
        return;
      } else if (in.readableBytes() < LENGTH + length) {
        return;
      }
      in.skipBytes(LENGTH);
      byte[] bytes = new byte[length];
      in.readBytes(bytes);
      if (!answer(context, bytes)) {
        context.close();
        return;
      }
    }
  }

  private boolean enter(ChannelHandlerContext context, ByteBuf in) {
    if (in.readableBytes() < 1 + Probe.TOKEN) {
      return false;
    }
    in.skipBytes(1);
    Grant found = grants.find(new Token(in.readLong(), in.readLong()), System.nanoTime());
    unwatch();
    closer = context.channel()::close;
    if (found == null || !found.connects(closer)) {
      context.close();
      return false;
    }
    grant = found;
    return true;
  }

  private boolean answer(ChannelHandlerContext context, byte[] bytes) {
    Grant from = grant;
    long now = System.nanoTime();
    int back = Probe.answer(bytes, 0, bytes.length, now);
    if (from == null || !from.takes(bytes.length + back, now)) {
      return false;
    }
    if (back > 0) {
      context.write(
          Unpooled.wrappedBuffer(
              Unpooled.buffer(LENGTH).writeInt(back), Unpooled.wrappedBuffer(bytes, 0, back)),
          context.voidPromise());
    }
    return true;
  }

  /// What one reading brought is answered whole, so that no more waits than the mark of the channel
  /// and as much again.
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    super.channelRead(context, message);
    if (!context.channel().isWritable()) {
      context.flush();
      context.channel().config().setAutoRead(context.channel().isWritable());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    context.flush();
    if (context.channel().config().isAutoRead()) {
      super.channelReadComplete(context);
    } else {
      // The decoder's own would ask for more, since it handed nothing on.
      discardSomeReadBytes();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    unwatch();
    Grant from = grant;
    grant = null;
    if (from != null) {
      from.disconnected(closer);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private void unwatch() {
    if (patience != null) {
      patience.cancel(false);
    }
  }

  private static final int LENGTH = 4;
  private static final int SECONDS_TO_PROVE = 5;
}
