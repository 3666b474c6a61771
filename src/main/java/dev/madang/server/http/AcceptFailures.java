package dev.madang.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// What becomes of a connection that could not even be accepted, which happens when the process has
/// no descriptor left: a pause, because the kernel would offer the same one again at once. Lives on
/// the loop of the listening socket.
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  private final Admission admission;

  AcceptFailures(Admission admission) {
    this.admission = admission;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    admission.sayFull();
    var config = context.channel().config();
    if (config.isAutoRead()) {
      config.setAutoRead(false);
      context.executor().schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
    }
  }
}
