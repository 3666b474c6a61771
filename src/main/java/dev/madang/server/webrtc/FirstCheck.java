package dev.madang.server.webrtc;

import dev.madang.net.StreamSocket;
import dev.madang.protocol.ice.IceLite;
import dev.madang.wire.Address;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Waits on a TCP connection for its first packet, which must be a check that tells whose it is,
/// and gives the connection to the loop of that transport. Lives on the channel's loop.
final class FirstCheck extends ChannelInboundHandlerAdapter {
  private final Transports transports;
  private final Address remote;
  private @Nullable ByteBuf held;
  private @Nullable ScheduledFuture<?> patience;

  FirstCheck(Transports transports, Address remote) {
    this.transports = transports;
    this.remote = remote;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    held = context.alloc().buffer(MOST_BYTES);
    patience =
        context.executor().schedule(() -> context.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (held != null) {
      held.release();
      held = null;
    }
    if (patience != null) {
      patience.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || held == null) {
      ReferenceCountUtil.release(message);
      return;
    }
    held.writeBytes(bytes);
    bytes.release();
    int there = held.readableBytes();
    int length = there < HEADER ? 0 : held.getUnsignedShort(held.readerIndex());
    if (length > MOST_BYTES) {
      context.close();
    } else if (there >= HEADER && there >= HEADER + length) {
      arrived(context, held, length);
    }
  }

  private void arrived(ChannelHandlerContext context, ByteBuf stream, int length) {
    byte[] check = new byte[length];
    stream.getBytes(stream.readerIndex() + HEADER, check);
    long key = IceLite.ufragOf(check, 0, length);
    Transport transport = key < 0 ? null : transports.find(key);
    Station home = transport == null ? null : transport.home(transports.any(), check, 0, length);
    if (transport == null || home == null) {
      context.close();
      return;
    }
    Channel channel = context.channel();
    StreamSocket socket =
        new StreamSocket(
            channel,
            home.loop(),
            transports.config().tcpQueue(),
            transports.config().tcpPatience());
    StreamWay way = new StreamWay(home, transport, socket, remote, null);
    held = null;
    context.pipeline().replace(this, null, way.handler());
    context.fireChannelRead(stream);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private static final int HEADER = 2;
  private static final int MOST_BYTES = 1024;
  private static final int PATIENCE_SECONDS = 10;
}
