package dev.madang.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How other machines of the network can reach this one. Asks the system anew at each call; may be
/// called from any thread.
public final class LanAddresses {
  private LanAddresses() {}

  /// The addresses of all interfaces that are up, without loopback and link-local ones: those that
  /// a person would type first, so private IPv4 before the rest.
  public static List<InetAddress> all() {
    List<InetAddress> addresses = new ArrayList<>();
    try {
      NetworkInterface.networkInterfaces()
          .filter(LanAddresses::counts)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(each -> !each.isLoopbackAddress() && !each.isLinkLocalAddress())
          .forEach(addresses::add);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    addresses.sort(Comparator.comparingInt(LanAddresses::rank));
    return addresses;
  }

  /// This machine's name, and the one that mDNS gives it; empty when it has none.
  public static Set<String> names() {
    String name = hostName().toLowerCase(Locale.ROOT);
    int dot = name.indexOf('.');
    String first = dot < 0 ? name : name.substring(0, dot);
    Set<String> names = new LinkedHashSet<>();
    if (first.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?") && !first.equals("localhost")) {
      names.add(first);
      names.add(first + ".local");
      if (name.matches("[a-z0-9.-]{1,253}")) {
        names.add(name);
      }
    }
    return names;
  }

  /// An address as it stands in a URL.
  public static String inUrl(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    String literal = zone < 0 ? text : text.substring(0, zone);
    return address instanceof Inet6Address ? "[" + literal + "]" : literal;
  }

  private static boolean counts(NetworkInterface each) {
    try {
      return each.isUp() && !each.isLoopback();
    } catch (SocketException e) {
      return false;
    }
  }

  private static int rank(InetAddress address) {
    int family = address instanceof Inet4Address ? 0 : 2;
    return address.isSiteLocalAddress() ? family : family + 1;
  }

  private static String hostName() {
    try {
      Path kernel = Path.of("/proc/sys/kernel/hostname");
      return Files.exists(kernel)
          ? Files.readString(kernel).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
