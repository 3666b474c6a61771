package dev.madang;

import dev.madang.net.LanAddresses;
import dev.madang.server.admin.AdminDoor;
import dev.madang.server.http.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What the server says about itself: to the terminal when it starts, and to its pages at
/// `/api/about`. Has no state, so any thread may ask.
final class About {
  private final Config config;
  private final String address;
  private final IntSupplier udpPort;

  /// @param udpPort known when somebody asks
  About(Config config, IntSupplier udpPort) {
    this.config = config;
    this.udpPort = udpPort;
    // An address has no sign that JSON would escape.
    address = config.url() == null ? "null" : "\"" + config.address() + "\"";
  }

  /// `{"version": …, "open": …, "compare": …, "secure": …, "address": …, "udp": …, "turn": …,
  /// "tls": …}`: whether anybody may open a room, whether it answers measurements, where the same
  /// host is reached securely (null when it is not), where others reach this server (null when
  /// nobody said), the UDP port (0 = none), and whether there is a relay, and TLS.
  void answer(Exchange exchange) {
    String name = exchange.host();
    boolean secure =
        name.matches("[A-Za-z0-9.:\\[\\]-]{1,255}")
            && (exchange.secure() || config.http().tls().enabled());
    exchange.respond(
        200,
        "application/json",
        ("{\"version\":\"%s\",\"open\":%b,\"compare\":%b,\"secure\":%s,\"address\":%s,"
                + "\"udp\":%d,\"turn\":%b,\"tls\":%b}")
            .formatted(
                Madang.version(),
                config.signal().open(),
                config.compare().enabled(),
                secure ? "\"https://" + name + "\"" : "null",
                address,
                udpPort.getAsInt(),
                config.turn().enabled(),
                config.http().tls().enabled()),
        "cache-control",
        "no-store");
  }

  /// The lines of the start: where to go, what is used, what is not safe.
  static List<String> greeting(Madang madang, boolean dev) {
    Config config = madang.config();
    int port = madang.http().port();
    boolean tls = config.http().tls().enabled();
    List<String> lines = new ArrayList<>();
    lines.add("Madang " + Madang.version() + " is open.");
    lines.add("");
    lines.add("  On this computer  http://localhost:" + port + "/");
    String lan = lanAddress();
    if (lan != null) {
      String there = lan + ":" + port;
      String trust =
          tls && config.http().tls().certificate() == null
              ? " (first, once: http://" + there + "/trust)"
              : "";
      lines.add("  In your network   " + (tls ? "https://" : "http://") + there + "/" + trust);
    }
    lines.add("  Ports             TCP " + port + " for everything" + udp(madang));
    if (madang.metricsPort() != 0) {
      lines.add(
          "  Metrics           http://"
              + config.metrics().host()
              + ":"
              + madang.metricsPort()
              + "/metrics");
    }
    if (config.admin().enabled()) {
      lines.add("  Admin page        " + admin(config, port));
    }
    if (!dev && config.url() == null && config.http().hosts().isEmpty()) {
      lines.add("  By a domain name  once url is set in madang.yml, or by --url=https://NAME");
    }
    if (!config.signal().open()) {
      lines.add("  Let people in     ./madang invite ROOM");
    } else if (dev) {
      lines.add("");
      lines.add("  Not safe yet      whoever reaches this port may open a room, and names prove");
      lines.add("                    nothing; `./madang start` lets people in by invitation only.");
    }
    return lines;
  }

  /// With a token that is good once, as long as nobody has set a password.
  private static String admin(Config config, int port) {
    String base = config.url() == null ? "http://localhost:" + port : config.url();
    return AdminDoor.entrance(config.admin(), config.data(), base.replaceFirst("/+$", ""), false);
  }

  /// The name in a Host header, without its port; an IPv6 address keeps its brackets.
  static String host(String header) {
    int colon = header.lastIndexOf(':');
    String name = colon > header.lastIndexOf(']') ? header.substring(0, colon) : header;
    return name.isEmpty() ? "localhost" : name;
  }

  private static String udp(Madang madang) {
    var turn = madang.config().turn();
    return madang.udpPort() == 0
        ? ""
        : "; UDP "
            + madang.udpPort()
            + " for media"
            + (turn.enabled()
                ? ", STUN and TURN, "
                    + turn.relayPortMin()
                    + "-"
                    + turn.relayPortMax()
                    + " for relays"
                : "");
  }

  private static @Nullable String lanAddress() {
    return LanAddresses.all().stream().map(LanAddresses::inUrl).findFirst().orElse(null);
  }
}
