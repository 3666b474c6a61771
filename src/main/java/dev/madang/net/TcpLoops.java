package dev.madang.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// The threads that serve every TCP connection: epoll where the kernel has it, the JDK's selector
/// elsewhere. One of them is [#home()], where all state that is shared between connections lives,
/// so that it needs no lock.
public final class TcpLoops implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends Channel> channel;
  private final EventLoop home;

  /// Loops of the best kind this machine has.
  public TcpLoops(int threads) {
    this(threads, Epoll.isAvailable());
  }

  public TcpLoops(int threads, boolean epoll) {
    group =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("tcp", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    channel = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    home = group.next();
  }

  public MultiThreadIoEventLoopGroup group() {
    return group;
  }

  public EventLoop home() {
    return home;
  }

  public Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /// For connections that we make.
  public Class<? extends Channel> channel() {
    return channel;
  }

  /// Ends the threads once what they have in hand is done, and waits for it.
  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private static final int CLOSE_SECONDS = 5;
}
