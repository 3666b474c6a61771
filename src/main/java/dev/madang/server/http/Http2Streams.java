package dev.madang.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;

/// One HTTP/2 connection: opens a [Http2Stream] for each request and watches over what belongs to
/// none. Lives on its channel's loop.
final class Http2Streams extends ChannelInboundHandlerAdapter implements Connection {
  private final Site site;
  private final Channel channel;
  private final Http2FrameCodec codec;
  private final LoopState loop = LoopState.here();
  private final StallWatch stall = new StallWatch();
  private long lastBusy;
  private int slot = -1;

  private Http2Streams(Site site, Channel channel, Http2FrameCodec codec) {
    this.site = site;
    this.channel = channel;
    this.codec = codec;
    loop.add(this);
    lastBusy = loop.now;
  }

  /// What a stranger can make us do for nothing is bounded: streams at once, header bytes, resets a
  /// second (CVE-2023-44487, and CVE-2025-8671 for those that he makes us send), empty frames,
  /// frames that want an acknowledgement while he reads none.
  static void addTo(ChannelPipeline pipeline, Site site) {
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                new Http2Settings()
                    .maxConcurrentStreams(MAX_STREAMS)
                    .maxHeaderListSize(site.limits().headerBytes()))
            .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
            .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
            .decoderEnforceMaxConsecutiveEmptyDataFrames(2)
            .decoderEnforceMaxSmallContinuationFrames(8)
            .encoderEnforceMaxQueuedControlFrames(MAX_CONTROL_FRAMES)
            .gracefulShutdownTimeoutMillis(CLOSE_MILLIS)
            .build();
    ChannelInitializer<Channel> streams =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.config().setAutoRead(false);
            stream.pipeline().addLast(new Http2Stream(site, stream));
          }
        };
    pipeline.addLast(
        codec,
        new Http2MultiplexHandler(streams),
        new Http2Streams(site, pipeline.channel(), codec));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    loop.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // The codec answers offences itself, with GOAWAY and its reason.
    if (!(cause instanceof Http2Exception)) {
      Failures.close(context, cause);
    }
  }

  @Override
  public void sweep(long now) {
    if (codec.connection().numActiveStreams() > 0) {
      lastBusy = now;
    }
    if (now - lastBusy > site.limits().idleTimeout().toNanos()
        || stall.stalled(channel, now, site.limits().writeTimeout().toNanos())) {
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

  private static final int MAX_STREAMS = 100;
  private static final int MAX_RESETS = 200;
  private static final int RESET_SECONDS = 30;
  private static final int MAX_CONTROL_FRAMES = 1000;
  private static final int CLOSE_MILLIS = 200;
}
