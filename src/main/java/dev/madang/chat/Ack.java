package dev.madang.chat;

import dev.madang.protocol.socketio.Packet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A client's wish for an answer to one event. Lives on home.
public final class Ack {
  private final Socket socket;
  private long id;

  Ack(Socket socket, long id) {
    this.socket = socket;
    this.id = id;
  }

  /** Whether the client asked for an answer and has none yet. */
  public boolean wanted() {
    return id != Packet.NO_ID;
  }

  /** Answers. The first answer counts; without a wish nothing is sent. */
  public void send(@Nullable Object... answer) {
    if (wanted()) {
      long asked = id;
      id = Packet.NO_ID;
      socket.answer(asked, Arrays.asList(answer));
    }
  }
}
