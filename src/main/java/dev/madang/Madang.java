package dev.madang;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.http.StaticFiles;
import dev.madang.server.socketio.SocketIoDoor;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/// The whole server in one object: every door, opened in order and closed in reverse. Its methods
/// may be called from any thread.
public final class Madang implements AutoCloseable {
  private final Config config;
  private final TcpLoops loops;
  private final SocketIoDoor socketIo;
  private final HttpDoor http;

  private Madang(Config config) {
    this.config = config;
    loops = new TcpLoops(Runtime.getRuntime().availableProcessors());
    Router router = new Router();
    StaticFiles.ofResources("web").addTo(router, List.of("/", "/r/", "/trust"));
    socketIo = new SocketIoDoor(config.socketio(), loops.home()).open(router);
    http = openHttp(router);
  }

  private HttpDoor openHttp(Router router) {
    try {
      return HttpDoor.open(config.http(), loops, router);
    } catch (UncheckedIOException e) {
      loops.close();
      throw new ConfigException(
          "port "
              + config.http().port()
              + " cannot be used ("
              + e.getMessage()
              + "); free it, or choose another with --http.port=N");
    } catch (IllegalArgumentException e) {
      loops.close();
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  /// Opens every door; what cannot be opened is a [ConfigException] that says what to change.
  public static Madang start(Config config) {
    return new Madang(config);
  }

  /// Where namespaces are set up and events are emitted, by [SocketIoDoor#execute].
  public SocketIoDoor socketIo() {
    return socketIo;
  }

  public Config config() {
    return config;
  }

  /** What a person needs to know once it runs, a line each. */
  List<String> greeting(boolean dev) {
    return List.of("Madang " + version() + (dev ? " (dev)" : ""));
  }

  @Override
  public void close() {
    socketIo.close();
    http.close();
    loops.close();
  }

  static String version() {
    return Objects.requireNonNullElse(
        Madang.class.getPackage().getImplementationVersion(), "development");
  }
}
