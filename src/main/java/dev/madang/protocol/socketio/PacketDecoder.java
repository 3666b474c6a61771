package dev.madang.protocol.socketio;

import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts together the packets of one client: a text, and as many binary messages behind it as the
/// text says.
///
/// ```
///   <type>[<attachments>-][<namespace>,][<ack id>][JSON]      0 connect    1 disconnect  2 event
///                                                             3 ack        4 refused     5, 6: 2, 3
///                                                                                        with binary
/// ```
///
/// Protocols 4 (Socket.IO 2) and 5 read alike but for what a CONNECT carries.
///
/// Nothing is read of the JSON of a packet before it is known to be for a namespace that the client
/// is in, and whole.
public final class PacketDecoder {
  /** What a decoder asks of its owner. */
  public interface Output {
    /// Whether the client is in this namespace: a packet for another, unless it wants in, is
    /// refused by its head alone.
    boolean isIn(String namespace);

    /// Whether to read an event, or an answer to one: those that nobody hears are not read, nor
    /// those that come faster than that namespace takes.
    ///
    /// @param event or else an answer
    /// @param id by which an answer is asked for, or the one that is answered
    /// @param size characters of its JSON, and bytes of its attachments
    boolean reads(String namespace, boolean event, long id, long size);
  }

  private final Limits limits;
  private final Output output;
  private @Nullable Half half;

  /// What a packet may be at most.
  ///
  /// @param json depth and length are the reader's
  /// @param auth characters of what a CONNECT carries, which is kept as long as the socket lives,
  ///   and comes from somebody nobody knows yet
  /// @param attachments binary values in one packet
  /// @param bytes of one packet's attachments together, with the text before them
  /// @param namespace characters of a namespace's name
  public record Limits(JsonReader json, int auth, int attachments, long bytes, int namespace) {}

  /** A packet whose attachments are still on their way. */
  private static final class Half {
    final char type;
    final String namespace;
    final long id;
    // Not read yet: the values of a JSON text take many times its memory.
    final String json;
    final int wanted;
    final List<byte[]> attachments = new ArrayList<>(2);
    long bytes;

    Half(char type, String namespace, long id, String json, int wanted) {
      this.type = type;
      this.namespace = namespace;
      this.id = id;
      this.json = json;
      this.wanted = wanted;
      bytes = json.length();
    }
  }

  public PacketDecoder(Limits limits, Output output) {
    this.limits = limits;
    this.output = output;
  }

  /** Bytes kept of a packet whose attachments are still on their way; 0 if there is none. */
  public long pending() {
    return half == null ? 0 : half.bytes;
  }

  /** Forgets the packet that is on its way. */
  public void drop() {
    half = null;
  }

  /// A text message came: everything of `text` from `from` on. Null if attachments are to follow,
  /// or if it is not read.
  public @Nullable Packet text(String text, int from) {
    if (half != null) {
      throw new ProtocolException("text where an attachment was due");
    }
    int end = text.length();
    int at = from;
    if (at >= end) {
      throw new ProtocolException("empty packet");
    }
    char type = text.charAt(at++);
    if (type < '0' || type > '6') {
      throw new ProtocolException("unknown packet type");
    }

    int attachments = 0;
    if (type == BINARY_EVENT || type == BINARY_ACK) {
      int digits = at;
      while (at < end && isDigit(text.charAt(at)) && at - digits < 9) {
        attachments = attachments * 10 + (text.charAt(at++) - '0');
      }
      if (at == digits || at >= end || text.charAt(at++) != '-') {
        throw new ProtocolException("illegal number of attachments");
      }
      if (attachments > limits.attachments) {
        throw new ProtocolException("more than " + limits.attachments + " attachments");
      }
    }

    String namespace = "/";
    if (at < end && text.charAt(at) == '/') {
      int comma = text.indexOf(',', at);
      int stop = comma < 0 ? end : comma;
      if (stop - at > limits.namespace) {
        throw new ProtocolException("namespace too long");
      }
      namespace = text.substring(at, stop);
      at = comma < 0 ? end : comma + 1;
    }
    if (type != CONNECT && !output.isIn(namespace)) {
      throw new ProtocolException("not in this namespace");
    }

    long id = Packet.NO_ID;
    if (at < end && isDigit(text.charAt(at))) {
      int digits = at;
      id = 0;
      while (at < end && isDigit(text.charAt(at))) {
        if (at - digits == MAX_ID_DIGITS) {
          throw new ProtocolException("ack id too large");
        }
        id = id * 10 + (text.charAt(at++) - '0');
      }
    }

    if (attachments > 0) {
      if (at >= end || text.charAt(at) != '[') {
        throw new ProtocolException("a payload is an array");
      }
      half = new Half(plain(type), namespace, id, text.substring(at), attachments);
      return null;
    }
    if (type == CONNECT) {
      return new Packet.Connect(namespace, auth(text.substring(at)));
    }
    char plain = plain(type);
    if ((plain == EVENT || plain == ACK)
        && !output.reads(namespace, plain == EVENT, id, end - at)) {
      return null;
    }
    Object payload = at < end ? limits.json.read(text.substring(at)) : ABSENT;
    return switch (type) {
      case DISCONNECT -> {
        if (payload != ABSENT) {
          throw new ProtocolException("disconnect with a payload");
        }
        yield new Packet.Disconnect(namespace);
      }
      case CONNECT_ERROR -> new Packet.ConnectError(namespace);
      default -> packet(plain, namespace, id, list(payload));
    };
  }

