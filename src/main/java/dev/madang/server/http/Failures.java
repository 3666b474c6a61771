package dev.madang.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What ends a connection from below: a reset, a broken TLS record. A stranger can cause these at
/// will, so they are not worth a line in the log; anything else is a mistake of ours.
final class Failures {
  private Failures() {}

  static void close(ChannelHandlerContext context, Throwable failure) {
    Throwable cause = failure instanceof DecoderException ? failure.getCause() : failure;
    if (!(cause instanceof IOException)) {
      LOG.error("A connection failed", failure);
    }
    context.close();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
}
