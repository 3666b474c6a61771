package dev.madang;

import dev.madang.server.admin.AdminDoor;
import dev.madang.server.compare.CompareDoor;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.MetricsDoor;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.server.turn.TurnDoor;
import dev.madang.server.udp.UdpDoor;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.whip.WhipDoor;
import dev.madang.store.Store;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Everything that can be set: one component a door, each the door's own `Config`. `madang.yml` in
/// the resources explains every key and is held equal to [#defaults()] by a test.
///
/// @param data where secrets, certificates and databases of this install live
/// @param url where people reach this server, for the links of invitations; null = this machine
/// @param store the database
/// @param http the port for everything that comes by TCP
/// @param metrics numbers for Prometheus
/// @param udp the port for everything that comes by UDP
/// @param socketio messages between clients and server
/// @param turn STUN and TURN
/// @param media sound and picture through the server
/// @param whip WHIP and WHEP
/// @param signal rooms: who may enter, and how much they take
/// @param admin the page of whoever runs this server
/// @param compare who may measure, and how much
public record Config(
    Path data,
    @Nullable String url,
    Store.Config store,
    HttpDoor.Config http,
    MetricsDoor.Config metrics,
    UdpDoor.Config udp,
    SocketIoDoor.Config socketio,
    TurnDoor.Config turn,
    MediaDoor.Config media,
    WhipDoor.Config whip,
    SignalDoor.Config signal,
    AdminDoor.Config admin,
    CompareDoor.Config compare) {

  public Config {
    if (url != null && !URL.matcher(url).matches()) {
      throw new IllegalArgumentException(
          "url is written like https://meet.example.org or http://192.168.1.5:7700, with http:// or"
              + " https:// before the name, not `"
              + url
              + "`.");
    }
  }

  public static Config defaults() {
    return new Config(
        Path.of("data"),
        null,
        Store.Config.defaults(),
        HttpDoor.Config.defaults(),
        MetricsDoor.Config.defaults(),
        UdpDoor.Config.defaults(),
        SocketIoDoor.Config.defaults(),
        TurnDoor.Config.defaults(),
        MediaDoor.Config.defaults(),
        WhipDoor.Config.defaults(),
        SignalDoor.Config.defaults(),
        AdminDoor.Config.defaults(),
        CompareDoor.Config.defaults());
  }

  /// The defaults but for these settings, by the keys of `madang.yml`: `signal.open` → `true`.
  ///
  /// @throws ConfigException with a sentence that says what to change
  public static Config of(Map<String, String> settings) {
    ConfigReader reader = new ConfigReader();
    settings.forEach((key, value) -> reader.flag(key, value, key));
    return reader.read();
  }

  /** Where people reach this server. */
  URI address() {
    return URI.create(url == null ? "http://localhost:" + http.port() : url);
  }

  /**
   * The names by which people may ask for this server: those that were configured, and the URL's.
   */
  List<String> hosts() {
    Set<String> hosts = new LinkedHashSet<>(http.hosts());
    hosts.addAll(http.tls().names());
    if (url != null) {
      hosts.add(URL.matcher(url).replaceFirst("$1"));
    }
    return List.copyOf(hosts);
  }

  /// What `madang dev` sets apart from the defaults, as flags would: convenience that is not safe
  /// on an open network.
  static Map<String, String> dev() {
    return Map.of("data", ".data", "signal.open", "true", "compare.enabled", "true");
  }

  /** Free ports and a folder of its own: a start that disturbs nobody. */
  static Map<String, String> rehearsal(Path data) {
    return Map.of("data", data.toString(), "http.port", "0", "metrics.port", "0", "udp.port", "0");
  }

  /** Its host is the first group. */
  private static final Pattern URL =
      Pattern.compile("https?://(\\[[0-9a-fA-F:.]+\\]|[^\\s/?#@:]+)(?::\\d{1,5})?(?:/\\S*)?");
}
