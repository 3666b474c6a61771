package dev.madang.load;

import dev.madang.protocol.rtp.NackGenerator;
import dev.madang.protocol.rtp.ReceiverStatistics;
import dev.madang.protocol.rtp.RtcpWriter;
import dev.madang.wire.Sequence;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One stream as a [Receiver] gets it: which numbers came, which it misses and asks for. Lives on
/// the receiver's loop.
final class Inflow {
  private final Receiver receiver;
  private final int clockRate;
  private final boolean video;
  private final NackGenerator missing;
  private final long[] seen = new long[REMEMBERED];
  private Sequence.Unwrapper numbers = new Sequence.Unwrapper(16);
  private @Nullable ReceiverStatistics statistics;

  /// @param asks whether the server answers when something is asked for again
  Inflow(Receiver receiver, int clockRate, boolean video, boolean asks) {
    this.receiver = receiver;
    this.clockRate = clockRate;
    this.video = video;
    missing = new NackGenerator(new Asking(asks));
  }

  /// A packet of it; false when it was here before.
  boolean receive(int ssrc, int sequence, int timestamp, long now) {
    ReceiverStatistics known = statistics;
    if (known == null || known.ssrc() != ssrc) {
      known = new ReceiverStatistics(ssrc, clockRate);
      statistics = known;
      numbers = new Sequence.Unwrapper(16);
      Arrays.fill(seen, 0);
    }
    known.received(sequence, timestamp, now);
    return isNew(sequence, now);
  }

  /// A retransmission of the packet with this number; false when that was here before.
  boolean repeated(int sequence, long now) {
    return statistics != null && isNew(sequence, now);
  }

  private boolean isNew(int sequence, long now) {
    long number = numbers.unwrap(sequence);
    int slot = (int) number & REMEMBERED - 1;
    if (seen[slot] == number) {
      return false;
    }
    seen[slot] = number;
    missing.received(sequence, now);
    return true;
  }

  void tick(long now) {
    if (missing.deadline() != Long.MAX_VALUE && missing.deadline() - now <= 0) {
      missing.tick(now);
    }
  }

  void heard(int ssrc, long ntp, long now) {
    if (statistics != null && statistics.ssrc() == ssrc) {
      statistics.senderReport(ntp, now);
    }
  }

  void report(RtcpWriter rtcp, long now) {
    if (statistics != null) {
      statistics.report(rtcp, now);
    }
  }

  int ssrc() {
    return statistics == null ? 0 : statistics.ssrc();
  }

  /// Numbers that never came, but for those that came again.
  long gaps() {
    return statistics == null ? 0 : Math.max(0, statistics.lost());
  }

  private final class Asking implements NackGenerator.Output {
    private final boolean asks;

    Asking(boolean asks) {
      this.asks = asks;
    }

    @Override
    public void nack(int[] sequences, int count) {
      if (asks) {
        receiver.nack(ssrc(), sequences, count);
      }
    }

    @Override
    public void keyframe() {
      if (video) {
        receiver.pictureLoss(ssrc());
        // Pictures that nobody decodes are as good without it.
        missing.decodableFrom((int) numbers.newest() & 0xFFFF);
      }
    }
  }

  private static final int REMEMBERED = 2048;
}
