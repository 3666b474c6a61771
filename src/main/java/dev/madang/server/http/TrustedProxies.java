package dev.madang.server.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose word about the far end counts. From anybody else `X-Forwarded-*` is what a stranger
/// claims, and ignored. Immutable.
final class TrustedProxies {
  private final List<IpSubnetFilterRule> networks = new ArrayList<>();

  /// Addresses or CIDR networks.
  TrustedProxies(List<String> trusted) {
    for (String each : trusted) {
      int slash = each.indexOf('/');
      InetAddress address =
          NetUtil.createInetAddressFromIpAddressString(slash < 0 ? each : each.substring(0, slash));
      int width = address == null ? -1 : address.getAddress().length * 8;
      int prefix = slash < 0 ? width : number(each.substring(slash + 1));
      if (address == null || prefix < 0 || prefix > width) {
        throw new IllegalArgumentException(
            "http.trusted-proxies: \"" + each + "\" is no address; write it like 10.0.0.0/8");
      }
      networks.add(new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT));
    }
  }

  boolean trusts(InetSocketAddress address) {
    for (IpSubnetFilterRule each : networks) {
      if (each.matches(address)) {
        return true;
      }
    }
    return false;
  }

  /// Whence a request came over a connection from `far`.
  Peer peer(InetSocketAddress far, boolean secure, String host, Headers headers) {
    if (networks.isEmpty() || !trusts(far)) {
      return new Peer(far, secure, host);
    }
    String scheme = last(headers.all("x-forwarded-proto"));
    String forwardedHost = last(headers.all("x-forwarded-host"));
    return new Peer(
        client(far, headers.all("x-forwarded-for")),
        scheme == null ? secure : scheme.equalsIgnoreCase("https"),
        forwardedHost == null ? host : forwardedHost);
  }

  /// Each proxy appends whom it saw, so the list is read from its end until an address that is not
  /// a proxy of ours: all before it may be invented.
  private InetSocketAddress client(InetSocketAddress far, List<String> lines) {
    String[] hops = String.join(",", lines).split(",");
    InetSocketAddress seen = far;
    for (int i = hops.length - 1; i >= 0; i--) {
      InetAddress address = address(hops[i].strip());
      if (address == null) {
        return seen;
      }
      seen = new InetSocketAddress(address, 0);
      if (!trusts(seen)) {
        return seen;
      }
    }
    return seen;
  }

  private static @Nullable InetAddress address(String text) {
    String literal = text;
    int colon = literal.indexOf(':');
    if (literal.startsWith("[")) {
      int end = literal.indexOf(']');
      literal = end < 0 ? "" : literal.substring(1, end);
    } else if (colon >= 0 && colon == literal.lastIndexOf(':')) {
      literal = literal.substring(0, colon);
    }
    return NetUtil.createInetAddressFromIpAddressString(literal);
  }

  private static @Nullable String last(List<String> lines) {
    if (lines.isEmpty()) {
      return null;
    }
    String[] values = lines.getLast().split(",");
    return values.length == 0 ? null : values[values.length - 1].strip();
  }

  private static int number(String text) {
    return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
  }
}
