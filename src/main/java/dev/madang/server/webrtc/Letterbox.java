package dev.madang.server.webrtc;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The data channels of one participant, by their names: what others send it leaves by them. A
/// reliable message waits a while for a channel that is not there yet. Lives at home.
final class Letterbox {
  /// The connection that has the channels.
  interface Output {
    void send(int channel, byte[] envelope);
  }

  private record Letter(byte[] envelope, long since) {}

  private @Nullable Output output;
  private int reliable = NONE;
  private int fast = NONE;
  private final ArrayDeque<Letter> waiting = new ArrayDeque<>();
  private long waitingBytes;

  /// A channel works. Those of another connection are over.
  void opened(Output by, int channel, String label, long now) {
    if (!by.equals(output)) {
      output = by;
      reliable = NONE;
      fast = NONE;
    }
    switch (label) {
      case "reliable" -> {
        reliable = channel;
        forget(now);
        waiting.forEach(letter -> by.send(channel, letter.envelope()));
        waiting.clear();
        waitingBytes = 0;
      }
      case "fast" -> fast = channel;
      default -> {
        // Nobody writes on it, and what comes by it is nothing.
      }
    }
  }

  void closed(Output by, int channel) {
    if (by.equals(output)) {
      reliable = reliable == channel ? NONE : reliable;
      fast = fast == channel ? NONE : fast;
    }
  }

  /// The connection is over.
  void closed(Output by) {
    if (by.equals(output)) {
      output = null;
      reliable = NONE;
      fast = NONE;
    }
  }

  /// Whether messages come by this channel.
  boolean has(int channel) {
    return channel == reliable || channel == fast;
  }

  boolean isReliable(int channel) {
    return channel == reliable;
  }

  /// A message for its owner.
  void put(boolean reliably, byte[] envelope, long now) {
    Output by = output;
    int channel = reliably ? reliable : fast;
    if (by != null && channel != NONE) {
      by.send(channel, envelope);
    } else if (reliably) {
      forget(now);
      if (waitingBytes + cost(envelope) <= MOST_WAITING) {
        waitingBytes += cost(envelope);
        waiting.add(new Letter(envelope, now));
      }
    }
  }

  private void forget(long now) {
    for (Letter first = waiting.peek();
        first != null && now - first.since() > PATIENCE;
        first = waiting.peek()) {
      waiting.remove();
      waitingBytes -= cost(first.envelope());
    }
  }

  private static int cost(byte[] envelope) {
    return envelope.length + OVERHEAD;
  }

  private static final int NONE = -1;

  /// Bytes: sixteen of the longest messages. They are shared with those who got them at once.
  private static final int MOST_WAITING = 1 << 20;

  private static final int OVERHEAD = 64;

  /// Nanoseconds: as long as a room keeps the place of who lost the way to it.
  private static final long PATIENCE = 30_000_000_000L;
}
