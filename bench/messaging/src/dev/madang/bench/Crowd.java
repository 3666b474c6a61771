package dev.madang.bench;

import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/// Many clients of one server, all on the generator's one thread. Messages are encoded once, here:
/// the generator spends its time in the kernel, not in formatting.
sealed interface Crowd extends AutoCloseable permits WebSocketCrowd, PollingCrowd {

  /// Connects `count` clients, a hundred at a time, and counts the latch down for each that stands
  /// in the main namespace.
  void connect(InetSocketAddress server, int count, CountDownLatch connected);

  /// Keeps this many echoes on their way, each on the next client in turn.
  void echo(int inFlight);

  /// Lets the first client broadcast, and again whenever everybody has heard it.
  void broadcast();

  /// Starts no new work; what is on its way arrives.
  void rest();

  /// Echoes or deliveries done since the beginning.
  long done();

  /// Connections lost since the beginning: any makes the run worthless.
  long lost();

  @Override
  void close() throws InterruptedException;

  /// What travels: 64 bytes, as in the published comparison of servers.
  String TEXT = "0123456789abcdef".repeat(4);

  String CONNECT = "40";
  String ECHO = "421[\"echo\",\"" + TEXT + "\"]";
  String BROADCAST = "42[\"broadcast\",\"" + TEXT + "\"]";
  String ACK_START = "431[";
  String PONG = "3";
}
