package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import java.lang.reflect.Field;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The official Java client 2.1 against the application that every foreign client meets.
class JavaClientTest {

  private static ClientsApplication server;

  private final List<Socket> opened = new ArrayList<>();

  @BeforeAll
  static void startServer() throws Exception {
    server = ClientsApplication.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeClients() {
    opened.forEach(Socket::disconnect);
  }

  @ParameterizedTest
  @EnumSource
  void connectsAndShowsItsAuth(Transports transports) throws Exception {
    Socket socket = socket(transports, "/", Map.of("token", "by auth"));
    BlockingQueue<Object[]> hello = heard(socket, "hello");
    connect(socket, transports);

    JSONObject told = (JSONObject) next(hello)[0];

    assertThat(told.getJSONObject("auth").getString("token")).isEqualTo("by auth");
    assertThat(told.getString("token")).isEqualTo("by query");
    assertThat(told.getString("namespace")).isEqualTo("/");
    assertThat(transport(socket))
        .isEqualTo(transports == Transports.POLLING ? "polling" : "websocket");
  }

  @ParameterizedTest
  @EnumSource
  void getsTextBackAsItWas(Transports transports) throws Exception {
    Socket socket = connected(transports);
    BlockingQueue<Object[]> relayed = heard(socket, "relayed");

    Object[] sent = {
      "안녕 🌊 \u001e", "", 42, -0.5, true, new JSONObject("{\"a\":[1,{\"b\":\"c\"}]}")
    };
    Object[] answer = ack(socket, "echo", sent);
    socket.emit("relay", sent);

    assertSame(answer, sent);
    assertSame(next(relayed), sent);
  }

  @ParameterizedTest
  @EnumSource
  void getsNestedBinaryBackAsItWas(Transports transports) throws Exception {
    Socket socket = connected(transports);
    BlockingQueue<Object[]> relayed = heard(socket, "relayed");

    Object[] sent = {
      new byte[] {0, 1, 2, -2, -1},
      new JSONObject()
          .put(
              "deep",
              new JSONArray()
                  .put(new byte[] {4})
                  .put(new JSONObject().put("deeper", new byte[] {5, 6})))
          .put("text", "beside"),
      new byte[70_000]
    };
    Object[] answer = ack(socket, "echo", sent);
    socket.emit("relay", sent);

    assertSame(answer, sent);
    assertSame(next(relayed), sent);
  }

  @ParameterizedTest
  @EnumSource
  void answersTheServersQuestion(Transports transports) throws Exception {
    Socket socket = connected(transports);
    BlockingQueue<Object[]> answered = heard(socket, "answered");
    socket.on("question", args -> ((Ack) args[args.length - 1]).call(args[0] + "!", args[1]));

    socket.emit("ask", "well", new byte[] {9, 8});

    assertSame(next(answered), "well!", new byte[] {9, 8});
  }

  @ParameterizedTest
  @EnumSource
  void sendsAndReceivesLargeMessages(Transports transports) throws Exception {
    Socket socket = connected(transports);
    String text = "가나다 x".repeat(30_000);

    assertSame(ack(socket, "echo", text), text);
    assertSame(ack(socket, "echo", new byte[300_000]), new byte[300_000]);
  }

  @ParameterizedTest
  @EnumSource
  void keepsTheOrderOfABurst(Transports transports) throws Exception {
    Socket socket = connected(transports);
    BlockingQueue<Object[]> relayed = heard(socket, "relayed");

    for (int i = 0; i < 500; i++) {
      socket.emit("relay", i);
    }

    for (int i = 0; i < 500; i++) {
      assertThat(next(relayed)[0]).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void hearsItsRoomsAndNoOthers(Transports transports) throws Exception {
    Socket a = connected(transports);
    Socket b = connected(transports);
    BlockingQueue<Object[]> heardByA = heard(a, "heard");
    BlockingQueue<Object[]> heardByB = heard(b, "heard");
    String room = "java " + transports;
    ack(a, "join", room);
    ack(b, "join", room);

    a.emit("shout", room, "one", new byte[] {2});
    assertSame(next(heardByB), "one", new byte[] {2});
    ack(b, "leave", room);
    b.emit("shout", room, "three");

    assertSame(next(heardByA), "three");
    assertSame(ack(b, "count", room), 1);
    assertThat(heardByB).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void hearsBroadcasts(Transports transports) throws Exception {
    Socket a = connected(transports);
    Socket b = connected(transports);
    BlockingQueue<Object[]> heardByA = heard(a, "announced");
    BlockingQueue<Object[]> heardByB = heard(b, "announced");

    a.emit("announce", "all", new byte[] {1});
    assertSame(next(heardByA), "all", new byte[] {1});
    assertSame(next(heardByB), "all", new byte[] {1});
    a.emit("announceToOthers", "you");

    assertSame(next(heardByB), "you");
    ack(a, "echo", 1);
    assertThat(heardByA).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void votesWithItsRoom(Transports transports) throws Exception {
    Socket a = connected(transports);
    Socket b = connected(transports);
    a.on("vote", args -> ((Ack) args[args.length - 1]).call("yes"));
    b.on("vote", args -> ((Ack) args[args.length - 1]).call("no"));
    String room = "voters java " + transports;
    ack(a, "join", room);
    ack(b, "join", room);

    Object[] result = ack(a, "vote", room);

    assertThat(result[0]).isEqualTo(false);
    assertThat(((JSONArray) result[1]).toString()).isIn("[\"yes\",\"no\"]", "[\"no\",\"yes\"]");
  }

  @ParameterizedTest
  @EnumSource
  void usesNamespacesOverOneConnection(Transports transports) throws Exception {
    Socket main = connected(transports);
    Socket custom = main.io().socket("/custom");
    Socket floor = main.io().socket("/floor-42");
    BlockingQueue<Object[]> announced = heard(custom, "announced");
    custom.connect();
    floor.connect();

    assertSame(ack(floor, "echo", "up", new byte[] {1}), "up", new byte[] {1});
    custom.emit("announce", "here only");
    assertSame(next(announced), "here only");
    custom.disconnect();

    assertThat(custom.id()).isNotEqualTo(main.id());
    assertSame(ack(main, "echo", "still here"), "still here");
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedByNamespacesAndMiddleware(Transports transports) throws Exception {
    Socket main = connected(transports);
    Socket nowhere = main.io().socket("/nowhere");
    Socket gate = main.io().socket("/gate");
    BlockingQueue<Object[]> nowhereRefuses = heard(nowhere, Socket.EVENT_CONNECT_ERROR);
    BlockingQueue<Object[]> gateRefuses = heard(gate, Socket.EVENT_CONNECT_ERROR);

    nowhere.connect();
    gate.connect();

    assertThat(((JSONObject) next(nowhereRefuses)[0]).getString("message"))
        .isEqualTo("Invalid namespace");
    JSONObject refusal = (JSONObject) next(gateRefuses)[0];
    assertThat(refusal.getString("message")).isEqualTo("not welcome");
    assertThat(refusal.getJSONObject("data").getInt("code")).isEqualTo(7);
    Socket friend = socket(transports, "/gate", Map.of("token", "sesame"));
    friend.connect();
    assertSame(ack(friend, "echo", "in"), "in");
  }

  @ParameterizedTest
  @EnumSource
  void learnsWhyItWasDisconnectedAndSoDoesTheServer(Transports transports) throws Exception {
    Socket watcher = connected(transports);
    BlockingQueue<Object[]> left = heard(watcher, "left");
    ack(watcher, "join", "watchers");

    Socket socket = connected(transports);
    BlockingQueue<Object[]> gone = heard(socket, Socket.EVENT_DISCONNECT);
    String id = socket.id();
    socket.emit("dismiss");
    assertThat(next(gone)[0]).isEqualTo("io server disconnect");
    assertThat(reason(left, id)).isEqualTo("server namespace disconnect");

    socket = connected(transports);
    gone = heard(socket, Socket.EVENT_DISCONNECT);
    id = socket.id();
    socket.disconnect();
    assertThat(next(gone)[0]).isEqualTo("io client disconnect");
    assertThat(reason(left, id)).isEqualTo("client namespace disconnect");

    socket = connected(transports);
    gone = heard(socket, Socket.EVENT_DISCONNECT);
    id = socket.id();
    engine(socket).close();
    assertThat(next(gone)[0]).isEqualTo("forced close");
    assertThat(reason(left, id)).isEqualTo("transport close");
  }

  enum Transports {
    POLLING,
    WEBSOCKET,
    UPGRADE;

    private String[] names() {
      return switch (this) {
        case POLLING -> new String[] {"polling"};
        case WEBSOCKET -> new String[] {"websocket"};
        case UPGRADE -> new String[] {"polling", "websocket"};
      };
    }
  }

  private Socket socket(Transports transports, String namespace, Map<String, String> auth) {
    IO.Options options = new IO.Options();
    options.transports = transports.names();
    options.forceNew = true;
    options.reconnection = false;
    options.query = "token=by%20query";
    options.auth = auth;
    Socket socket = IO.socket(URI.create(server.url() + namespace), options);
    opened.add(socket);
    return socket;
  }

  private Socket connected(Transports transports) throws InterruptedException {
    Socket socket = socket(transports, "/", Map.of());
    connect(socket, transports);
    return socket;
  }

  /// Connects, and waits for the upgrade where there is one.
  private static void connect(Socket socket, Transports transports) throws InterruptedException {
    BlockingQueue<Object[]> connected = heard(socket, Socket.EVENT_CONNECT);
    BlockingQueue<Object[]> upgraded = new LinkedBlockingQueue<>();
    socket
        .io()
        .once(
            Manager.EVENT_OPEN,
            _ -> engine(socket).on(io.socket.engineio.client.Socket.EVENT_UPGRADE, upgraded::add));
    socket.connect();
    next(connected);
    if (transports == Transports.UPGRADE) {
      next(upgraded);
    }
  }

  /// The client keeps its engine to itself; only there can an upgrade and a cut be seen.
  private static io.socket.engineio.client.Socket engine(Socket socket) {
    return (io.socket.engineio.client.Socket) field(Manager.class, socket.io(), "engine");
  }

  private static String transport(Socket socket) {
    return ((io.socket.engineio.client.Transport)
            field(io.socket.engineio.client.Socket.class, engine(socket), "transport"))
        .name;
  }

  private static Object field(Class<?> type, Object of, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("another version of the client?", e);
    }
  }

  private static Object[] ack(Socket socket, String event, Object... args) throws Exception {
    CompletableFuture<Object[]> answer = new CompletableFuture<>();
    socket.emit(event, args, answer::complete);
    return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static BlockingQueue<Object[]> heard(Socket socket, String event) {
    BlockingQueue<Object[]> queue = new LinkedBlockingQueue<>();
    socket.on(event, queue::add);
    return queue;
  }

  private static Object[] next(BlockingQueue<Object[]> queue) throws InterruptedException {
    Object[] args = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(args).as("no event in %d s", LIMIT_SECONDS).isNotNull();
    return args;
  }

  private static String reason(BlockingQueue<Object[]> left, String id)
      throws InterruptedException {
    Object[] who = next(left);
    while (!who[0].equals(id)) {
      who = next(left);
    }
    return (String) who[1];
  }

  /// With connection state recovery an offset follows an event's arguments.
  private static void assertSame(Object[] actual, Object... expected) throws JSONException {
    assertThat(actual.length).isBetween(expected.length, expected.length + 1);
    for (int i = 0; i < expected.length; i++) {
      assertThat(plain(actual[i])).isEqualTo(plain(expected[i]));
    }
  }

  private static Object plain(Object value) throws JSONException {
    return switch (value) {
      case byte[] bytes -> {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
          list.add(b);
        }
        yield list;
      }
      case JSONObject object -> {
        Map<String, Object> map = new TreeMap<>();
        for (var keys = object.keys(); keys.hasNext(); ) {
          String key = (String) keys.next();
          map.put(key, plain(object.get(key)));
        }
        yield map;
      }
      case JSONArray array -> {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < array.length(); i++) {
          list.add(plain(array.get(i)));
        }
        yield list;
      }
      case Number number -> number.doubleValue();
      default -> value;
    };
  }

  private static final int LIMIT_SECONDS = 20;
}
