package dev.madang.load;

import dev.madang.chat.Handshake;
import dev.madang.net.TcpLoops;
import dev.madang.room.Limits.Rate;
import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.signal.Bearers;
import dev.madang.server.signal.SignalDoor;
import dev.madang.server.socketio.SocketIoDoor;
import dev.madang.server.udp.UdpDoor;
import dev.madang.server.webrtc.Hall;
import dev.madang.server.webrtc.MediaDoor;
import dev.madang.server.whip.WhipDoor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The doors that a load needs, as the real server opens them.
final class Doors implements AutoCloseable {
  final UdpDoor udp;
  private final TcpLoops tcp = new TcpLoops(2);
  private final MediaDoor media;
  private final SocketIoDoor socketIo;
  private final SignalDoor signal;
  private final HttpDoor http;

  /// @param threads of the media port
  Doors(Path data, int threads) throws IOException {
    udp = UdpDoor.open(new UdpDoor.Config("", 0, threads, false));
    media = MediaDoor.open(MediaDoor.Config.defaults(), udp, new SimpleMeterRegistry());
    Router router = new Router();
    SignalDoor.Config open = SignalDoor.Config.defaults().withOpen(true);
    socketIo = new SocketIoDoor(SocketIoDoor.Config.defaults(), tcp.home());
    Hall hall = new Hall(media, tcp.home());
    signal =
        SignalDoor.open(
            open, socketIo.io().of("/room"), tcp.home(), data, null, new NoRelays(), hall);
    new WhipDoor(
            new WhipDoor.Config(true, new Rate(1000, 100), 0),
            media,
            hall,
            signal.side(),
            Bearers.of(open, data),
            (_, _) -> List.of(),
            tcp.home())
        .addTo(router, exchange -> exchange.respond(204, null, ""));
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), tcp, router);
  }

  String url(String path) {
    return "http://localhost:" + http.port() + path;
  }

  private static final class NoRelays implements SignalDoor.Relays {
    @Override
    public List<IceServer> iceServers(String user, Handshake handshake) {
      return List.of();
    }

    @Override
    public void revoke(String user) {}
  }

  @Override
  public void close() {
    signal.close();
    socketIo.close();
    http.close();
    media.close();
    udp.close();
    tcp.close();
  }
}
