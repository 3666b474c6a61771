package dev.madang.bench;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.socketio.SocketIoDoor;

/// Madang's messaging door with its defaults, doing what the benchmark asks of every server. Only
/// the connections from one address are not limited: here all clients are one machine.
public final class MadangServer {

  public static void main(String[] args) throws InterruptedException {
    TcpLoops loops = new TcpLoops(Runtime.getRuntime().availableProcessors());
    SocketIoDoor door =
        new SocketIoDoor(
            SocketIoDoor.Config.defaults().withMaxPerAddress(Integer.MAX_VALUE), loops.home());
    door.io()
        .onConnection(socket -> {
          socket.on("echo", (said, ack) -> ack.send(said.getFirst()));
          socket.on("broadcast", (said, _) -> door.io().emit("message", said.getFirst()));
        });
    Router router = new Router();
    door.open(router);
    HttpDoor.open(HttpDoor.Config.defaults().withPort(Integer.parseInt(args[0])), loops, router);
    // Madang's threads are daemons: whoever embeds it decides how long it lives.
    Thread.currentThread().join();
  }

  private MadangServer() {}
}
