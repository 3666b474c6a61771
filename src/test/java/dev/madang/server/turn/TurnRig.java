package dev.madang.server.turn;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.http.Tls;
import dev.madang.server.udp.UdpDoor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The door with the web's door beside it, on one port number as in the server.
final class TurnRig implements AutoCloseable {
  static final String SECRET = "a-secret-shared-with-nobody";
  final TurnDoor turn;
  final MeterRegistry meters = new SimpleMeterRegistry();
  private final TcpLoops loops = new TcpLoops(1);
  private final HttpDoor http;
  private final UdpDoor udp;
  private final List<AutoCloseable> others = new ArrayList<>();

  TurnRig(Path data, TurnDoor.Config config) throws IOException {
    this(data, UdpDoor.Config.defaults(), config);
  }

  TurnRig(Path data, UdpDoor.Config port, TurnDoor.Config config) throws IOException {
    Tls tls = Tls.open(Tls.Config.defaults(), data.resolve("tls"));
    HttpDoor opened = null;
    UdpDoor beside = null;
    while (beside == null) {
      opened = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), loops, new Router(), tls);
      try {
        beside = UdpDoor.open(port.withPort(opened.port()));
      } catch (BindException _) {
        // Another test has the same number for UDP.
        opened.close();
      }
    }
    http = opened;
    udp = beside;
    turn = TurnDoor.open(config, udp, data, Set.of(), meters);
    http.onTurn(turn::take);
  }

  int port() {
    return udp.port();
  }

  double meter(String name) {
    return meters.get("madang.turn." + name).meter().measure().iterator().next().getValue();
  }

  /// Of this moment, where the meter is a second late.
  long allocations() {
    return turn.allocations();
  }

  /// Closed with the rig.
  <T extends AutoCloseable> T keep(T other) {
    others.add(other);
    return other;
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable other : others) {
      try {
        other.close();
      } catch (Exception failed) {
        throw new IOException(failed);
      }
    }
    turn.close();
    udp.close();
    http.close();
    loops.close();
  }

  /// Two users, and peers on loopback allowed by name: what these tests need and nobody else
  /// should.
  static TurnDoor.Config loopback() {
    return with(
        TurnDoor.Config.defaults(),
        Map.of(
            "users",
            Map.of("ann", "pass word", "bob", "other"),
            "secret",
            SECRET,
            "allowPeers",
            List.of("127.0.0.0/8", "::1"),
            "relayAddresses",
            List.of("127.0.0.1", "::1"),
            "repliesPerSecond",
            0));
  }

  static TurnDoor.Config with(TurnDoor.Config config, Map<String, Object> changes) {
    try {
      RecordComponent[] components = TurnDoor.Config.class.getRecordComponents();
      Object[] values = new Object[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        values[i] =
            changes.containsKey(components[i].getName())
                ? changes.get(components[i].getName())
                : components[i].getAccessor().invoke(config);
      }
      return TurnDoor.Config.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException broken) {
      throw new LinkageError(broken.toString(), broken);
    }
  }
}
