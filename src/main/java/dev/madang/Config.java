package dev.madang;

import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.MetricsDoor;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.server.turn.TurnDoor;
import dev.madang.server.udp.UdpDoor;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that can be set: one component a door, each the door's own `Config`. `madang.yml` in
/// the resources explains every key and is held equal to [#defaults()] by a test.
///
/// @param data where secrets, certificates and databases of this install live
/// @param url where people reach this server, for the links of invitations; null = this machine
/// @param http the port for everything that comes by TCP
/// @param metrics numbers for Prometheus
/// @param udp the port for everything that comes by UDP
/// @param socketio messages between clients and server
/// @param turn STUN and TURN
/// @param signal rooms: who may enter, and how much they take
public record Config(
    Path data,
    @Nullable String url,
    HttpDoor.Config http,
    MetricsDoor.Config metrics,
    UdpDoor.Config udp,
    SocketIoDoor.Config socketio,
    TurnDoor.Config turn,
    SignalDoor.Config signal) {

  public static Config defaults() {
    return new Config(
        Path.of("data"),
        null,
        HttpDoor.Config.defaults(),
        MetricsDoor.Config.defaults(),
        UdpDoor.Config.defaults(),
        SocketIoDoor.Config.defaults(),
        TurnDoor.Config.defaults(),
        SignalDoor.Config.defaults());
  }

  /** Where people reach this server. */
  URI address() {
    return URI.create(url == null ? "http://localhost:" + http.port() : url);
  }

  /// What `madang dev` sets apart from the defaults, as flags would: convenience that is not safe
  /// on an open network.
  static Map<String, String> dev() {
    return Map.of("data", ".data", "signal.open", "true");
  }

  /** Free ports and a folder of its own: a start that disturbs nobody. */
  static Map<String, String> rehearsal(Path data) {
    return Map.of("data", data.toString(), "http.port", "0", "metrics.port", "0", "udp.port", "0");
  }
}
