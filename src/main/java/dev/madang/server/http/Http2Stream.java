package dev.madang.server.http;

import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One stream of HTTP/2: a request, then its answer. Lives on its connection's loop; what the
/// handler sees of it is a [Http2Exchange].
///
/// Until the handler asks for the body nothing is read but what the window allows anyway.
final class Http2Stream extends ChannelInboundHandlerAdapter implements Connection {
  private final Site site;
  private final Channel channel;
  private final LoopState loop = LoopState.here();
  private int slot = -1;

  private @Nullable Http2Exchange exchange;
  private @Nullable ByteBuf body;
  private @Nullable Consumer<ByteBuf> whole;
  private int limit = Integer.MAX_VALUE;
  private boolean ended;
  private boolean answered;
  private long deadline = Long.MAX_VALUE;
  private final BodyPace bodyPace = new BodyPace();
  private final StallWatch stall = new StallWatch();
  private @Nullable ResponseStream streaming;

  Http2Stream(Site site, Channel channel) {
    this.site = site;
    this.channel = channel;
    loop.add(this);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      switch (message) {
        case Http2HeadersFrame frame -> headers(frame);
        case Http2DataFrame frame -> data(frame);
        default -> {}
      }
    } catch (HttpRefusal refusal) {
      refuse(refusal);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof Http2ResetFrame) {
      gone();
    }
    ReferenceCountUtil.release(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
    gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private void headers(Http2HeadersFrame frame) {
    ended |= frame.isEndStream();
    if (exchange == null) {
      begin(frame.headers());
    } else {
      complete();
    }
  }

  private void begin(Http2Headers fields) {
    // RFC 9113, 8.1.1: "Malformed requests or responses that are detected MUST be treated as a
    // stream error of type PROTOCOL_ERROR."
    Http2Exchange made = exchange(fields);
    if (made == null) {
      reset(Http2Error.PROTOCOL_ERROR);
      return;
    }
    exchange = made;
    made.dispatch(site);
  }

  private @Nullable Http2Exchange exchange(Http2Headers fields) {
    CharSequence method = fields.method();
    CharSequence path = fields.path();
    CharSequence authority = fields.authority();
    CharSequence hostHeader = fields.get("host");
    CharSequence host = authority == null ? hostHeader : authority;
    boolean asterisk = path != null && path.toString().equals("*");
    if (method == null
        || path == null
        || fields.scheme() == null
        || host == null
        || path.isEmpty()
        || path.charAt(0) != '/' && !asterisk
        || hostHeader != null && !hostHeader.toString().equalsIgnoreCase(host.toString())) {
      return null;
    }
    for (Map.Entry<CharSequence, CharSequence> each : fields) {
      // RFC 9113, 8.2.2: fields of one connection make a message malformed.
      if (OF_CONNECTION.contains(each.getKey().toString()) || !oneLine(each.getValue())) {
        return null;
      }
    }
    if (fields.size() > site.limits().headers() + 4) {
      throw new HttpRefusal(431, "Too many headers.");
    }
    Headers headers = Headers.of(fields);
    try {
      return new Http2Exchange(
          this,
          method.toString(),
          asterisk ? "/*" : path.toString(),
          headers,
          site.peer(channel.parent(), true, host.toString(), headers));
    } catch (ProtocolException malformed) {
      throw new HttpRefusal(400, String.valueOf(malformed.getMessage()));
    }
  }

  private static boolean oneLine(CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char letter = value.charAt(i);
      if (letter < ' ' && letter != '\t' || letter == 0x7F) {
        return false;
      }
    }
    return true;
  }

  private void data(Http2DataFrame frame) {
    ended |= frame.isEndStream();
    if (answered) {
      return;
    }
    ByteBuf content = frame.content();
    if (content.isReadable()) {
      ByteBuf kept = body == null ? channel.alloc().buffer(content.readableBytes()) : body;
      body = kept;
      if (content.readableBytes() > limit - kept.readableBytes()) {
        throw new HttpRefusal(413, "The body is too large.");
      }
      bodyPace.took(content.readableBytes(), loop.now, site.limits());
      kept.writeBytes(content);
    }
    complete();
  }

  /// Wanted by the handler; on the loop.
  void readBody(int most, Consumer<ByteBuf> consumer) {
    limit = most;
    whole = consumer;
    bodyPace.start(loop.now, site.limits());
    if (body != null && body.readableBytes() > most) {
      refuse(new HttpRefusal(413, "The body is too large."));
      return;
    }
    complete();
    if (!ended) {
      channel.config().setAutoRead(true);
    }
  }

