package dev.madang.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/// One request at a time to one server, over a connection kept alive, or over a new one each time.
/// Lives on the crowd's event loop. Knows of HTTP what the measured servers answer: a length, no
/// chunks.
final class HttpLine {

  private final EventLoopGroup loop;
  private final InetSocketAddress server;
  private final boolean oneRequestAConnection;

  private Channel channel;
  private Consumer<String> answered = _ -> {};
  private Consumer<String> failed = _ -> {};
  private boolean waiting;

  HttpLine(EventLoopGroup loop, InetSocketAddress server, boolean oneRequestAConnection) {
    this.loop = loop;
    this.server = server;
    this.oneRequestAConnection = oneRequestAConnection;
  }

  static byte[] get(String path) {
    return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] post(String path, String body) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain;charset=UTF-8\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /// Sends; later calls `answered` with the body of a 200, or `failed` with a reason.
  void request(byte[] request, Consumer<String> answered, Consumer<String> failed) {
    this.answered = answered;
    this.failed = failed;
    waiting = true;
    ByteBuf bytes = Unpooled.wrappedBuffer(request);
    if (channel != null && channel.isActive()) {
      channel.writeAndFlush(bytes, channel.voidPromise());
      return;
    }
    new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(new Answers(bytes))
        .connect(server)
        .addListener(result -> {
          if (!result.isSuccess()) {
            failed.accept("cannot connect: " + result.cause());
          }
        });
  }

  private void whole(String head, String body) {
    waiting = false;
    if (oneRequestAConnection) {
      channel.close();
      channel = null;
    }
    if (head.startsWith("HTTP/1.1 200")) {
      answered.accept(body);
    } else {
      failed.accept(head.lines().findFirst().orElse("") + " " + body);
    }
  }

  private final class Answers extends ChannelInboundHandlerAdapter {

    private final ByteBuf first;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    Answers(ByteBuf first) {
      this.first = first;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      channel.writeAndFlush(first, channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      held = Unpooled.wrappedBuffer(held, (ByteBuf) message);
      String text = held.toString(StandardCharsets.UTF_8);
      int bodyAt = text.indexOf("\r\n\r\n") + 4;
      if (bodyAt < 4 || text.length() < bodyAt + length(text, bodyAt)) {
        return;
      }
      held.release();
      held = Unpooled.EMPTY_BUFFER;
      whole(text.substring(0, bodyAt), text.substring(bodyAt));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      held.release();
      held = Unpooled.EMPTY_BUFFER;
      if (waiting && channel == context.channel()) {
        failed.accept("the server closed the connection before it answered");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failed.accept(cause.toString());
      context.close();
    }

    private static int length(String text, int bodyAt) {
      String head = text.substring(0, bodyAt).toLowerCase(Locale.ROOT);
      int at = head.indexOf("content-length:");
      if (at < 0) {
        throw new IllegalStateException("an answer without a length: " + head);
      }
      return Integer.parseInt(head.substring(at + 15, head.indexOf('\r', at)).strip());
    }
  }
}
