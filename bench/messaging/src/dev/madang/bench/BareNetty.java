package dev.madang.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.util.ArrayList;
import java.util.List;

/// No Socket.IO at all: Netty's own WebSocket on one loop, which knows the benchmark's few messages
/// by their first bytes. What it costs is what the kernel and Netty cost; the rest is ours.
public final class BareNetty {

  private static final List<Channel> EVERYBODY = new ArrayList<>();

  public static void main(String[] args) throws InterruptedException {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    new ServerBootstrap()
        .group(loop)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(4096),
                        new WebSocketServerProtocolHandler(
                            "/socket.io/", null, false, 65536, false, true),
                        new Messages());
              }
            })
        .bind("127.0.0.1", Integer.parseInt(args[0]))
        .sync();
  }

  private static final class Messages extends SimpleChannelInboundHandler<TextWebSocketFrame> {

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof HandshakeComplete) {
        EVERYBODY.add(context.channel());
        context.writeAndFlush(new TextWebSocketFrame("0{}"));
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
      ByteBuf content = frame.content();
      if (content.getByte(1) == '0') {
        context.writeAndFlush(new TextWebSocketFrame("40{}"));
      } else if (content.getByte(2) == '1') {
        // An event that wants an answer: the same array, without its name, as the ack.
        ByteBuf ack = context.alloc().directBuffer(content.readableBytes());
        ack.writeBytes(ACK).writeBytes(content, 11, content.readableBytes() - 11);
        context.writeAndFlush(new TextWebSocketFrame(ack), context.voidPromise());
      } else {
        for (Channel channel : EVERYBODY) {
          channel.writeAndFlush(
              new TextWebSocketFrame(content.retainedDuplicate()), channel.voidPromise());
        }
      }
    }
  }

  private static final byte[] ACK = {'4', '3', '1', '['};

  private BareNetty() {}
}