  private void complete() {
    Consumer<ByteBuf> consumer = whole;
    if (!ended || consumer == null) {
      return;
    }
    ByteBuf bytes = body == null ? Unpooled.EMPTY_BUFFER : body;
    body = null;
    whole = null;
    consumer.accept(bytes);
  }

  /// Writes the answer; on the loop.
  void answer(Response response, boolean headOnly) {
    if (answered || !channel.isActive()) {
      response.body().release();
      return;
    }
    answered = true;
    whole = null;
    ByteBuf content = response.body();
    int length = content.readableBytes();
    int status = response.status();
    boolean bodiless = headOnly || length == 0 || status == 204 || status == 304;
    Http2Headers fields = fields(response, length);
    if (bodiless) {
      content.release();
      channel.writeAndFlush(new DefaultHttp2HeadersFrame(fields, true)).addListener(_ -> finish());
    } else {
      channel.write(new DefaultHttp2HeadersFrame(fields, false));
      channel.writeAndFlush(new DefaultHttp2DataFrame(content, true)).addListener(_ -> finish());
    }
    deadline =
        loop.now
            + site.limits().writeTimeout().toNanos()
            + length * 1_000_000_000L / site.limits().bodyRate();
  }

  /// Writes the head of an answer whose body comes in pieces; on the loop.
  ResponseStream stream(Response response) {
    ResponseStream opened = new ResponseStream(new Pieces());
    if (answered || !channel.isActive()) {
      opened.gone();
      return opened;
    }
    answered = true;
    whole = null;
    streaming = opened;
    channel.write(new DefaultHttp2HeadersFrame(fields(response, -1), false));
    loop.flushLater(this);
    return opened;
  }

  /// The way of such a body.
  private final class Pieces implements ResponseStream.Below {
    // A stream of HTTP/2 has no buffer of its own to ask.
    private long queued;

    @Override
    public void write(ByteBuf piece) {
      int length = piece.readableBytes();
      queued += length;
      channel.write(new DefaultHttp2DataFrame(piece, false)).addListener(_ -> queued -= length);
      loop.flushLater(Http2Stream.this);
    }

    @Override
    public void end() {
      streaming = null;
      deadline = loop.now + site.limits().writeTimeout().toNanos();
      channel
          .writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true))
          .addListener(_ -> finish());
    }

    @Override
    public long queued() {
      return queued;
    }
  }

  /// A negative length is not told.
  private Http2Headers fields(Response response, int length) {
    int status = response.status();
    Http2Headers fields =
        new DefaultHttp2Headers(false).status(Integer.toString(status)).set("date", loop.date());
    for (List<String> pairs : site.headers().pairs(response)) {
      add(fields, pairs);
    }
    if (response.contentType() != null) {
      fields.set("content-type", response.contentType());
    }
    add(fields, response.headers());
    if (length >= 0 && status != 204 && status != 304) {
      fields.set("content-length", Integer.toString(length));
    }
    return fields;
  }

  private static void add(Http2Headers fields, List<String> pairs) {
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!OF_CONNECTION.contains(pairs.get(i))) {
        fields.add(pairs.get(i), pairs.get(i + 1));
      }
    }
  }

  /// RFC 9113, 8.1: after a complete answer to an incomplete request a server may ask the client to
  /// stop, with NO_ERROR.
  private void finish() {
    if (!ended) {
      reset(Http2Error.NO_ERROR);
    }
  }

  private void refuse(HttpRefusal refusal) {
    site.refused();
    boolean late = answered;
    gone();
    if (!late) {
      answered = false;
      answer(Response.refusal(refusal), false);
    }
  }

  private void gone() {
    ReferenceCountUtil.release(body);
    body = null;
    whole = null;
    answered = true;
    if (exchange != null) {
      exchange.gone();
    }
    ResponseStream cut = streaming;
    streaming = null;
    if (cut != null) {
      cut.gone();
    }
  }

  private void reset(Http2Error error) {
    channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void sweep(long now) {
    if (streaming != null) {
      if (stall.stalled(streaming.bytesQueued(), now, site.limits().writeTimeout().toNanos())) {
        reset(Http2Error.CANCEL);
      }
    } else if (whole != null) {
      if (bodyPace.tooSlow(now)) {
        refuse(new HttpRefusal(408, "The request's body took too long."));
      }
    } else if (deadline != Long.MAX_VALUE && deadline - now <= 0) {
      reset(Http2Error.CANCEL);
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

  private static final Set<String> OF_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");
}
