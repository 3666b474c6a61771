package dev.madang.chat;

import dev.madang.protocol.engineio.EngineServer;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A server and its guests in virtual time, without a network: what a guest is sent it has at once.
final class Party implements EngineServer.Output, SocketServer.Output {
  long now = 1;
  final EngineServer engine = new EngineServer(EngineSettings.defaults(), new Random(1), this);
  final List<RuntimeException> failures = new ArrayList<>();
  final SocketServer io;

  Party() {
    this(SocketSettings.defaults());
  }

  Party(SocketSettings settings) {
    io = new SocketServer(settings, 1_000_000, new Random(2), () -> now, this);
  }

  /** With recovery, of at most so many bytes a room. */
  static Party recovering(long roomBytes) {
    SocketSettings plain = SocketSettings.defaults();
    SocketSettings.Recovery recovery =
        new SocketSettings.Recovery(
            Duration.ofMinutes(2), Duration.ofMinutes(3), roomBytes, 10 * roomBytes, 100, true);
    return new Party(
        new SocketSettings(
            plain.connectTimeout(),
            plain.namespacesPerClient(),
            plain.dynamicNamespaces(),
            plain.attachments(),
            plain.attachmentBytes(),
            plain.attachmentTimeout(),
            plain.pendingBytes(),
            plain.depth(),
            plain.namespaceLength(),
            recovery));
  }

  /** A connection that is in no namespace yet. */
  Guest arrive(int revision) {
    return new Guest(this, revision);
  }

  /** A guest in the main namespace. */
  Guest guest() {
    Guest guest = arrive(4);
    guest.says("40");
    return guest;
  }

  void pass(Duration time) {
    long end = now + time.toNanos();
    while (now < end) {
      now = Math.min(end, now + 100_000_000);
      engine.tick(now);
      io.tick(now);
      engine.flush();
    }
  }

  @Override
  public void flushSoon() {}

  @Override
  public void ended(EngineSession session) {}

  @Override
  public void failed(Socket socket, RuntimeException why) {
    failures.add(why);
  }

  static Handshake handshake() {
    return new Handshake("192.0.2.1", false, Map.of("origin", "null"), Map.of(), Map.of());
  }
}
