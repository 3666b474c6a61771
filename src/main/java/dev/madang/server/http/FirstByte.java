package dev.madang.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;

/// Waits for a connection's first byte, which says what is spoken on it, and makes room for whoever
/// speaks that. Lives on its channel's loop.
///
/// | first byte | is |
/// |---|---|
/// | 0x16 | a TLS handshake, unless we are inside one |
/// | 0x00-0x03 | STUN (RFC 8489, section 5: the first two bits are zero) |
/// | anything else | HTTP/1.1 |
final class FirstByte extends ChannelInboundHandlerAdapter implements Connection {
  private final Site site;
  private final boolean secure;
  private final Channel channel;
  private final LoopState loop = LoopState.here();
  private final long deadline;
  private int slot = -1;

  FirstByte(Site site, Channel channel, boolean secure) {
    this.site = site;
    this.channel = channel;
    this.secure = secure;
    loop.add(this);
    deadline = loop.now + site.limits().headerTimeout().toNanos();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (!bytes.isReadable()) {
      bytes.release();
      return;
    }
    int first = bytes.getUnsignedByte(bytes.readerIndex());
    loop.remove(this);
    HttpDoor.StunTaker stun = site.stun();
    Tls tls = site.tls();
    if (first == TLS_HANDSHAKE && !secure && tls != null) {
      SslHandler decrypts = tls.handler(channel.alloc());
      context.pipeline().addLast(decrypts, new Alpn(site, channel, decrypts));
      context.pipeline().remove(this);
    } else if (first <= LAST_STUN) {
      if (stun == null) {
        bytes.release();
        context.close();
        return;
      }
      stun.take(context.pipeline(), secure);
      context.pipeline().remove(this);
    } else {
      context.pipeline().replace(this, null, new Http1Connection(site, secure));
    }
    context.fireChannelRead(bytes);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
    context.fireChannelInactive();
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

  private static final int TLS_HANDSHAKE = 0x16;
  private static final int LAST_STUN = 3;
}
