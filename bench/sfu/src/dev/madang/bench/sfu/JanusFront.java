package dev.madang.bench.sfu;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// WHIP and WHEP in front of Janus' video room, which has neither: one room, one publisher. Janus
/// offers to whoever receives, so a viewer's offer is met by Janus' own (406). A process of its
/// own, whose cost is not Janus'.
public final class JanusFront {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient WEB =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Map<String, URI> HANDLES = new ConcurrentHashMap<>();
  private static final AtomicLong FEED = new AtomicLong();
  private static String janus = "";

  private JanusFront() {}

  /// Arguments: the address to listen on, its port, and Janus' URL.
  public static void main(String[] args) throws IOException {
    janus = args[2];
    HttpServer server =
        HttpServer.create(new InetSocketAddress(args[0], Integer.parseInt(args[1])), 1000);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", JanusFront::serve);
    server.start();
    System.out.println("up");
  }

  private static void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      switch (exchange.getRequestMethod()) {
        case "POST" -> begin(exchange, path.startsWith("/whip"), body);
        case "PATCH" -> start(exchange, path.substring(path.lastIndexOf('/') + 1), body);
        case "DELETE" -> end(exchange, path.substring(path.lastIndexOf('/') + 1));
        default -> exchange.sendResponseHeaders(405, -1);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    } catch (RuntimeException e) {
      e.printStackTrace();
      throw e;
    }
  }

  private static void begin(HttpExchange exchange, boolean publishes, String offer)
      throws IOException, InterruptedException {
    URI session = sub(URI.create(janus), post(URI.create(janus), message("create")));
    ObjectNode attach = message("attach").put("plugin", "janus.plugin.videoroom");
    URI handle = sub(session, post(session, attach));
    ObjectNode wish = message("message");
    ObjectNode body = wish.putObject("body").put("room", 1);
    if (publishes) {
      body.put("request", "joinandconfigure").put("ptype", "publisher");
      wish.putObject("jsep").put("type", "offer").put("sdp", offer);
    } else {
      body.put("request", "join").put("ptype", "subscriber").put("feed", FEED.get());
    }
    JsonNode event = tell(handle, wish);
    String id = UUID.randomUUID().toString();
    HANDLES.put(id, handle);
    if (publishes) {
      FEED.set(event.at("/plugindata/data/id").asLong());
    }
    String sdp = event.at("/jsep/sdp").asString();
    exchange.getResponseHeaders().add("content-type", "application/sdp");
    exchange.getResponseHeaders().add("location", exchange.getRequestURI().getPath() + "/" + id);
    byte[] bytes = sdp.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(publishes ? 201 : 406, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void start(HttpExchange exchange, String id, String answer)
      throws IOException, InterruptedException {
    ObjectNode wish = message("message");
    wish.putObject("body").put("request", "start").put("room", 1);
    wish.putObject("jsep").put("type", "answer").put("sdp", answer);
    tell(HANDLES.get(id), wish);
    exchange.sendResponseHeaders(204, -1);
  }

  private static void end(HttpExchange exchange, String id)
      throws IOException, InterruptedException {
    URI handle = HANDLES.remove(id);
    if (handle != null) {
      post(parent(handle), message("destroy"));
    }
    exchange.sendResponseHeaders(200, -1);
  }

  /// Janus acknowledges, and answers by an event of the session.
  private static JsonNode tell(URI handle, ObjectNode wish)
      throws IOException, InterruptedException {
    String transaction = wish.get("transaction").asString();
    post(handle, wish);
    while (true) {
      JsonNode event = get(URI.create(parent(handle) + "?maxev=1"));
      if (event.path("transaction").asString("").equals(transaction)) {
        if (event.at("/plugindata/data/error").isString()) {
          throw new IOException(event.toString());
        }
        return event;
      }
    }
  }

  private static ObjectNode message(String kind) {
    return JSON.createObjectNode()
        .put("janus", kind)
        .put("transaction", UUID.randomUUID().toString());
  }

  private static URI sub(URI of, JsonNode made) {
    return URI.create(of + "/" + made.at("/data/id").asLong());
  }

  private static URI parent(URI of) {
    return URI.create(of.toString().substring(0, of.toString().lastIndexOf('/')));
  }

  private static JsonNode post(URI to, ObjectNode message)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(to).POST(BodyPublishers.ofString(message.toString())).build();
    return JSON.readTree(WEB.send(request, BodyHandlers.ofString()).body());
  }

  private static JsonNode get(URI from) throws IOException, InterruptedException {
    return JSON.readTree(
        WEB.send(HttpRequest.newBuilder(from).build(), BodyHandlers.ofString()).body());
  }
}
