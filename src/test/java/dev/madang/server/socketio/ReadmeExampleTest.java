package dev.madang.server.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.net.TcpLoops;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server example of the README is this code, and it runs. */
class ReadmeExampleTest {

  private static HttpDoor chat(TcpLoops loops) {
    // README:
    Router router = new Router();
    SocketIoDoor door = new SocketIoDoor(SocketIoDoor.Config.defaults(), loops.home());
    door.io()
        .of("/chat")
        .use((socket, next) -> {
          if (socket.handshake().auth().containsKey("name")) next.proceed();
          else next.refuse("who?");
        })
        .onConnection(socket -> {
          socket.join("lobby");
          socket.on(
              "say",
              (args, ack) -> {
                socket.to("lobby").emit("said", socket.id(), args.getFirst());
                ack.send("ok");
              });
        });
    door.open(router);
    return HttpDoor.open(HttpDoor.Config.defaults().withPort(0), loops, router);
    // :README
  }

  @Test
  void clientsTalk() throws Exception {
    TcpLoops loops = new TcpLoops(2);
    try (HttpDoor http = chat(loops);
        Browser browser = new Browser(http.port())) {
      Browser.Line anna = enter(browser, "{\"name\":\"Anna\"}");
      assertThat(anna.hear()).startsWith("40/chat,{\"sid\"");
      Browser.Line ben = enter(browser, "{\"name\":\"Ben\"}");
      assertThat(ben.hear()).startsWith("40/chat,{\"sid\"");
      ben.say("42/chat,1[\"say\",\"hello\"]");
      assertThat(ben.hear()).isEqualTo("43/chat,1[\"ok\"]");
      assertThat(anna.hear()).startsWith("42/chat,[\"said\",\"").endsWith(",\"hello\"]");
      assertThat(enter(browser, "{}").hear()).isEqualTo("44/chat,{\"message\":\"who?\"}");
    } finally {
      loops.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.ko.md"})
  void theReadmesShowExactlyThisAsAWholeProgram(String document) throws Exception {
    assertThat(Files.readString(Path.of(document)))
        .contains(
            """
            ```java
            import dev.madang.net.TcpLoops;
            import dev.madang.server.http.HttpDoor;
            import dev.madang.server.http.Router;
            import dev.madang.server.socketio.SocketIoDoor;

            void main() throws InterruptedException {
              TcpLoops loops = new TcpLoops(2);
            %s
              IO.println("Up: http://localhost:7700");
              Thread.currentThread().join(); // until Ctrl+C
            }
            ```
            """
                .formatted(example("  ").replace("return ", "")));
  }

  @Test
  void theDocumentShowsExactlyThis() throws Exception {
    assertThat(Files.readString(Path.of("docs/socketio.md")))
        .contains("```java\n" + example("").replace("return ", "HttpDoor http = ") + "\n```");
  }

  private static String example(String indent) throws Exception {
    List<String> lines =
        Files.readAllLines(
            Path.of("src/test/java/dev/madang/server/socketio/ReadmeExampleTest.java"));
    return lines
        .subList(lines.indexOf("    // README:") + 1, lines.indexOf("    // :README"))
        .stream()
        .map(line -> indent + line.substring(Math.min(4, line.length())))
        .collect(Collectors.joining("\n"))
        .replace(".withPort(0)", "");
  }

  private static Browser.Line enter(Browser browser, String auth) throws Exception {
    Browser.Line line = browser.webSocket("/socket.io/?EIO=4&transport=websocket");
    line.hear();
    return line.say("40/chat," + auth);
  }
}
