package dev.madang.server.socketio;

import dev.madang.chat.Ack;
import dev.madang.chat.Reply;
import dev.madang.chat.Socket;
import dev.madang.chat.SocketServer;
import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The application that every foreign client meets, on a door of its own. The same on the official
/// server is src/test/clients/oracle.mjs: what is added here is added there.
final class ClientsApplication implements AutoCloseable {

  private final TcpLoops loops = new TcpLoops(2);
  private final Router router = new Router();
  private final SocketIoDoor sockets =
      new SocketIoDoor(
          SocketIoDoor.Config.defaults()
              .withPing(Duration.ofSeconds(1), Duration.ofSeconds(5))
              .withRecovery(SocketIoDoor.Recovery.defaults().on()),
          loops.home());
  private final HttpDoor http;

  private ClientsApplication() {
    describe(sockets.io());
    sockets.open(router);
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), loops, router);
  }

  /// Serves on a free port of this machine.
  static ClientsApplication start() {
    return new ClientsApplication();
  }

  String url() {
    return "http://127.0.0.1:" + http.port();
  }

  @Override
  public void close() {
    sockets.close();
    http.close();
    loops.close();
  }

  private static void describe(SocketServer io) {
    io.onConnection(ClientsApplication::serve);
    io.of("/custom").onConnection(ClientsApplication::serve);
    io.of(FLOOR.asMatchPredicate()).onConnection(ClientsApplication::serve);
    io.of("/gate")
        .use((socket, next) -> {
          if ("sesame".equals(socket.handshake().auth().get("token"))) {
            next.proceed();
          } else {
            next.refuse("not welcome", Map.of("code", 7));
          }
        })
        .onConnection(ClientsApplication::serve);
  }

  private static void serve(Socket socket) {
    socket.on("echo", (args, ack) -> ack.send(args.toArray()));
    socket.on("relay", (args, _) -> socket.emit("relayed", args.toArray()));
    socket.on("ask", (args, _) -> ask(socket, args));
    socket.on("askInVain", (_, _) -> askInVain(socket));
    socket.on(
        "join",
        (args, ack) -> {
          socket.join(room(args));
          ack.send();
        });
    socket.on(
        "leave",
        (args, ack) -> {
          socket.leave(room(args));
          ack.send();
        });
    socket.on("shout", (args, _) -> socket.to(room(args)).emit("heard", after(1, args)));
    socket.on(
        "shoutExcept",
        (args, _) ->
            socket
                .namespace()
                .to(room(args))
                .except((String) args.get(1))
                .emit("heard", after(2, args)));
    socket.on("announce", (args, _) -> socket.namespace().emit("announced", args.toArray()));
    socket.on(
        "announceToOthers", (args, _) -> socket.broadcast().emit("announced", args.toArray()));
    socket.on("vote", (args, ack) -> vote(socket, room(args), ack));
    socket.on(
        "count", (args, ack) -> ack.send(socket.namespace().in(room(args)).fetchSockets().size()));
    socket.on("clear", (args, _) -> socket.namespace().in(room(args)).disconnectSockets(false));
    socket.on("nudge", (_, _) -> socket.emitLossy("nudged"));
    socket.on("dismiss", (_, _) -> socket.disconnect());
    socket.on("hangUp", (_, _) -> socket.disconnect(true));
    socket.onDisconnect(
        reason -> socket.namespace().to("watchers").emit("left", socket.id(), reason));
    Map<String, Object> hello = new HashMap<>();
    hello.put("auth", socket.handshake().auth());
    hello.put("token", socket.handshake().query().get("token"));
    hello.put("namespace", socket.namespace().name());
    hello.put("recovered", socket.recovered());
    socket.emit("hello", hello);
  }

  private static void ask(Socket socket, List<Object> question) {
    socket.emitWithAck(
        "question",
        PATIENCE,
        reply -> {
          if (reply instanceof Reply.Answered(List<Object> answer)) {
            socket.emit("answered", answer.toArray());
          }
        },
        question.toArray());
  }

  private static void askInVain(Socket socket) {
    socket.emitWithAck(
        "unanswerable",
        Duration.ofMillis(50),
        reply -> socket.emit("unanswered", reply instanceof Reply.TimedOut));
  }

  private static void vote(Socket socket, String room, Ack ack) {
    socket
        .namespace()
        .to(room)
        .emitWithAck("vote", PATIENCE, replies -> ack.send(!replies.complete(), replies.answers()));
  }

  private static String room(List<Object> args) {
    return (String) args.getFirst();
  }

  private static Object[] after(int skipped, List<Object> args) {
    return args.subList(skipped, args.size()).toArray();
  }

  private static final Pattern FLOOR = Pattern.compile("/floor-\\d+");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
}
