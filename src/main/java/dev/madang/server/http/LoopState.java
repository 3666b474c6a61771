package dev.madang.server.http;

import io.netty.util.AsciiString;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.ThreadExecutorMap;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// What the connections of one loop share: scratch memory, the date, one sweep for all timeouts and
/// one flush a turn. Lives on its loop and is reached by [#here()] only from there.
final class LoopState {
  private static final FastThreadLocal<LoopState> HERE =
      new FastThreadLocal<>() {
        @Override
        protected LoopState initialValue() {
          return new LoopState();
        }
      };

  private final EventExecutor loop = ThreadExecutorMap.currentExecutor();

  /// For a request's head or a message's bytes while they are looked at.
  byte[] scratch = new byte[16 * 1024];

  int[] offsets = new int[4 * 128];

  /// The time of the latest sweep: good enough for every timeout, and free to read.
  long now = System.nanoTime();

  private final ArrayList<Connection> connections = new ArrayList<>();
  private @Nullable ScheduledFuture<?> sweep;
  private final ArrayList<Connection> unflushed = new ArrayList<>();
  private @Nullable Inflater inflater;
  private @Nullable Deflater deflater;
  private long dateSecond;
  private byte[] date = new byte[0];

  static LoopState here() {
    return HERE.get();
  }

  byte[] scratch(int size) {
    if (scratch.length < size) {
      scratch = new byte[Integer.highestOneBit(size - 1) << 1];
    }
    return scratch;
  }

  /// Looks at `each` every [#SWEEP_MILLIS] from now on.
  void add(Connection each) {
    if (sweep == null) {
      now = System.nanoTime();
      sweep =
          loop.scheduleWithFixedDelay(
              this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
    each.slot(connections.size());
    connections.add(each);
  }

  void remove(Connection each) {
    int slot = each.slot();
    if (slot < 0) {
      return;
    }
    Connection last = connections.removeLast();
    if (last.slot() != slot) {
      connections.set(slot, last);
      last.slot(slot);
    }
    each.slot(-1);
  }

  private void sweep() {
    now = System.nanoTime();
    // Backwards, because looking at one may remove it and put the last in its place.
    for (int i = connections.size() - 1; i >= 0; i--) {
      if (i < connections.size()) {
        connections.get(i).sweep(now);
      }
    }
    if (connections.isEmpty() && sweep != null) {
      sweep.cancel(false);
      sweep = null;
    }
  }

  /// Flushes the connection at the end of this turn of the loop, once for all that was written to
  /// it until then: a write to the kernel costs far more than the bytes in it.
  void flushLater(Connection connection) {
    if (unflushed.isEmpty()) {
      loop.execute(this::flushAll);
    }
    unflushed.add(connection);
  }

  private void flushAll() {
    for (int i = 0; i < unflushed.size(); i++) {
      unflushed.get(i).flush();
    }
    unflushed.clear();
  }

  /// Undoes one message of permessage-deflate (RFC 7692, 7.2.2) into at most `limit` bytes.
  byte[] inflate(byte[] bytes, int length, int limit) {
    if (inflater == null) {
      inflater = new Inflater(true);
    }
    Inflater from = inflater;
    from.reset();
    byte[] out = new byte[Math.min(limit + 1, Math.max(256, length * 4))];
    int size = 0;
    try {
      from.setInput(bytes, 0, length);
      boolean tail = false;
      while (true) {
        int count = from.inflate(out, size, out.length - size);
        size += count;
        if (size > limit) {
          throw new WebSocketFailure(1009, "The message is too large.");
        }
        if (size == out.length) {
          out = Arrays.copyOf(out, Math.min(limit + 1, out.length * 2));
        } else if (from.needsInput() && !tail) {
          tail = true;
          from.setInput(DEFLATE_TAIL);
        } else if (count == 0) {
          return Arrays.copyOf(out, size);
        }
      }
    } catch (DataFormatException e) {
      throw new WebSocketFailure(1007, "The message is not deflated properly.");
    }
  }

  /// Makes one message of permessage-deflate (RFC 7692, 7.2.1).
  byte[] deflate(byte[] bytes, int length) {
    if (deflater == null) {
      deflater = new Deflater(DEFLATE_LEVEL, true);
    }
    Deflater to = deflater;
    to.reset();
    to.setInput(bytes, 0, length);
    byte[] out = new byte[length / 2 + 64];
    int size = 0;
    while (true) {
      size += to.deflate(out, size, out.length - size, Deflater.SYNC_FLUSH);
      if (size < out.length) {
        return Arrays.copyOf(out, size - DEFLATE_TAIL.length);
      }
      out = Arrays.copyOf(out, out.length * 2);
    }
  }

  /// The Date field's value.
  AsciiString date() {
    byte[] line = dateLine();
    return new AsciiString(line, 6, line.length - 8, false);
  }

  /// The Date line, made once a second.
  byte[] dateLine() {
    long second = System.currentTimeMillis() / 1000;
    if (second != dateSecond) {
      dateSecond = second;
      date =
          ("date: "
                  + HTTP_DATE.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC))
                  + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
    }
    return date;
  }

  private static final byte[] DEFLATE_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
  private static final int DEFLATE_LEVEL = 3;
  static final int SWEEP_MILLIS = 250;
  static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
}
