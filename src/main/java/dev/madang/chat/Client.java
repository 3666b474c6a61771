package dev.madang.chat;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.Message;
import dev.madang.protocol.socketio.Packet;
import dev.madang.protocol.socketio.PacketDecoder;
import dev.madang.protocol.socketio.PacketEncoder.Outgoing;
import dev.madang.wire.ProtocolException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection and its sockets, one for each namespace it is in. Lives on home.
public final class Client implements EngineSession.Output, PacketDecoder.Output {
  private final SocketServer io;
  private final EngineSession session;
  private final Handshake handshake;
  private final PacketDecoder decoder;
  private final long connectBy;
  // Nearly every client is in one namespace.
  private @Nullable Socket first;
  private @Nullable Map<String, Socket> others;
  private boolean over;
  // Of a packet whose attachments are on their way: bytes, and when all must have come.
  private long pending;
  private long attachmentsBy;

  Client(SocketServer io, EngineSession session, Handshake handshake, long connectBy) {
    this.io = io;
    this.session = session;
    this.handshake = handshake;
    this.connectBy = connectBy;
    this.decoder = new PacketDecoder(io.decoding(), this);
  }

  public Handshake handshake() {
    return handshake;
  }

  public EngineSession session() {
    return session;
  }

  /// Clients of Engine.IO 3 (Socket.IO 1 and 2) are in the main namespace without asking.
  void greet() {
    if (session.revision() == 3) {
      enter("/", Map.of());
    }
  }

  // ---- what comes -------------------------------------------------------------------------------

  @Override
  public void text(String packet, int from) {
    if (over) {
      return;
    }
    try {
      Packet whole = decoder.text(packet, from);
      if (whole != null) {
        take(whole);
      } else {
        attachmentsBy = io.now() + io.settings().attachmentTimeout().toNanos();
        weigh();
      }
    } catch (ProtocolException broken) {
      breach();
    }
  }

  @Override
  public void binary(byte[] data) {
    if (over) {
      return;
    }
    try {
      Packet whole = decoder.binary(data);
      weigh();
      if (whole != null) {
        take(whole);
      }
    } catch (ProtocolException broken) {
      breach();
    }
  }

  @Override
  public void closed(CloseReason reason) {
    end(reason.words());
  }

  private void take(Packet packet) {
    if (over) {
      return;
    }
    if (packet instanceof Packet.Connect(String namespace, Map<String, @Nullable Object> auth)) {
      if (session.revision() == 3) {
        enterWithQuery(namespace);
      } else {
        enter(namespace, auth);
      }
      return;
    }
    Socket socket = find(packet.namespace());
    if (socket == null || !socket.connected()) {
      throw new ProtocolException("not in this namespace");
    }
    switch (packet) {
      case Packet.Event(_, long id, String name, List<@Nullable Object> args) ->
          socket.heard(id, name, args);
      case Packet.Ack(_, long id, List<@Nullable Object> args) -> socket.answered(id, args);
      case Packet.Disconnect _ -> socket.end("client namespace disconnect");
      case Packet.Connect _, Packet.ConnectError _ ->
          throw new ProtocolException("a client does not say that");
    }
  }

