package dev.madang.bench;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Clients by HTTP long polling: one connection that waits for messages and one that sends them, as
/// a browser does it. An echo is two requests: the event's POST and the GET that brings the ack.
/// All state lives on the one event loop; `done` and `lost` are read from outside.
final class PollingCrowd implements Crowd {

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final boolean oneRequestAConnection;
  private final List<Client> clients = new ArrayList<>();

  private InetSocketAddress server = new InetSocketAddress(0);
  private CountDownLatch connected = new CountDownLatch(0);
  private int toConnect;
  private int turn;
  private boolean echoing;
  private volatile boolean closing;

  private volatile long done;
  private volatile long lost;

  PollingCrowd(boolean oneRequestAConnection) {
    this.oneRequestAConnection = oneRequestAConnection;
  }

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
    throw new UnsupportedOperationException("the broadcast is measured over WebSocket");
  }

  @Override
  public void rest() {
    loop.execute(() -> echoing = false);
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
    if (toConnect > 0) {
      toConnect--;
      new Client().open();
    }
  }

  private void echoNext() {
    turn = turn + 1 == clients.size() ? 0 : turn + 1;
    clients.get(turn).post(ECHO);
  }

  private void failed(String why) {
    if (!closing) {
      lost = lost + 1;
      if (lost <= 3) {
        System.err.println("polling client: " + why);
      }
    }
  }

  private static final int CONNECTING_AT_ONCE = 50;
  private static final char SEPARATOR = '\u001e';

  private final class Client {

    private final HttpLine polls = new HttpLine(loop, server, oneRequestAConnection);
    private final HttpLine posts = new HttpLine(loop, server, oneRequestAConnection);
    private final Queue<String> toPost = new ArrayDeque<>();
    private String path = "/socket.io/?EIO=4&transport=polling";
    private boolean posting;
    private boolean standing;

    void open() {
      polls.request(
          HttpLine.get(path),
          handshake -> {
            path += "&sid=" + sid(handshake);
            pollRequest = HttpLine.get(path);
            post(CONNECT);
            poll();
          },
          PollingCrowd.this::failed);
    }

    private byte[] pollRequest = {};

    void post(String body) {
      if (posting) {
        toPost.add(body);
        return;
      }
      posting = true;
      posts.request(
          HttpLine.post(path, body),
          _ -> {
            posting = false;
            String next = toPost.poll();
            if (next != null) {
              post(next);
            }
          },
          PollingCrowd.this::failed);
    }

    private void poll() {
      polls.request(
          pollRequest,
          payload -> {
            poll();
            for (int at = 0; at < payload.length(); ) {
              int end = payload.indexOf(SEPARATOR, at);
              end = end < 0 ? payload.length() : end;
              read(payload, at);
              at = end + 1;
            }
          },
          PollingCrowd.this::failed);
    }

    private void read(String payload, int at) {
      if (payload.startsWith(ACK_START, at)) {
        done = done + 1;
        if (echoing) {
          echoNext();
        }
      } else if (payload.startsWith(CONNECT, at)) {
        if (!standing) {
          standing = true;
          clients.add(this);
          connected.countDown();
          connectNext();
        }
      } else if (payload.charAt(at) == '2') {
        post(PONG);
      } else {
        throw new IllegalStateException("unexpected packet in " + payload);
      }
    }

    private static String sid(String handshake) {
      int start = handshake.indexOf("\"sid\":\"") + 7;
      return handshake.substring(start, handshake.indexOf('"', start));
    }
  }
}
