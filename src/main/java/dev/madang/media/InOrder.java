package dev.madang.media;

import dev.madang.protocol.rtp.RtpPacket;
import dev.madang.wire.Sequence;
import java.util.Arrays;
import java.util.function.Consumer;

/// Puts the packets of one stream in order: one that comes early waits for those before it, which
/// may be on their way a second time; but not for ever, and only so many wait. A packet that comes
/// in its place is handed on where it lies, and nothing is copied. Pure; one thread.
public final class InOrder {
  private final Consumer<RtpPacket> out;
  private final long patience;
  private final RtpPacket view = new RtpPacket();
  private final byte[][] early = new byte[MOST][];
  private int waiting;
  private long since;
  private int expected;
  private boolean begun;

  /// @param out gets each packet once, in order; it is a view that is good until `out` returns
  /// @param patience nanoseconds that packets wait for one that is missing
  public InOrder(Consumer<RtpPacket> out, long patience) {
    this.out = out;
    this.patience = patience;
  }

  public void receive(byte[] bytes, int offset, int length, long now) {
    if (!view.read(bytes, offset, length)) {
      return;
    }
    int sequence = view.sequence();
    int ahead = begun ? Sequence.difference16(sequence, expected) : 0;
    if (ahead < -MOST || ahead >= MOST) {
      // Another stream, or so much is missing that nothing is worth waiting for.
      letGo();
      view.read(bytes, offset, length);
      ahead = 0;
    }
    if (ahead > 0) {
      keep(sequence, bytes, offset, length, now);
    } else if (ahead == 0) {
      begun = true;
      expected = sequence + 1 & 0xFFFF;
      out.accept(view);
      follow(now);
    }
    // What is late was given up, or was here before.
  }

  private void keep(int sequence, byte[] bytes, int offset, int length, long now) {
    int slot = sequence & MOST - 1;
    if (early[slot] == null) {
      early[slot] = Arrays.copyOfRange(bytes, offset, offset + length);
      since = waiting++ == 0 ? now : since;
    }
  }

  /// Hands on what waited for the one that just came.
  private void follow(long now) {
    while (waiting > 0 && early[expected & MOST - 1] != null) {
      next();
      since = now;
    }
  }

  private void next() {
    int slot = expected & MOST - 1;
    byte[] packet = early[slot];
    expected = expected + 1 & 0xFFFF;
    if (packet != null) {
      early[slot] = null;
      waiting--;
      view.read(packet, 0, packet.length);
      out.accept(view);
    }
  }

  private void letGo() {
    while (waiting > 0) {
      next();
    }
  }

  /// Gives up what is missing when its time is over.
  public void tick(long now) {
    if (waiting == 0 || now - since < patience) {
      return;
    }
    while (early[expected & MOST - 1] == null) {
      expected = expected + 1 & 0xFFFF;
    }
    follow(now);
  }

  /// When to tick next; `Long.MAX_VALUE` while nothing waits.
  public long deadline() {
    return waiting == 0 ? Long.MAX_VALUE : since + patience;
  }

  /// Packets; a power of two. A second of a large picture.
  private static final int MOST = 512;
}
