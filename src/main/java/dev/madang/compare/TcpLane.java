package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;

/// A bare TCP connection, messages behind their lengths, `TCP_NODELAY`.
final class TcpLane implements Lane {
  private final Socket socket;
  private final Listener listener;
  private final LinkedBlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();

  TcpLane(InetSocketAddress to, byte[] token, Listener listener) throws IOException {
    this.listener = listener;
    socket = new Socket();
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.connect(to, Lanes.PATIENCE_MILLIS);
    byte[] hello = new byte[1 + Probe.TOKEN];
    hello[0] = (byte) Probe.OPEN;
    System.arraycopy(token, 0, hello, 1, token.length);
    socket.getOutputStream().write(hello);
    Thread.ofPlatform().daemon().name("compare-tcp-in").start(this::read);
    Thread.ofPlatform().daemon().name("compare-tcp-out").start(this::write);
  }

  private void read() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), Probe.LONGEST))) {
      byte[] bytes = new byte[Probe.LONGEST];
      while (true) {
        int length = in.readInt();
        if (length < 0 || length > bytes.length) {
          throw new IOException("no answer to a probe");
        }
        in.readFully(bytes, 0, length);
        listener.answer(bytes, 0, length, System.nanoTime());
      }
    } catch (IOException over) {
      shut();
    }
  }

  private void write() {
    try {
      while (!socket.isClosed()) {
        byte[] message = waiting.take();
        ByteBuffer framed = ByteBuffer.allocate(4 + message.length);
        socket.getOutputStream().write(framed.putInt(message.length).put(message).array());
      }
    } catch (IOException | InterruptedException over) {
      shut();
    }
  }

  @Override
  public void send(byte[] message) {
    waiting.add(message);
  }

  @Override
  public boolean broken() {
    return socket.isClosed();
  }

  private void shut() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    shut();
    waiting.add(new byte[0]);
  }
}
