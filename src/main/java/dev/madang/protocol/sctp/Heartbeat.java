package dev.madang.protocol.sctp;

import java.util.function.LongSupplier;

/// Whether a silent far end still lives, RFC 9260 §8.3: asked after a silence of ours, answered
/// when asked, but not as often as somebody likes.
final class Heartbeat {
  private final long interval;
  private final LongSupplier random;
  private final RetransmissionTimeout timeout;
  private long heardAt;
  private long askAt = Timers.NEVER;
  private long nonce;
  private long askedAt;
  private boolean asked;
  private long answersSince;
  private int answers;

  Heartbeat(SctpSettings settings, LongSupplier random, RetransmissionTimeout timeout) {
    this.interval = settings.heartbeat().toNanos();
    this.random = random;
    this.timeout = timeout;
  }

  void begin(long now) {
    heardAt = now;
    askAt = now + interval;
    asked = false;
    answersSince = now;
    answers = 0;
  }

  void stop() {
    askAt = Timers.NEVER;
  }

  long deadline() {
    return askAt;
  }

  void heard(long now) {
    heardAt = now;
  }

  /// @param idle whether no data is under way, which would show the same
  void tick(PacketWriter packet, boolean idle, long now) {
    if (!Timers.isDue(askAt, now)) {
      return;
    }
    if (!idle || (!asked && now - heardAt < interval)) {
      askAt = (idle ? heardAt : now) + interval;
      return;
    }
    if (asked) {
      timeout.expired();
    }
    asked = true;
    askedAt = now;
    nonce = random.getAsLong();
    int at = packet.chunk(Chunk.HEARTBEAT, 0, SIZE);
    Chunk.put16(packet.bytes(), at, INFO);
    Chunk.put16(packet.bytes(), at + 2, SIZE);
    Chunk.put32(packet.bytes(), at + 4, (int) (nonce >>> 32));
    Chunk.put32(packet.bytes(), at + 8, (int) nonce);
    askAt = now + interval;
  }

  /** HEARTBEAT-ACK. */
  void answered(byte[] bytes, int at, int length, long now) {
    if (asked
        && length == SIZE
        && Chunk.i32(bytes, at + 4) == (int) (nonce >>> 32)
        && Chunk.i32(bytes, at + 8) == (int) nonce) {
      asked = false;
      timeout.measured(now - askedAt);
      timeout.progressed();
    }
  }

  /// HEARTBEAT: its value goes back.
  ///
  /// @return false when there were too many lately, or it is too long
  boolean answer(PacketWriter packet, byte[] bytes, int at, int length, long now) {
    if (now - answersSince > SECOND) {
      answersSince = now;
      answers = 0;
    }
    if (++answers > MAX_ANSWERS || Chunk.padded(Chunk.HEADER + length) > packet.capacity()) {
      return false;
    }
    int to = packet.chunk(Chunk.HEARTBEAT_ACK, 0, length);
    System.arraycopy(bytes, at, packet.bytes(), to, length);
    return true;
  }

  private static final int INFO = 1;
  private static final int SIZE = 12;
  private static final int MAX_ANSWERS = 10;
  private static final long SECOND = 1_000_000_000L;
}
