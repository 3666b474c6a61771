package dev.madang.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/// Waits for the end of a TLS handshake and makes room for what was agreed upon in it (RFC 7301):
/// HTTP/2, or else whatever the first byte says. Lives on its channel's loop.
final class Alpn extends ChannelInboundHandlerAdapter implements Connection {
  private final Site site;
  private final Channel channel;
  private final SslHandler tls;
  private final LoopState loop = LoopState.here();
  private final long deadline;
  private int slot = -1;

  Alpn(Site site, Channel channel, SslHandler tls) {
    this.site = site;
    this.channel = channel;
    this.tls = tls;
    loop.add(this);
    deadline = loop.now + site.limits().headerTimeout().toNanos();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        loop.remove(this);
        if (ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
          Http2Streams.addTo(context.pipeline(), site);
          context.pipeline().remove(this);
        } else {
          context.pipeline().replace(this, null, new FirstByte(site, channel, true));
        }
      } else {
        context.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Failures.close(context, cause);
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
}
