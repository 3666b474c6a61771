package dev.madang.server.turn;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.wire.Address;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A TURN client of plain blocking sockets, that does one thing at a time: by TCP when it is given
/// one, by UDP otherwise.
final class TurnCaller implements Closeable {
  private final String user;
  private final String password;
  private final InetSocketAddress server;
  private final @Nullable Socket stream;
  private final @Nullable DatagramSocket datagrams;
  private String nonce = "";

  private TurnCaller(
      int port,
      String user,
      String password,
      @Nullable Socket stream,
      @Nullable DatagramSocket datagrams) {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.user = user;
    this.password = password;
    this.stream = stream;
    this.datagrams = datagrams;
  }

  static TurnCaller udp(int port, String user, String password) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    socket.setSoTimeout(10_000);
    return new TurnCaller(port, user, password, null, socket);
  }

  static TurnCaller tcp(int port, String user, String password) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8192);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
    socket.setSoTimeout(10_000);
    return new TurnCaller(port, user, password, socket, null);
  }

  /// The error code, or 0.
  int allocate() throws IOException {
    StunMessage answer = ask(StunMessage.ALLOCATE, new StunAttribute.RequestedTransport(17));
    return code(answer);
  }

  int bind(int channel, Address peer) throws IOException {
    return code(
        ask(
            StunMessage.CHANNEL_BIND,
            new StunAttribute.ChannelNumber(channel),
            new StunAttribute.XorPeerAddress(peer)));
  }

  int permit(Address peer) throws IOException {
    return code(ask(StunMessage.CREATE_PERMISSION, new StunAttribute.XorPeerAddress(peer)));
  }

  int giveBack() throws IOException {
    return code(ask(StunMessage.REFRESH, new StunAttribute.Lifetime(0)));
  }

  void sendOnChannel(int channel, byte[] payload) throws IOException {
    byte[] message = new byte[4 + payload.length + (-payload.length & 3)];
    message[0] = (byte) (channel >>> 8);
    message[1] = (byte) channel;
    message[2] = (byte) (payload.length >>> 8);
    message[3] = (byte) payload.length;
    System.arraycopy(payload, 0, message, 4, payload.length);
    send(message);
  }

  void send(byte[] message) throws IOException {
    if (stream != null) {
      stream.getOutputStream().write(message);
    } else {
      Objects.requireNonNull(datagrams).send(new DatagramPacket(message, message.length, server));
    }
  }

  /// The next message, whole.
  byte[] receive() throws IOException {
    if (stream == null) {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      Objects.requireNonNull(datagrams).receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
    DataInputStream in = new DataInputStream(stream.getInputStream());
    byte[] header = new byte[4];
    in.readFully(header);
    int length = (header[2] & 0xFF) << 8 | header[3] & 0xFF;
    boolean channel = (header[0] & 0xC0) == 0x40;
    byte[] message = Arrays.copyOf(header, channel ? 4 + length + (-length & 3) : 20 + length);
    in.readFully(message, 4, message.length - 4);
    return message;
  }

  /// Whether the server has closed the connection, read to its end.
  boolean endsNow() throws IOException {
    try {
      byte[] rest = new byte[65_536];
      while (Objects.requireNonNull(stream).getInputStream().read(rest) >= 0) {
        // What was queued before.
      }
      return true;
    } catch (java.net.SocketTimeoutException _) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private StunMessage ask(int method, StunAttribute... attributes) throws IOException {
    StunMessage answer = exchange(method, attributes);
    StunAttribute.Nonce fresh = answer.first(StunAttribute.Nonce.class);
    if (answer.kind() == StunMessage.Kind.ERROR && fresh != null) {
      nonce = fresh.value();
      answer = exchange(method, attributes);
    }
    return answer;
  }

  private StunMessage exchange(int method, StunAttribute... attributes) throws IOException {
    TransactionId id = TransactionId.random(ThreadLocalRandom.current());
    StunAttribute[] all = attributes;
    IntegrityKey key = null;
    if (!nonce.isEmpty()) {
      all = Arrays.copyOf(attributes, attributes.length + 3);
      all[attributes.length] = new StunAttribute.Username(user);
      all[attributes.length + 1] = new StunAttribute.Realm("madang");
      all[attributes.length + 2] = new StunAttribute.Nonce(nonce);
      key = IntegrityKey.longTerm(user, "madang", password);
    }
    send(StunMessage.request(method, id, all).write(key, false));
    while (true) {
      byte[] message = receive();
      if ((message[0] & 0xC0) == 0) {
        StunMessage answer = StunMessage.read(message, 0, message.length);
        if (answer.id().equals(id)) {
          return answer;
        }
      }
    }
  }

  private static int code(StunMessage answer) {
    StunAttribute.ErrorCode error = answer.first(StunAttribute.ErrorCode.class);
    return error == null ? 0 : error.code();
  }

  @Override
  public void close() throws IOException {
    if (stream != null) {
      stream.close();
    }
    if (datagrams != null) {
      datagrams.close();
    }
  }
}
