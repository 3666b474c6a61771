package dev.madang.protocol.socketio;

import dev.madang.protocol.engineio.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes packets as Engine.IO messages. Keeps one buffer: lives on one thread.
public final class PacketEncoder {
  private final JsonWriter json = new JsonWriter();

  /** A packet on its way out: its text, and its attachments behind it. */
  public record Outgoing(Message head, List<Message> attachments) {
    public int size() {
      int size = head.size();
      for (Message each : attachments) {
        size += each.size();
      }
      return size;
    }
  }

  /**
   * @param pid the secret by which the client may recover this connection
   */
  public Outgoing connect(String namespace, String sid, @Nullable String pid) {
    return withObject(
        PacketDecoder.CONNECT,
        namespace,
        pid == null ? Map.of("sid", sid) : ordered("sid", sid, "pid", pid));
  }

  /** What a client of protocol 4 expects: it knows its id already. */
  public Outgoing connect(String namespace) {
    return bare(PacketDecoder.CONNECT, namespace);
  }

  /**
   * @param reason an object with a message, or for clients of protocol 4 a string
   */
  public Outgoing refuse(String namespace, Object reason) {
    return withObject(PacketDecoder.CONNECT_ERROR, namespace, reason);
  }

  public Outgoing disconnect(String namespace) {
    return bare(PacketDecoder.DISCONNECT, namespace);
  }

  /// @param shared whether several clients get it
  /// @param offset what a client says to recover from here, as a last argument; or null
  public Outgoing event(
      String namespace,
      long id,
      String name,
      List<? extends @Nullable Object> args,
      boolean shared,
      @Nullable String offset) {
    json.reset();
    json.raw('[');
    json.string(name);
    for (int i = 0; i < args.size(); i++) {
      json.raw(',');
      json.value(args.get(i), 1);
    }
    if (offset != null) {
      json.raw(',');
      json.string(offset);
    }
    json.raw(']');
    return finish(PacketDecoder.EVENT, namespace, id, shared);
  }

  public Outgoing ack(String namespace, long id, List<? extends @Nullable Object> args) {
    json.reset();
    json.raw('[');
    for (int i = 0; i < args.size(); i++) {
      if (i > 0) {
        json.raw(',');
      }
      json.value(args.get(i), 1);
    }
    json.raw(']');
    return finish(PacketDecoder.ACK, namespace, id, false);
  }

  private Outgoing bare(char type, String namespace) {
    json.reset();
    return finish(type, namespace, Packet.NO_ID, false);
  }

  private Outgoing withObject(char type, String namespace, Object payload) {
    json.reset();
    json.value(payload, 1);
    return finish(type, namespace, Packet.NO_ID, false);
  }

  /// Puts the head before the JSON, which had to be written first: how many attachments there are
  /// is known only now.
  private Outgoing finish(char type, String namespace, long id, boolean shared) {
    List<byte[]> binary = json.attachments();
    char kind = type;
    int body = json.position();
    int length = 2 + body;
    boolean root = namespace.equals("/");
    String prefix = "";
    if (!binary.isEmpty()) {
      kind = type == PacketDecoder.EVENT ? PacketDecoder.BINARY_EVENT : PacketDecoder.BINARY_ACK;
      prefix = binary.size() + "-";
    }
    if (!root) {
      prefix += namespace + ",";
    }
    byte[] head =
        prefix.isEmpty() ? NOTHING : prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    length += head.length;
    int digits = id == Packet.NO_ID ? 0 : digits(id);
    length += digits;

    byte[] bytes = new byte[length];
    bytes[0] = '4';
    bytes[1] = (byte) kind;
    System.arraycopy(head, 0, bytes, 2, head.length);
    int at = 2 + head.length + digits;
    for (long rest = id, i = at; i > at - digits; rest /= 10) {
      bytes[(int) --i] = (byte) ('0' + rest % 10);
    }
    System.arraycopy(json.array(), 0, bytes, at, body);

    Message message = Message.text(bytes, shared);
    if (binary.isEmpty()) {
      return new Outgoing(message, List.of());
    }
    List<Message> attachments = new ArrayList<>(binary.size());
    for (byte[] data : binary) {
      attachments.add(Message.binary(data, shared));
    }
    return new Outgoing(message, attachments);
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static Map<String, Object> ordered(String a, Object x, String b, Object y) {
    Map<String, Object> map = new java.util.LinkedHashMap<>(4);
    map.put(a, x);
    map.put(b, y);
    return map;
  }

  private static final byte[] NOTHING = {};
}