  /** Protocol 4 carries what is `auth` in 5 as a query behind the namespace's name. */
  private void enterWithQuery(String namespace) {
    int mark = namespace.indexOf('?');
    if (mark < 0) {
      if (!(namespace.equals("/") && find("/") != null)) {
        enter(namespace, Map.of());
      }
      return;
    }
    Map<String, @Nullable Object> auth = new LinkedHashMap<>();
    for (String pair : namespace.substring(mark + 1).split("&")) {
      int equals = pair.indexOf('=');
      auth.put(
          decoded(equals < 0 ? pair : pair.substring(0, equals)),
          equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    enter(namespace.substring(0, mark), auth);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException broken) {
      throw new ProtocolException("broken query");
    }
  }

  private void enter(String name, Map<String, @Nullable Object> auth) {
    if (find(name) != null) {
      throw new ProtocolException("in this namespace already");
    }
    if (count() >= io.settings().namespacesPerClient()) {
      send(refusal(name, "Too many namespaces", null), false);
      return;
    }
    Namespace namespace = io.find(name);
    if (namespace == null) {
      send(refusal(name, "Invalid namespace", null), false);
      return;
    }
    namespace.enter(this, auth);
  }

  // ---- what goes --------------------------------------------------------------------------------

  void send(Outgoing packet, boolean lossy) {
    if (lossy && !session.writable()) {
      return;
    }
    session.send(packet.head());
    List<Message> attachments = packet.attachments();
    for (int i = 0; i < attachments.size(); i++) {
      session.send(attachments.get(i));
    }
  }

  Outgoing refusal(String namespace, String message, @Nullable Object data) {
    if (session.revision() == 3) {
      return io.encoder().refuse(namespace, data == null ? message : data);
    }
    Map<String, @Nullable Object> reason = new LinkedHashMap<>(2);
    reason.put("message", message);
    if (data != null) {
      reason.put("data", data);
    }
    return io.encoder().refuse(namespace, reason);
  }

  /** Puts every socket out of its namespace, and tells it so, before the connection closes. */
  void dismiss() {
    all().forEach(Socket::disconnect);
    close();
  }

  private void close() {
    end("forced server close");
    session.close(CloseReason.FORCED);
  }

  /** The same client is here by another connection. */
  void lose() {
    end(CloseReason.TRANSPORT_CLOSE.words());
    session.close(CloseReason.TRANSPORT_CLOSE);
  }

  /** The far end broke the protocol. */
  void breach() {
    end(CloseReason.PARSE_ERROR.words());
    session.close(CloseReason.PARSE_ERROR);
  }

  /** We failed it. */
  void abandon() {
    end("server error");
    session.close(CloseReason.FORCED);
  }

  // ---- its sockets ------------------------------------------------------------------------------

  long connectBy() {
    return connectBy;
  }

  void expectNamespace() {
    if (!over && count() == 0) {
      close();
    }
  }

  boolean isOver() {
    return over;
  }

  void add(Socket socket) {
    if (first == null) {
      first = socket;
      return;
    }
    if (others == null) {
      others = new HashMap<>(4);
    }
    others.put(socket.namespace().name(), socket);
  }

  void remove(Socket socket) {
    if (first == socket) {
      first = null;
    } else if (others != null) {
      others.remove(socket.namespace().name(), socket);
    }
  }

  @Override
  public boolean isIn(String namespace) {
    Socket socket = find(namespace);
    return socket != null && socket.connected();
  }

  @Override
  public boolean reads(String namespace, boolean event, long id, long size) {
    Socket socket = find(namespace);
    return socket != null
        && (!event || socket.hears())
        && socket.reads(event ? id : Packet.NO_ID, size);
  }

  private void weigh() {
    long grown = decoder.pending() - pending;
    if (grown != 0) {
      pending += grown;
      io.pending(this, grown);
    }
  }

  /** Whether attachments are on their way. */
  boolean isPending() {
    return pending > 0;
  }

  /** When all of them must have come. */
  long attachmentsBy() {
    return attachmentsBy;
  }

  private @Nullable Socket find(String namespace) {
    if (first != null && first.namespace().name().equals(namespace)) {
      return first;
    }
    return others == null ? null : others.get(namespace);
  }

  private int count() {
    return (first == null ? 0 : 1) + (others == null ? 0 : others.size());
  }

  private void end(String reason) {
    if (over) {
      return;
    }
    over = true;
    decoder.drop();
    weigh();
    io.left(this);
    for (Socket socket : all()) {
      socket.end(reason);
    }
  }

  private List<Socket> all() {
    List<Socket> all = new ArrayList<>();
    if (first != null) {
      all.add(first);
    }
    if (others != null) {
      all.addAll(others.values());
    }
    return all;
  }
}
