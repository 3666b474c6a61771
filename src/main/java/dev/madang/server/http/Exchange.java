package dev.madang.server.http;

import dev.madang.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request and the answer to it. Lives on [#loop()]: everything is called there, except the
/// `respond` family, which may be called from any thread, later, and exactly once.
public abstract sealed class Exchange permits Http1Exchange, Http2Exchange {
  private final String method;
  private final String path;
  private final @Nullable String rawQuery;
  private final Headers headers;
  private final Peer peer;
  private @Nullable Map<String, String> query;
  private List<String> alsoSay = List.of();

  Exchange(String method, String target, Headers headers, Peer peer) {
    this.method = method;
    this.headers = headers;
    this.peer = peer;
    int question = target.indexOf('?');
    this.path = Target.decode(question < 0 ? target : target.substring(0, question), false);
    this.rawQuery = question < 0 ? null : target.substring(question + 1);
  }

  public final String method() {
    return method;
  }

  /// The path with its percent signs decoded. It names a route or an entry of an index in memory,
  /// never a file.
  public final String path() {
    return path;
  }

  public final @Nullable String rawQuery() {
    return rawQuery;
  }

  /// The first value of a query parameter, decoded, or null.
  public final @Nullable String query(String name) {
    return query().get(name);
  }

  /// All query parameters, decoded; of two with one name the first.
  public final Map<String, String> query() {
    if (query == null) {
      query = rawQuery == null ? Map.of() : Target.query(rawQuery);
    }
    return query;
  }

  public final Headers headers() {
    return headers;
  }

  /// The first value of a header (its name in small letters), or null.
  public final @Nullable String header(String name) {
    return headers.first(name);
  }

  /// The token or key that the request brings by `Authorization: Bearer`, or null. RFC 9110 §11.1:
  /// a scheme is named in capital or small letters, as one likes.
  public final @Nullable String bearer() {
    String said = header("authorization");
    return said != null && said.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? said.substring(BEARER.length()).strip()
        : null;
  }

  /// Whether it comes from somebody who looks: browsers name HTML when they go to an address;
  /// scripts and programs that fetch do not.
  public final boolean wantsPage() {
    String accepted = header("accept");
    boolean reads = method.equals("GET") || method.equals("HEAD");
    return reads && accepted != null && accepted.contains("text/html");
  }

  /// Who asks: the far end of the connection, or whom a trusted proxy names.
  public final InetSocketAddress remote() {
    return peer.remote();
  }

  /// Whether the request came encrypted, to us or to a trusted proxy.
  public final boolean secure() {
    return peer.secure();
  }

  /// Name and port under which the far end knows us, as it said; empty when it did not say.
  public final String host() {
    return peer.host();
  }

  /// The loop on which this exchange lives and on which all its callbacks run.
  public abstract EventLoop loop();

  /// Reads the whole body and hands it over, on the loop; the buffer is valid during the call and
  /// is not the callee's to release. A body longer than `limit` is answered 413 and one that is
  /// malformed or too slow ends the exchange: `whole` is not called then.
  public abstract void body(int limit, Consumer<ByteBuf> whole);

  /// Runs when the far end leaves before the answer, or when the door answers in the handler's
  /// stead (a body too large, malformed or too slow); at once if it has left already.
  public abstract void onGone(Runnable gone);

  /// Moves to another loop and goes on there. What HTTP/1.1 sent already but nobody read comes
  /// along; an HTTP/2 stream stays where its connection is, but its callbacks run on `home`.
  public abstract void moveTo(EventLoop home, Runnable then);

  /// Whether this request asks to become a WebSocket.
  public final boolean wantsWebSocket() {
    return headers.hasToken("upgrade", "websocket");
  }

  /// Becomes a WebSocket, or answers in HTTP why not. The consumer sets the callbacks, on the loop,
  /// before the first frame is read.
  public abstract void upgrade(WebSocketOptions options, Consumer<WebSocket> opened);

  /// Answers with a body that this takes over, and pairs of further header names (in small letters)
  /// and values.
  public final void respond(
      int status, @Nullable String contentType, ByteBuf body, String... headers) {
    send(new Response(status, contentType, body, withAlso(headers)));
  }

  private List<String> withAlso(String... headers) {
    List<String> fields = new ArrayList<>(List.of(headers));
    fields.addAll(alsoSay);
    return fields;
  }

  public final void respond(
      int status, @Nullable String contentType, byte[] body, String... headers) {
    respond(status, contentType, Unpooled.wrappedBuffer(body), headers);
  }

  public final void respond(
      int status, @Nullable String contentType, String body, String... headers) {
    respond(status, contentType, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /// Answers with one sentence of plain text.
  public final void respond(int status, String sentence) {
    respond(status, Router.TEXT, sentence + "\n");
  }

  /// Answers 200 with a body that comes in pieces. On the loop, when the request's body, if it has
  /// one, was read, and not after [#moveTo].
  public final ResponseStream stream(String contentType, String... headers) {
    return begin(new Response(200, contentType, Unpooled.EMPTY_BUFFER, withAlso(headers)));
  }

  abstract ResponseStream begin(Response response);

  final Peer peer() {
    return peer;
  }

  /// Header names and values for whatever the answer will be.
  final void alsoSay(List<String> headers) {
    alsoSay = headers;
  }

  abstract void send(Response response);

  /// Whether an answer was given.
  abstract boolean answered();

  /// Hands this exchange to its route; whatever the handler throws ends here.
  final void dispatch(Handler handler) {
    guard(() -> handler.handle(this));
  }

  /// Runs a callback of the handler; whatever it throws ends this exchange alone.
  final void guard(Runnable step) {
    try {
      step.run();
    } catch (ProtocolException e) {
      fail(400, String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("A handler failed at {} {}", method, path, e);
      fail(500, "The server made a mistake; its log says which.");
    }
  }

  private void fail(int status, String sentence) {
    if (!answered()) {
      respond(status, sentence);
    }
  }

  private static final String BEARER = "Bearer ";
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
}
