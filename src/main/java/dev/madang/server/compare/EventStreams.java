package dev.madang.server.compare;

import dev.madang.server.http.Exchange;
import dev.madang.server.http.ResponseStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Server-Sent Events: a stream down for each lane of a grant, and questions by POST, which may
/// come on any loop.
final class EventStreams {
  private final Map<Key, Open> open = new ConcurrentHashMap<>();

  private record Key(Token grant, String lane) {}

  private record Open(ResponseStream stream, EventLoop loop, Runnable closer) {}

  void open(Exchange exchange, Grant grant) {
    String lane = exchange.query("lane");
    if (exchange.method().equals("HEAD") || lane == null || lane.length() > MOST_NAME) {
      exchange.respond(400, "Which lane? Write &lane=NUMBER.");
      return;
    } else if (!grant.takes(COST, System.nanoTime())) {
      exchange.respond(403, CompareDoor.OVER);
      return;
    }
    Key key = new Key(grant.token, lane);
    Open before = open.get(key);
    if (before != null) {
      before.closer.run();
    }
    AtomicReference<@Nullable ResponseStream> opened = new AtomicReference<>();
    EventLoop loop = exchange.loop();
    Runnable closer =
        new Runnable() {
          @Override
          public void run() {
            loop.execute(() -> close(key, grant, this, opened.get()));
          }
        };
    if (!grant.connects(closer)) {
      exchange.respond(429, CompareDoor.TOO_MANY);
      return;
    }
    // x-accel-buffering: a proxy that gathers events would be what is measured.
    ResponseStream stream =
        exchange.stream(
            "text/event-stream", "cache-control", "no-store", "x-accel-buffering", "no");
    opened.set(stream);
    open.put(key, new Open(stream, loop, closer));
    stream.onClose(() -> close(key, grant, closer, stream));
    if (!stream.open()) {
      close(key, grant, closer, stream);
    }
    stream.write(Unpooled.copiedBuffer(": open\n\n", StandardCharsets.US_ASCII));
  }

  /// On the stream's loop. A newer stream of the lane may have its place by now.
  private void close(Key key, Grant grant, Runnable closer, @Nullable ResponseStream stream) {
    if (stream == null) {
      return;
    }
    grant.disconnected(closer);
    Open there = open.get(key);
    if (there != null && there.stream == stream) {
      open.remove(key, there);
    }
    stream.close();
  }

  void answer(Exchange exchange, Grant grant, byte[] question) {
    String lane = exchange.query("lane");
    @Nullable Open to = lane == null ? null : open.get(new Key(grant.token, lane));
    long now = System.nanoTime();
    int back = Probe.answer(question, 0, question.length, now);
    if (to == null) {
      exchange.respond(409, "There is no stream of this lane: GET it first.");
      return;
    }
    // In base64 it is longer by a third, which counts.
    byte[] event = event(question, back);
    if (!grant.takes(question.length + event.length, now)) {
      exchange.respond(403, CompareDoor.OVER);
    } else {
      exchange.respond(204, null, "");
      if (back > 0) {
        to.loop.execute(() -> {
          to.stream.write(Unpooled.wrappedBuffer(event));
          // An event that was left out would be counted as lost: who is so far behind is told by
          // the end of the stream.
          if (to.stream.bytesQueued() > MOST_QUEUED) {
            to.closer.run();
          }
        });
      }
    }
  }

  private static byte[] event(byte[] message, int length) {
    byte[] part = length == message.length ? message : Arrays.copyOf(message, length);
    return ("data:" + Base64.getEncoder().encodeToString(part) + "\n\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static final int MOST_NAME = 16;
  private static final long MOST_QUEUED = 1 << 20;

  /// Bytes of a grant that a stream costs, besides what it carries.
  private static final int COST = 1024;
}
