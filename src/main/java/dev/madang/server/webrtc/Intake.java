package dev.madang.server.webrtc;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.room.Limits.Rate;
import dev.madang.room.Pace;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The messages of one far end on their way home, no faster than a room bears. Reliable ones wait,
/// and what waits, here or at home, takes room in the window that the far end may fill: who sends
/// faster is slowed down. Unreliable ones are dropped. Lives on the transport's loop.
final class Intake {
  private record Letter(DataChannels channels, int channel, boolean text, byte[] bytes) {
    int cost() {
      return bytes.length + OVERHEAD;
    }
  }

  private final Executor home;
  private final UpSession.Output output;
  private final ArrayDeque<Letter> waiting = new ArrayDeque<>();
  private @Nullable Pace pace;
  private long retry = Long.MAX_VALUE;

  Intake(Executor home, UpSession.Output output) {
    this.home = home;
    this.output = output;
  }

  void begin(long now) {
    pace = new Pace(RATE, now);
  }

  void message(
      Transport transport,
      DataChannel channel,
      boolean text,
      byte[] bytes,
      int offset,
      int length) {
    DataChannels channels = transport.channels();
    long now = transport.now();
    boolean reliable = channel.delivery().isReliable();
    boolean due = (!reliable || waiting.isEmpty()) && allows(length, now);
    if (channels == null || !due && !reliable) {
      return;
    }
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
    Letter letter = new Letter(channels, channel.id(), text, copy);
    channels.unread(letter.cost());
    if (due) {
      hand(letter, transport);
    } else {
      waiting.add(letter);
      retry = waiting.size() == 1 ? now + PAUSE : retry;
    }
  }

  private boolean allows(int length, long now) {
    return Objects.requireNonNull(pace).allows(1 + length / UNIT, now);
  }

  private void hand(Letter letter, Transport transport) {
    home.execute(() -> {
      output.message(letter.channel(), letter.text(), letter.bytes());
      transport.tell(() -> letter.channels().read(letter.cost(), transport.now()));
    });
  }

  void tick(Transport transport, long now) {
    if (retry == Long.MAX_VALUE || now - retry < 0) {
      return;
    }
    for (Letter next = waiting.peek();
        next != null && allows(next.bytes().length, now);
        next = waiting.peek()) {
      waiting.remove();
      hand(next, transport);
    }
    retry = waiting.isEmpty() ? Long.MAX_VALUE : now + PAUSE;
  }

  /// When to tick next, or `other` if that is sooner.
  long sooner(long other) {
    return retry != Long.MAX_VALUE && (other == Long.MAX_VALUE || retry - other < 0)
        ? retry
        : other;
  }

  /// A message counts one, and one more for every so many bytes: a megabyte a second, or a thousand
  /// short ones.
  private static final int UNIT = 1 << 10;

  private static final Rate RATE = new Rate(1024, 1024);

  /// Nanoseconds until those that wait are looked at again.
  private static final long PAUSE = 10_000_000;

  /// What a message costs beyond its bytes.
  private static final int OVERHEAD = 128;
}
