package dev.madang.server.http;

import dev.madang.protocol.stun.StunMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// Waits for a connection's first bytes, which say what is spoken on it, and makes room for whoever
/// speaks that. Lives on its channel's loop.
///
/// | first byte | is |
/// |---|---|
/// | 0x16 | a TLS handshake, unless we are inside one |
/// | 0x00-0x03 | STUN (RFC 8489 §5: the first two bits are zero) if its cookie is at 4-7: TURN |
/// | | a length (RFC 4571 §2) before STUN if the cookie is at 6-9: ICE over TCP |
/// | 0xC0 | a probe of `madang compare` |
/// | anything else | HTTP/1.1 |
final class FirstByte extends ChannelInboundHandlerAdapter implements Connection {
  private final Site site;
  private final boolean secure;
  private final Channel channel;
  private final LoopState loop = LoopState.here();
  private final long deadline;
  private int slot = -1;
  // Of a message that has not told yet what it is.
  private @Nullable ByteBuf held;

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
    if (held != null) {
      bytes = held.writeBytes(bytes);
      held = null;
      ((ByteBuf) message).release();
    }
    int first = bytes.getUnsignedByte(bytes.readerIndex());
    Tls tls = site.tls();
    if (first == TLS_HANDSHAKE && !secure && tls != null) {
      SslHandler decrypts = tls.handler(channel.alloc());
      context.pipeline().addLast(decrypts, new Alpn(site, channel, decrypts));
      leave(context, bytes);
    } else if (first <= LAST_STUN) {
      stun(context, bytes);
    } else if (first == PROBE && site.probe() != null) {
      java.util.Objects.requireNonNull(site.probe()).take(context.pipeline(), secure);
      leave(context, bytes);
    } else {
      loop.remove(this);
      context.pipeline().replace(this, null, new Http1Connection(site, secure));
      context.fireChannelRead(bytes);
    }
  }

  private void stun(ChannelHandlerContext context, ByteBuf bytes) {
    int there = bytes.readableBytes();
    HttpDoor.Taker taker = null;
    if (hasCookie(bytes, STUN_COOKIE_AT)) {
      taker = site.turn();
    } else if (hasCookie(bytes, FRAMED_COOKIE_AT)) {
      taker = site.ice();
    } else if (there < FRAMED_COOKIE_AT + COOKIE_BYTES) {
      held = context.alloc().buffer(HELD).writeBytes(bytes);
      bytes.release();
      return;
    }
    if (taker == null) {
      bytes.release();
      context.close();
    } else {
      taker.take(context.pipeline(), secure);
      leave(context, bytes);
    }
  }

  private void leave(ChannelHandlerContext context, ByteBuf bytes) {
    loop.remove(this);
    context.pipeline().remove(this);
    context.fireChannelRead(bytes);
  }

  private static boolean hasCookie(ByteBuf bytes, int at) {
    return bytes.readableBytes() >= at + COOKIE_BYTES
        && bytes.getInt(bytes.readerIndex() + at) == StunMessage.COOKIE;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (held != null) {
      held.release();
      held = null;
    }
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
  private static final int PROBE = 0xC0;
  private static final int STUN_COOKIE_AT = 4;
  private static final int FRAMED_COOKIE_AT = 6;
  private static final int COOKIE_BYTES = 4;
  private static final int HELD = 256;
}
