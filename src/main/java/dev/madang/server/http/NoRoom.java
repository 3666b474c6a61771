package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.nio.charset.StandardCharsets;

/// Says to one connection too many, in the clear, that there is no room, and sees it out. Lives on
/// its channel's loop.
final class NoRoom extends ChannelInboundHandlerAdapter implements Connection {
  private final Channel channel;
  private final LoopState loop = LoopState.here();
  private final long deadline;
  private boolean said;
  private int slot = -1;

  NoRoom(Channel channel) {
    this.channel = channel;
    loop.add(this);
    deadline = loop.now + PATIENCE_NANOS;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean http = bytes.isReadable() && bytes.getByte(bytes.readerIndex()) >= 'A';
    bytes.release();
    if (said) {
      return;
    }
    said = true;
    if (http) {
      context
          .writeAndFlush(Unpooled.wrappedBuffer(ANSWER))
          .addListener(_ -> ((DuplexChannel) channel).shutdownOutput());
    } else {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void sweep(long now) {
    if (deadline - now <= 0) {
      channel.close();
    }
  }

  @Override
  public void flush() {
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

  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final byte[] ANSWER =
      """
      HTTP/1.1 503 Service Unavailable
      content-type: text/plain; charset=utf-8
      retry-after: 10
      connection: close
      content-length: 46

      The server has no room for another connection.\
      """
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.US_ASCII);
}
