package dev.madang.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Clients over WebSocket. All state lives on the one event loop; `done` and `lost` are read from
/// outside.
final class WebSocketCrowd implements Crowd {

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<Client> clients = new ArrayList<>();

  private InetSocketAddress server = new InetSocketAddress(0);
  private CountDownLatch connected = new CountDownLatch(0);
  private int toConnect;
  private int turn;
  private boolean echoing;
  private boolean broadcasting;
  private int unheard;
  private volatile boolean closing;

  private volatile long done;
  private volatile long lost;

  @Override
  public void connect(InetSocketAddress server, int count, CountDownLatch connected) {
    loop.execute(() -> {
      this.server = server;
      this.connected = connected;
      toConnect = count;
      for (int i = 0; i < Math.min(CONNECTING_AT_ONCE, count); i++) {
        connectNext();
      }
    });
  }

  @Override
  public void echo(int inFlight) {
    loop.execute(() -> {
      echoing = true;
      for (int i = 0; i < inFlight; i++) {
        echoNext();
      }
    });
  }

  @Override
  public void broadcast() {
    loop.execute(() -> {
      broadcasting = true;
      broadcastNext();
    });
  }

  @Override
  public void rest() {
    loop.execute(() -> {
      echoing = false;
      broadcasting = false;
    });
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public long lost() {
    return lost;
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
  }

  private void connectNext() {
    if (toConnect == 0) {
      return;
    }
    toConnect--;
    Client client = new Client();
    new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(client)
        .connect(server)
        .addListener(result -> {
          if (!result.isSuccess()) {
            lost = lost + 1;
            connectNext();
          }
        });
  }

  private void stands(Client client) {
    clients.add(client);
    connected.countDown();
    connectNext();
  }

  private void echoNext() {
    turn = turn + 1 == clients.size() ? 0 : turn + 1;
    clients.get(turn).send(ECHO_FRAME);
  }

  private void broadcastNext() {
    unheard = clients.size();
    clients.getFirst().send(BROADCAST_FRAME);
  }

  private void acked() {
    done = done + 1;
    if (echoing) {
      echoNext();
    }
  }

  private void heard() {
    done = done + 1;
    if (--unheard == 0 && broadcasting) {
      broadcastNext();
    }
  }

  private static ByteBuf frame(String text) {
    byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
    // RFC 6455 section 5.3: every client frame is masked. One mask for all is legal, and lets one
    // buffer serve every client; it is not zero, so that no server has less to do than in life.
    byte[] mask = {0x37, (byte) 0xfa, 0x21, 0x3d};
    ByteBuf frame = Unpooled.directBuffer(payload.length + 6);
    frame.writeByte(0x81).writeByte(0x80 | payload.length).writeBytes(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.writeByte(payload[i] ^ mask[i & 3]);
    }
    return Unpooled.unreleasableBuffer(frame.asReadOnly());
  }

  private static final int CONNECTING_AT_ONCE = 100;
  private static final ByteBuf CONNECT_FRAME = frame(CONNECT);
  private static final ByteBuf PONG_FRAME = frame(PONG);
  private static final ByteBuf ECHO_FRAME = frame(ECHO);
  private static final ByteBuf BROADCAST_FRAME = frame(BROADCAST);

  private static final String UPGRADE =
      """
      GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r
      Host: localhost\r
      Connection: Upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r
      """;

  private final class Client extends ChannelInboundHandlerAdapter {

    private Channel channel;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean upgraded;
    private boolean standing;

    void send(ByteBuf frame) {
      channel.writeAndFlush(frame.duplicate(), channel.voidPromise());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      channel.writeAndFlush(Unpooled.copiedBuffer(UPGRADE, StandardCharsets.US_ASCII));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      held.release();
      held = Unpooled.EMPTY_BUFFER;
      if (!closing) {
        lost = lost + 1;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!closing && lost == 0) {
        System.err.println("client: " + cause);
      }
      context.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      if (held.isReadable()) {
        in = Unpooled.wrappedBuffer(held, in);
        held = Unpooled.EMPTY_BUFFER;
      }
      if (!upgraded) {
        upgraded = skipHead(in);
      }
      while (upgraded && frameIsWhole(in)) {
        readFrame(in);
      }
      if (in.isReadable()) {
        held = in;
      } else {
        in.release();
      }
    }

    private static boolean skipHead(ByteBuf in) {
      int end = in.toString(StandardCharsets.US_ASCII).indexOf("\r\n\r\n");
      if (end < 0) {
        return false;
      }
      if (in.getByte(in.readerIndex() + 9) != '1') {
        throw new IllegalStateException(
            "no upgrade: " + in.toString(in.readerIndex(), end, StandardCharsets.US_ASCII));
      }
      in.skipBytes(end + 4);
      return true;
    }

    private static boolean frameIsWhole(ByteBuf in) {
      int readable = in.readableBytes();
      if (readable < 2) {
        return false;
      }
      int length = in.getByte(in.readerIndex() + 1) & 0x7f;
      if (length == 126) {
        return readable >= 4 && readable >= 4 + in.getUnsignedShort(in.readerIndex() + 2);
      }
      return readable >= 2 + length;
    }

    private void readFrame(ByteBuf in) {
      int opcode = in.readByte() & 0x0f;
      int length = in.readByte() & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      }
      int start = in.readerIndex();
      in.skipBytes(length);
      if (opcode != 1) {
        return;
      }
      switch (in.getByte(start)) {
        case '0' -> send(CONNECT_FRAME);
        case '2' -> send(PONG_FRAME);
        case '4' -> readMessage((char) in.getByte(start + 1));
        default -> throw new IllegalStateException("unexpected packet");
      }
    }

    private void readMessage(char type) {
      switch (type) {
        case '0' -> {
          // netty-socketio may say it twice.
          if (!standing) {
            standing = true;
            stands(this);
          }
        }
        case '2' -> heard();
        case '3' -> acked();
        default -> throw new IllegalStateException("unexpected message " + type);
      }
    }
  }
}
