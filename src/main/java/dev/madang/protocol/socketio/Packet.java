package dev.madang.protocol.socketio;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client and a server of Socket.IO say to each other.
public sealed interface Packet {
  String namespace();

  /** A client wants to enter a namespace; `auth` is empty when it said nothing. */
  record Connect(String namespace, Map<String, @Nullable Object> auth) implements Packet {}

  record Disconnect(String namespace) implements Packet {}

  /**
   * @param id what an acknowledgement is to carry, or [#NO_ID]
   */
  record Event(String namespace, long id, String name, List<@Nullable Object> args)
      implements Packet {}

  record Ack(String namespace, long id, List<@Nullable Object> args) implements Packet {}

  /** Only servers send it; a client that does breaks the protocol. */
  record ConnectError(String namespace) implements Packet {}

  long NO_ID = -1;
}
