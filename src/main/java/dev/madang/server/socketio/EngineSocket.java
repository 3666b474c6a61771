package dev.madang.server.socketio;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.Message;
import dev.madang.server.http.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A WebSocket that carries a session. Lives on home.
///
/// A message for many is made a frame once, by the first that sends it, and the frame is let go
/// when the turn is over.
final class EngineSocket implements EngineSession.Channel {
  private final WebSocket socket;

  EngineSocket(WebSocket socket) {
    this.socket = socket;
  }

  @Override
  public void send(Message message) {
    if (message.isShared()) {
      socket.sendEncoded(frame(message));
    } else if (message.isText()) {
      socket.sendUtf8(message.bytes());
    } else {
      socket.sendBinary(Unpooled.wrappedBuffer(message.bytes()));
    }
  }

  private ByteBuf frame(Message message) {
    if (message.prepared() instanceof ByteBuf frame) {
      return frame;
    }
    ByteBuf frame =
        message.isText()
            ? WebSocket.encodeUtf8(message.bytes())
            : WebSocket.encodeBinary(Unpooled.wrappedBuffer(message.bytes()));
    message.prepared(frame);
    socket
        .loop()
        .execute(() -> {
          message.prepared(null);
          frame.release();
        });
    return frame;
  }

  @Override
  public void control(String packet) {
    if (packet.equals("2")) {
      socket.sendEncoded(PING);
    } else {
      socket.send(packet);
    }
  }

  @Override
  public long bytesQueued() {
    return socket.bytesQueued();
  }

  @Override
  public void close(CloseReason reason) {
    int code =
        switch (reason) {
          case FORCED, TRANSPORT_CLOSE -> 1000;
          case SHUTTING_DOWN, PING_TIMEOUT -> 1001;
          case PARSE_ERROR, TRANSPORT_ERROR -> 1002;
          case SLOW -> 1008;
        };
    socket.close(code, reason.words());
  }

  private static final ByteBuf PING = Unpooled.unreleasableBuffer(WebSocket.encodeText("2"));
}
