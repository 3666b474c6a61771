package dev.madang.server.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import io.socket.engineio.client.Transport;
import io.socket.thread.EventThread;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.json.JSONException;
import org.json.JSONObject;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The Java client of Socket.IO, as it comes, signaling by what docs/signaling.md says. Used from
/// the test's thread; what arrives comes on the client's own.
public final class SignalClient implements AutoCloseable {
  private final Socket socket;
  private volatile Transport transport;
  private final List<String> names = new CopyOnWriteArrayList<>();
  private final Map<String, BlockingQueue<JsonNode>> events = new ConcurrentHashMap<>();

  public SignalClient(int port, String... transports) {
    this(port, Map.of(), transports);
  }

  /// @param auth what it says of itself as it connects
  public SignalClient(int port, Map<String, String> auth, String... transports) {
    var options =
        IO.Options.builder()
            .setTransports(transports)
            .setAuth(auth)
            .setForceNew(true)
            .setReconnection(false)
            .build();
    socket = IO.socket(URI.create("http://127.0.0.1:" + port + "/room"), options);
    socket.onAnyIncoming(args -> {
      String name = (String) args[0];
      queue(name).add(received(args, 1));
      names.add(name);
    });
    socket.io().on(Manager.EVENT_TRANSPORT, args -> transport = (Transport) args[0]);
    connect();
  }

  void connect() {
    socket.connect();
    await().atMost(PATIENCE).until(socket::connected);
  }

  boolean connected() {
    return socket.connected();
  }

  /** The answer by acknowledgement. */
  public JsonNode ask(String event, Object... fields) {
    var answer = new CompletableFuture<JsonNode>();
    socket.emit(event, sent(fields), (Ack) args -> answer.complete(received(args, 0)));
    return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Without asking for an answer. */
  void tell(String event, Object... fields) {
    socket.emit(event, sent(fields));
  }

  /** The next event of this name. */
  public JsonNode next(String event) throws InterruptedException {
    JsonNode fields = queue(event).poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(fields).as("%s; heard %s", event, names).isNotNull();
    return fields;
  }

  /** Everything heard so far, by name. */
  List<String> heard() {
    return List.copyOf(names);
  }

  /** The connection breaks without a word of Socket.IO. */
  void cut() {
    Transport cut = transport;
    EventThread.exec(cut::close);
    await().atMost(PATIENCE).until(() -> !socket.connected());
  }

  public static ObjectNode join(String room, String name) {
    return fields(
        "room",
        room,
        "name",
        name,
        "session",
        "session-of-" + name + "-0123456789",
        "device",
        "device-of-" + name + "-0123456789",
        "instance",
        "page-1");
  }

  public static ObjectNode fields(Object... namesAndValues) {
    ObjectNode fields = JSON.createObjectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.putPOJO((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }

  private static Object[] sent(Object[] fields) {
    return Stream.of(fields)
        .map(each -> each instanceof JsonNode ? jsonObject(JSON.writeValueAsString(each)) : each)
        .toArray();
  }

  private static JSONObject jsonObject(String text) {
    try {
      return new JSONObject(text);
    } catch (JSONException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  private static JsonNode received(Object[] args, int index) {
    return args.length > index ? JSON.readTree(args[index].toString()) : JSON.createObjectNode();
  }

  @Override
  public void close() {
    socket.close();
    socket.io().off();
  }

  private BlockingQueue<JsonNode> queue(String event) {
    return events.computeIfAbsent(event, _ -> new LinkedBlockingQueue<>());
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
}
