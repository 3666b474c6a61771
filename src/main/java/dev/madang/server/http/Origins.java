package dev.madang.server.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which web pages may speak with this server: those it served itself, and those that were allowed
/// by name. Immutable.
///
/// A request without an Origin does not come from a page and is allowed: what it may do is decided
/// by tokens. `null` (a sandboxed frame, a file) is a page that hides where it comes from, and is
/// not.
final class Origins {
  private final boolean any;
  private final Set<String> exact = new HashSet<>();
  private final List<Wildcard> wildcards = new ArrayList<>();

  /// `https://app.example.com`, `https://*.example.com`, or `*` for all.
  Origins(List<String> allowed) {
    any = allowed.contains("*");
    for (String each : allowed) {
      String origin = each.toLowerCase(Locale.ROOT);
      int scheme = origin.indexOf("://");
      if (origin.equals("*")) {
        continue;
      }
      if (scheme < 0 || origin.indexOf('/', scheme + 3) >= 0) {
        throw new IllegalArgumentException(
            "http.origins: \"" + each + "\" is no origin; write it like https://app.example.com");
      }
      if (origin.startsWith("*.", scheme + 3)) {
        wildcards.add(new Wildcard(origin.substring(0, scheme + 3), origin.substring(scheme + 4)));
      } else {
        exact.add(withoutDefaultPort(origin));
      }
    }
  }

  /// Whether a request with this Origin header may be answered.
  boolean allows(@Nullable String origin, String host, boolean secure) {
    return origin == null || same(origin, host, secure) || foreign(origin);
  }

  /// Whether this is a page we served: its origin is the host that was asked.
  ///
  /// A page that came encrypted while the request did not means that TLS ended at a proxy before
  /// us. The other way round is a page that anybody on the way could have written.
  boolean same(String origin, String host, boolean secure) {
    int scheme = origin.indexOf("://");
    if (scheme < 0 || host.isEmpty()) {
      return false;
    }
    String name = origin.substring(0, scheme);
    if (!name.equals("https") && !(name.equals("http") && !secure)) {
      return false;
    }
    return withoutDefaultPort(name + "://" + host.toLowerCase(Locale.ROOT))
        .equals(withoutDefaultPort(origin.toLowerCase(Locale.ROOT)));
  }

  private boolean foreign(String origin) {
    if (any) {
      return true;
    }
    String small = withoutDefaultPort(origin.toLowerCase(Locale.ROOT));
    if (exact.contains(small)) {
      return true;
    }
    for (Wildcard each : wildcards) {
      if (each.matches(small)) {
        return true;
      }
    }
    return false;
  }

  private static String withoutDefaultPort(String origin) {
    if (origin.startsWith("https://") && origin.endsWith(":443")) {
      return origin.substring(0, origin.length() - 4);
    }
    if (origin.startsWith("http://") && origin.endsWith(":80")) {
      return origin.substring(0, origin.length() - 3);
    }
    return origin;
  }

  /// `suffix` begins with a dot, so that `evilgood.com` is no child of `good.com`.
  private record Wildcard(String scheme, String suffix) {
    boolean matches(String origin) {
      return origin.startsWith(scheme)
          && origin.endsWith(suffix)
          && origin.length() > scheme.length() + suffix.length();
    }
  }
}
