package dev.madang.protocol.sctp;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages that wait to be cut into chunks, stream by stream, in turns: a message each, or, where
/// both sides interleave (RFC 8260), a chunk each.
///
/// It also counts the bytes of all messages that the far end does not have yet, and refuses what
/// exceeds the send buffer.
final class SendQueue {
  private final SctpSettings settings;
  private final Tally tally;
  private @Nullable OutgoingStream[] streams = new OutgoingStream[16];
  private int count;
  private final ArrayDeque<OutgoingStream> turns = new ArrayDeque<>();
  private final List<OutgoingStream> refused = new ArrayList<>();
  private final ArrayDeque<OutgoingStream> low = new ArrayDeque<>();
  private boolean interleaving;
  private long held;

  SendQueue(SctpSettings settings, Tally tally) {
    this.settings = settings;
    this.tally = tally;
  }

  /** Both sides interleave messages. */
  void interleave(boolean interleaving) {
    this.interleaving = interleaving;
  }

  /** Forgets every message and every stream. */
  void clear() {
    Arrays.fill(streams, null);
    count = 0;
    turns.clear();
    refused.clear();
    low.clear();
    held = 0;
  }

  // ---- filling --------------------------------------------------------------------------------

  SendResult offer(
      int id, int ppid, byte[] bytes, int offset, int length, Delivery delivery, long now) {
    if (length > settings.maxMessageOut()) {
      return SendResult.TOO_LONG;
    }
    OutgoingStream stream = stream(id);
    if (stream == null || stream.resetting) {
      return SendResult.CLOSED;
    }
    if (held > 0 && held + length + OVERHEAD > settings.sendBuffer()) {
      if (!stream.refused) {
        stream.refused = true;
        refused.add(stream);
      }
      return SendResult.FULL;
    }
    return add(id, ppid, bytes, offset, length, delivery, now);
  }

  /** Takes a message whether there is room or not. */
  SendResult add(
      int id, int ppid, byte[] bytes, int offset, int length, Delivery delivery, long now) {
    OutgoingStream stream = stream(id);
    if (stream == null || stream.resetting) {
      return SendResult.CLOSED;
    }
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
    stream.queue.add(new OutgoingMessage(stream, ppid, copy, delivery, now));
    stream.buffered += length;
    held += length + OVERHEAD;
    if (!stream.waiting) {
      stream.waiting = true;
      turns.add(stream);
    }
    tally.messagesOut++;
    return SendResult.TAKEN;
  }

  /** The stream of this number, made if need be; null when there are too many. */
  @Nullable OutgoingStream stream(int id) {
    OutgoingStream known = known(id);
    if (known != null) {
      return known;
    }
    if (count == settings.maxStreams()) {
      return null;
    }
    if (id >= streams.length) {
      streams = Arrays.copyOf(streams, Math.max(id + 1, streams.length * 2));
    }
    OutgoingStream fresh = new OutgoingStream(id);
    streams[id] = fresh;
    count++;
    return fresh;
  }

  /** The stream of this number, if it was ever used. */
  @Nullable OutgoingStream known(int id) {
    return id < streams.length ? streams[id] : null;
  }

  /** The stream begins anew. */
  void reset(int id) {
    OutgoingStream stream = known(id);
    if (stream != null) {
      stream.watched = false;
      stream.refused = false;
      refused.remove(stream);
      streams[id] = null;
      count--;
    }
  }

  // ---- cutting --------------------------------------------------------------------------------

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /// The message whose turn it is. One that has expired without having been begun is gone; one that
  /// has expired later is the [Sender]'s to give up.
  @Nullable OutgoingMessage head(long now) {
    for (OutgoingStream stream = turns.peek(); stream != null; stream = turns.peek()) {
      OutgoingMessage message = stream.queue.peek();
      if (message == null) {
        turns.poll();
        stream.waiting = false;
      } else if (message.cut == 0 && message.isExpired(now)) {
        message.abandoned = true;
        tally.abandoned++;
        drop(message);
        release(message.bytes.length + OVERHEAD);
      } else {
        return message;
      }
    }
    return null;
  }

  /** So many bytes of the message whose turn it is became a chunk. */
  void cut(OutgoingMessage message, int size) {
    OutgoingStream stream = message.stream;
    if (message.cut == 0) {
      message.number = message.unordered ? stream.nextUnordered++ : stream.nextOrdered++;
    }
    message.cut += size;
    message.fragments++;
    stream.buffered -= size;
    boolean whole = message.left() == 0;
    if (whole) {
      stream.queue.poll();
    }
    if (whole || interleaving) {
      turns.poll();
      if (stream.queue.isEmpty()) {
        stream.waiting = false;
      } else {
        turns.add(stream);
      }
    }
    lookAt(stream);
  }

  /** What is left of this message will not be sent. It is the first of its stream. */
  void drop(OutgoingMessage message) {
    OutgoingStream stream = message.stream;
    if (stream.queue.peek() == message) {
      stream.queue.poll();
      stream.buffered -= message.left();
      lookAt(stream);
    }
  }

  // ---- room -----------------------------------------------------------------------------------

  /** Bytes of messages that the far end does not have, with what keeping them costs. */
  long held() {
    return held;
  }

  /** The far end has so many more bytes, or they were given up. */
  void release(int bytes) {
    held -= bytes;
    if (!refused.isEmpty() && held <= settings.sendBuffer() / 2) {
      for (OutgoingStream stream : refused) {
        stream.refused = false;
        if (!stream.watched || stream.buffered > stream.lowThreshold) {
          low.add(stream);
        }
      }
      refused.clear();
    }
  }

  /** Looks out for the moment when this stream's buffer is low again. */
  void watch(OutgoingStream stream) {
    stream.watched = stream.buffered > stream.lowThreshold;
  }

  private void lookAt(OutgoingStream stream) {
    if (stream.watched && stream.buffered <= stream.lowThreshold) {
      stream.watched = false;
      low.add(stream);
    }
  }

  /** The next stream to tell about, and no more of it; null when there is none. */
  @Nullable OutgoingStream nextLow() {
    for (OutgoingStream stream = low.poll(); stream != null; stream = low.poll()) {
      if (known(stream.id) == stream) {
        return stream;
      }
    }
    return null;
  }

  /** What a message costs beyond its bytes. */
  static final int OVERHEAD = 64;
}
