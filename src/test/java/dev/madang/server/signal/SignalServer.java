package dev.madang.server.signal;

import dev.madang.chat.Handshake;
import dev.madang.net.TcpLoops;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.store.KeptRooms;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The doors that signaling needs, as the real server opens them, on a free port.
final class SignalServer implements AutoCloseable {
  static final Grants GRANTS =
      new Grants(
          Map.of("main", "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8)));

  final Queue<String> revoked = new ConcurrentLinkedQueue<>();
  private final TcpLoops loops = new TcpLoops(2);
  private final SocketIoDoor socketIo;
  final SignalDoor door;
  private final HttpDoor http;

  SignalServer(SignalDoor.Config config) {
    this(config, null);
  }

  /// @param kept where rooms leave what outlives them
  SignalServer(SignalDoor.Config config, @Nullable KeptRooms kept) {
    Router router = new Router();
    socketIo = new SocketIoDoor(SocketIoDoor.Config.defaults(), loops.home());
    door =
        SignalDoor.open(
            config,
            socketIo.io().of("/room"),
            loops.home(),
            GRANTS,
            new byte[32],
            kept,
            new SignalDoor.Relays() {
              @Override
              public List<IceServer> iceServers(String user, Handshake handshake) {
                String url = "turn:" + handshake.headers().get("host");
                return List.of(new IceServer(List.of(url), user, "secret"));
              }

              @Override
              public void revoke(String user) {
                revoked.add(user);
              }
            },
            null,
            InstantSource.system());
    socketIo.open(router);
    door.addTo(router);
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), loops, router);
  }

  int port() {
    return http.port();
  }

  @Override
  public void close() {
    door.close();
    socketIo.close();
    http.close();
    loops.close();
  }
}
