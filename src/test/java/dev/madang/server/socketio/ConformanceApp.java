package dev.madang.server.socketio;

import dev.madang.chat.Socket;
import dev.madang.net.TcpLoops;
import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.EngineSettings;
import dev.madang.protocol.engineio.Message;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import java.security.SecureRandom;
import java.time.Duration;

/// The server that the official protocol suites expect: an echo at `/engine.io/`, and at
/// `/socket.io/` the namespaces `/` and `/custom` that say back what they hear.
///
/// Run by `scripts/conformance`; our own tests of the same behaviours start it too.
final class ConformanceApp implements AutoCloseable {
  static final Duration PING_INTERVAL = Duration.ofMillis(300);
  static final Duration PING_TIMEOUT = Duration.ofMillis(200);

  private final TcpLoops loops = new TcpLoops(2);
  private final SocketIoDoor socketIo;
  private final EngineDoor echo;
  private final HttpDoor http;

  ConformanceApp(int port, Duration pingInterval, Duration pingTimeout) {
    SocketIoDoor.Config config =
        SocketIoDoor.Config.defaults()
            .withPing(pingInterval, pingTimeout)
            .withConnectTimeout(Duration.ofSeconds(1));
    Router router = new Router();
    socketIo = new SocketIoDoor(config, loops.home());
    for (String name : new String[] {"/", "/custom"}) {
      socketIo.io().of(name).onConnection(ConformanceApp::echo);
    }
    socketIo.open(router);
    EngineSettings settings = config.engine();
    echo =
        new EngineDoor(
                "/engine.io/",
                settings,
                1000,
                loops.home(),
                new SecureRandom(),
                (session, _) -> session.output(new Echo(session)))
            .open(router);
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(port), loops, router);
  }

  int port() {
    return http.port();
  }

  SocketIoDoor socketIo() {
    return socketIo;
  }

  private static void echo(Socket socket) {
    socket.emit("auth", socket.handshake().auth());
    socket.on("message", (args, _) -> socket.emit("message-back", args.toArray()));
    socket.on("message-with-ack", (args, ack) -> ack.send(args.toArray()));
  }

  private record Echo(EngineSession session) implements EngineSession.Output {
    @Override
    public void text(String packet, int from) {
      session.send(Message.text(packet.substring(from)));
    }

    @Override
    public void binary(byte[] data) {
      session.send(Message.binary(data, false));
    }

    @Override
    public void closed(CloseReason reason) {}
  }

  @Override
  public void close() {
    socketIo.close();
    loops.home().submit(echo::close).awaitUninterruptibly();
    http.close();
    loops.close();
  }

  public static void main(String[] args) throws InterruptedException {
    ConformanceApp app = new ConformanceApp(Integer.parseInt(args[0]), PING_INTERVAL, PING_TIMEOUT);
    System.out.println("listening on " + app.port());
    Thread.currentThread().join();
  }
}