  private static char plain(char type) {
    return type == BINARY_EVENT ? EVENT : type == BINARY_ACK ? ACK : type;
  }

  /** A binary message came. Null if more are to follow, or if it is not read. */
  public @Nullable Packet binary(byte[] data) {
    Half waiting = half;
    if (waiting == null) {
      throw new ProtocolException("an attachment of nothing");
    }
    if (waiting.bytes + data.length > limits.bytes) {
      throw new ProtocolException("attachments too large");
    }
    waiting.bytes += data.length;
    waiting.attachments.add(data);
    if (waiting.attachments.size() < waiting.wanted) {
      return null;
    }
    half = null;
    boolean event = waiting.type == EVENT;
    if (!output.reads(waiting.namespace, event, waiting.id, waiting.bytes)) {
      return null;
    }
    List<@Nullable Object> args = list(limits.json.read(waiting.json));
    args.replaceAll(value -> filled(value, waiting.attachments));
    return packet(waiting.type, waiting.namespace, waiting.id, args);
  }

  private static Packet packet(char type, String namespace, long id, List<@Nullable Object> data) {
    if (type == ACK) {
      if (id == Packet.NO_ID) {
        throw new ProtocolException("an ack of nothing");
      }
      return new Packet.Ack(namespace, id, data);
    }
    if (data.isEmpty() || !(data.getFirst() instanceof String name)) {
      throw new ProtocolException("an event's name is a string");
    }
    if (RESERVED.contains(name)) {
      throw new ProtocolException("reserved event name");
    }
    data.removeFirst();
    return new Packet.Event(namespace, id, name, data);
  }

  @SuppressWarnings("unchecked")
  private Map<String, @Nullable Object> auth(String json) {
    if (json.isEmpty()) {
      return Map.of();
    }
    if (json.length() > limits.auth) {
      throw new ProtocolException("auth too large");
    }
    if (AUTH.read(json) instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw new ProtocolException("connect carries an object");
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable Object> list(@Nullable Object payload) {
    if (payload instanceof List<?> list) {
      return (List<@Nullable Object>) list;
    }
    throw new ProtocolException("a payload is an array");
  }

  /// The value with each placeholder replaced by its attachment. A placeholder that points nowhere
  /// breaks the protocol.
  @SuppressWarnings("unchecked")
  private static @Nullable Object filled(@Nullable Object value, List<byte[]> attachments) {
    return switch (value) {
      case Map<?, ?> map -> {
        if (Boolean.TRUE.equals(map.get("_placeholder"))) {
          if (map.get("num") instanceof Integer num && num >= 0 && num < attachments.size()) {
            yield attachments.get(num);
          }
          throw new ProtocolException("illegal attachment");
        }
        ((Map<String, @Nullable Object>) map).replaceAll((_, each) -> filled(each, attachments));
        yield map;
      }
      case List<?> list -> {
        ((List<@Nullable Object>) list).replaceAll(each -> filled(each, attachments));
        yield list;
      }
      case null, default -> value;
    };
  }

  /** ASCII only: `Character.isDigit` would take digits of every script. */
  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Names that mean something else on a socket; neither side may send them. */
  public static final Set<String> RESERVED =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener");

  private static final JsonReader AUTH = new JsonReader(8, Integer.MAX_VALUE, 500);
  private static final Object ABSENT = new Object();
  private static final int MAX_ID_DIGITS = 15;
  static final char CONNECT = '0';
  static final char DISCONNECT = '1';
  static final char EVENT = '2';
  static final char ACK = '3';
  static final char CONNECT_ERROR = '4';
  static final char BINARY_EVENT = '5';
  static final char BINARY_ACK = '6';
}
