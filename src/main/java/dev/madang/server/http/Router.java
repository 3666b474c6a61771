package dev.madang.server.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which handler answers which path. Filled before the door opens and only read after, by every
/// loop.
///
/// An exact path wins over a prefix, a longer prefix over a shorter one. HEAD is served by GET, and
/// a method that a path does not know is answered 405 with the list of those it does.
public final class Router {
  private final Map<String, Route> exact = new HashMap<>();
  private final List<Route> prefixes = new ArrayList<>();
  private Handler otherwise = Router::nothing;

  public Router get(String path, Handler handler) {
    return on("GET", path, handler);
  }

  public Router post(String path, Handler handler) {
    return on("POST", path, handler);
  }

  public Router on(String method, String path, Handler handler) {
    exact.computeIfAbsent(path, Route::new).handlers.put(method, handler);
    return this;
  }

  /// Every method of exactly this path, OPTIONS included.
  public Router any(String path, Handler handler) {
    return on(ANY, path, handler);
  }

  /// Every path that begins with `prefix`, for one method.
  public Router prefix(String method, String prefix, Handler handler) {
    for (Route route : prefixes) {
      if (route.path.equals(prefix)) {
        route.handlers.put(method, handler);
        return this;
      }
    }
    Route route = new Route(prefix);
    route.handlers.put(method, handler);
    prefixes.add(route);
    prefixes.sort(Comparator.comparingInt((Route each) -> each.path.length()).reversed());
    return this;
  }

  /// Every path that begins with `prefix`, every method.
  public Router prefix(String prefix, Handler handler) {
    return prefix(ANY, prefix, handler);
  }

  /// Who answers where there is no route, instead of [#nothing].
  public Router otherwise(Handler handler) {
    otherwise = handler;
    return this;
  }

  /// Says so, to programs.
  static void nothing(Exchange exchange) {
    exchange.respond(404, "Nothing lives at this address.");
  }

  void handle(Exchange exchange) {
    Route route = find(exchange.path(), exchange.method());
    if (route == null) {
      otherwise.handle(exchange);
      return;
    }
    Handler handler = route.handler(exchange.method());
    if (handler != null) {
      handler.handle(exchange);
    } else if (exchange.method().equals("OPTIONS")) {
      exchange.respond(204, null, "", "allow", route.allowed());
    } else {
      exchange.respond(
          405,
          TEXT,
          "This address does not know " + exchange.method() + ".\n",
          "allow",
          route.allowed());
    }
  }

  private @Nullable Route find(String path, String method) {
    Route found = exact.get(path);
    if (found != null && found.handler(method) != null) {
      return found;
    }
    for (Route route : prefixes) {
      if (path.startsWith(route.path)) {
        if (route.handler(method) != null) {
          return route;
        }
        found = found == null ? route : found;
      }
    }
    return found;
  }

  private static final class Route {
    final String path;
    final Map<String, Handler> handlers = new TreeMap<>();

    Route(String path) {
      this.path = path;
    }

    @Nullable Handler handler(String method) {
      Handler handler = handlers.get(method);
      if (handler == null && method.equals("HEAD")) {
        handler = handlers.get("GET");
      }
      return handler != null ? handler : handlers.get(ANY);
    }

    String allowed() {
      List<String> methods = new ArrayList<>(handlers.keySet());
      if (methods.contains("GET") && !methods.contains("HEAD")) {
        methods.add("HEAD");
      }
      methods.add("OPTIONS");
      return String.join(", ", methods);
    }
  }

  static final String TEXT = "text/plain; charset=utf-8";
  private static final String ANY = "*";
}
