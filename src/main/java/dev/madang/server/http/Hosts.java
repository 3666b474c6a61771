package dev.madang.server.http;

import dev.madang.net.LanAddresses;
import io.netty.util.NetUtil;
import java.net.IDN;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The names to which a door answers. A page of a stranger can let its own name point to an address
/// in the network of whoever opened it ("DNS rebinding"): to the browser what lives there is then
/// that page's own. The stranger's name in the Host header tells; an address there never is a
/// stranger's, nor are this machine's names. Immutable but for what it remembers; any thread.
final class Hosts {
  private final boolean any;
  private final Set<String> names = new HashSet<>();
  private final Set<String> suffixes = new HashSet<>();
  private final @Nullable Tls tls;

  /// The Host header that was fine last: nearly always the next one too.
  private volatile String fine = "";

  /// @param allowed `meet.example.org`, `*.example.org`, or `*` for all
  /// @param tls whose certificate names this server as well
  Hosts(List<String> allowed, @Nullable Tls tls) {
    any = allowed.contains("*");
    this.tls = tls;
    for (String each : allowed) {
      boolean wildcard = each.startsWith("*.");
      String name = ascii(wildcard ? each.substring(2) : each);
      if (!each.equals("*") && !name.matches(NAME) && !isAddress(name)) {
        throw new IllegalArgumentException(
            "http.hosts: \"" + each + "\" is no host name; write it like meet.example.org");
      } else if (wildcard) {
        suffixes.add("." + name);
      } else {
        names.add(name);
      }
    }
    Set<String> own = LanAddresses.names();
    names.addAll(own);
    own.stream()
        .filter(name -> name.indexOf('.') < 0)
        .forEach(name -> LAN.forEach(suffix -> names.add(name + suffix)));
  }

  /// Whether a request with this Host header may be answered. Who sends none is no browser.
  boolean allow(String host) {
    if (any || host.isEmpty() || host.equals(fine)) {
      return true;
    }
    boolean allowed = isAddress(host) || allowName(name(host));
    if (allowed) {
      fine = host;
    }
    return allowed;
  }

  private boolean allowName(String name) {
    return isAddress(name)
        || name.equals("localhost")
        || name.endsWith(".localhost")
        || names.contains(name)
        || suffixes.stream().anyMatch(suffix -> endsBelow(name, suffix))
        || tls != null && tls.names().stream().anyMatch(each -> certifies(each, name));
  }

  /// RFC 9525, 6.3: a wildcard stands for one whole label, the leftmost.
  private static boolean certifies(String certified, String name) {
    return certified.startsWith("*.")
        ? endsBelow(name, certified.substring(1))
            && name.indexOf('.') == name.length() - certified.length() + 1
        : certified.equals(name);
  }

  /// `suffix` begins with a dot, so that `evilgood.com` is no child of `good.com`.
  private static boolean endsBelow(String name, String suffix) {
    return name.endsWith(suffix) && name.length() > suffix.length();
  }

  /// Without its port and the dot at its end, in small letters.
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return name.toLowerCase(Locale.ROOT);
  }

  private static boolean isAddress(String name) {
    return name.startsWith("[") && name.endsWith("]")
        ? NetUtil.isValidIpV6Address(name.substring(1, name.length() - 1))
        : NetUtil.isValidIpV4Address(name);
  }

  private static String ascii(String name) {
    try {
      return IDN.toASCII(name).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  private static final String NAME = "[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?";

  /// What home routers and offices put behind a machine's name; no part of the internet's names.
  private static final List<String> LAN =
      List.of(".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain");
}
