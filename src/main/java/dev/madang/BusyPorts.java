package dev.madang;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What to say when a port is another program's: all that are, at once. Whoever stops that program,
/// or chooses other ports, does it once.
final class BusyPorts {
  private BusyPorts() {}

  private record Wanted(String kind, String host, int port, String key) {
    String name() {
      return kind + " port " + port;
    }

    boolean isBusy() {
      InetSocketAddress address =
          host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
      try {
        if (kind.equals("UDP")) {
          new DatagramSocket(address).close();
        } else {
          try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
          }
        }
        return false;
      } catch (IOException refused) {
        return String.valueOf(refused.getMessage()).contains("already in use");
      }
    }
  }

  /// The end of the sentence, where that is what went wrong.
  ///
  /// @param said of the first port that could not be had, when all that were had are given back
  static String sentence(Config config, String said) {
    List<Wanted> all =
        Stream.of(
                new Wanted("UDP", config.udp().host(), config.udp().port(), "udp.port"),
                new Wanted("TCP", config.http().host(), config.http().port(), "http.port"),
                new Wanted("TCP", config.metrics().host(), config.metrics().port(), "metrics.port"))
            .filter(each -> each.port() != 0)
            .filter(each -> config.metrics().enabled() || !each.key().equals("metrics.port"))
            .toList();
    Wanted first =
        all.stream().filter(each -> said.equals(each.name() + END)).findFirst().orElse(null);
    if (first == null) {
      return said + ".";
    }
    List<Wanted> busy = all.stream().filter(each -> each.equals(first) || each.isBusy()).toList();
    boolean one = busy.size() == 1;
    String names = busy.stream().map(Wanted::name).distinct().collect(Collectors.joining(", "));
    return names
        + (one ? END : " are in use")
        + ": stop the program that has "
        + (one ? "it" : "them")
        + " (another Madang?), or choose "
        + (one ? "another port" : "other ports")
        + " with "
        + busy.stream().map(each -> "--" + each.key() + "=N").collect(Collectors.joining(" "))
        + ".";
  }

  private static final String END = " is in use";
}
