package dev.madang.bench;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;

/// netty-socketio with its defaults and the native transport, doing what the benchmark asks of
/// every server.
public final class NettySocketIo {

  public static void main(String[] args) {
    Configuration configuration = new Configuration();
    configuration.setPort(Integer.parseInt(args[0]));
    configuration.setUseLinuxNativeEpoll(true);
    SocketIOServer server = new SocketIOServer(configuration);
    server.addEventListener("echo", String.class, (client, text, ack) -> ack.sendAckData(text));
    server.addEventListener(
        "broadcast",
        String.class,
        (client, text, ack) -> server.getBroadcastOperations().sendEvent("message", text));
    server.start();
  }

  private NettySocketIo() {}
}
