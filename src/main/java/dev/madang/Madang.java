package dev.madang;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.http.StaticFiles;
import dev.madang.server.http.Tls;
import dev.madang.server.http.TrustFiles;
import dev.madang.server.socketio.SocketIoDoor;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    Tls tls = tls();
    if (tls != null) {
      new TrustFiles(tls).addTo(router);
    }
    http = openHttp(router, tls);
  }

  private @Nullable Tls tls() {
    try {
      return config.http().tls().enabled()
          ? Tls.open(config.http().tls(), config.data().resolve("tls"))
          : null;
    } catch (UncheckedIOException e) {
      loops.close();
      throw new ConfigException(
          "certificates cannot be kept in "
              + config.data()
              + " ("
              + e.getMessage()
              + "); choose another folder with --data=DIR");
    } catch (IllegalArgumentException e) {
      loops.close();
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private HttpDoor openHttp(Router router, @Nullable Tls tls) {
    try {
      return HttpDoor.open(config.http(), loops, router, tls);
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

  /// The port for everything that comes by TCP.
  public HttpDoor http() {
    return http;
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
