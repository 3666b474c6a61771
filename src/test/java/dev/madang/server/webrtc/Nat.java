package dev.madang.server.webrtc;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// What stands between a client and the door and may be given another address.
final class Nat implements AutoCloseable {
  private final int door;
  private final DatagramSocket inside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private volatile DatagramSocket outside;
  private volatile SocketAddress client;

  Nat(int door) throws IOException {
    this.door = door;
    rebind();
    Thread.ofVirtual().start(() -> pump(inside, true));
  }

  /// Where the client finds the door.
  int port() {
    return inside.getLocalPort();
  }

  /// From now on the door sees another address, and nothing reaches the one before.
  void rebind() throws IOException {
    DatagramSocket fresh = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    DatagramSocket before = outside;
    outside = fresh;
    if (before != null) {
      before.close();
    }
    Thread.ofVirtual().start(() -> pump(fresh, false));
  }

  /// Sends this to the door as if the client had.
  void say(byte[] bytes) throws IOException {
    outside.send(new DatagramPacket(bytes, bytes.length, theDoor()));
  }

  private SocketAddress theDoor() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), door);
  }

  private void pump(DatagramSocket from, boolean outward) {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    try {
      while (true) {
        packet.setLength(2048);
        from.receive(packet);
        if (outward) {
          client = packet.getSocketAddress();
          packet.setSocketAddress(theDoor());
          outside.send(packet);
        } else {
          packet.setSocketAddress(client);
          inside.send(packet);
        }
      }
    } catch (IOException closed) {
      // The test is over, or the address is no more.
    }
  }

  @Override
  public void close() {
    inside.close();
    outside.close();
  }
}
