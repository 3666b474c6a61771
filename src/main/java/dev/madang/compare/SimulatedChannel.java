package dev.madang.compare;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.protocol.sctp.SctpClosed;
import dev.madang.protocol.sctp.SctpSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One end of a data channel, in a [Simulation]: the engine that real ones have, without DTLS.
final class SimulatedChannel implements Simulation.End, DataChannels.Output {
  private final DataChannels channels;
  private final DataChannel channel;
  private final Simulation.Path path;
  private final Simulation.Heard heard;
  private final byte[] message;
  private @Nullable SimulatedChannel far;
  private long clock;

  SimulatedChannel(
      boolean client,
      Kind lane,
      long seed,
      Simulation.Path path,
      int size,
      Simulation.Heard heard) {
    this.path = path;
    this.heard = heard;
    message = new byte[size];
    SplittableRandom random = new SplittableRandom(client ? seed : ~seed);
    channels = new DataChannels(SctpSettings.defaults(), 1, client, random::nextLong, this);
    Delivery delivery = Objects.requireNonNull(lane.delivery());
    channel = Objects.requireNonNull(channels.negotiated(0, "probe", "", delivery));
  }

  void meet(SimulatedChannel other) {
    far = other;
  }

  void connect(long now) {
    clock = now;
    channels.connect(now);
  }

  @Override
  public void send(int number, long now) {
    clock = now;
    ByteBuffer.wrap(message).putInt(number);
    var _ = channels.send(channel, false, message, 0, message.length, now);
  }

  @Override
  public void tick(long now) {
    clock = now;
    channels.tick(now);
  }

  @Override
  public long deadline() {
    return channels.deadline();
  }

  // ---- the engine's
  // ------------------------------------------------------------------------------

  @Override
  public void send(byte[] packet, int offset, int length) {
    byte[] copy = Arrays.copyOfRange(packet, offset, offset + length);
    path.carry(
        length + HEADERS,
        now -> {
          SimulatedChannel other = Objects.requireNonNull(far);
          other.clock = now;
          other.channels.receive(copy, 0, copy.length, now);
        });
  }

  @Override
  public void message(DataChannel on, boolean text, byte[] bytes, int offset, int length) {
    heard.heard(ByteBuffer.wrap(bytes, offset, length).getInt(), clock);
  }

  @Override
  public void opened(DataChannel works) {}

  @Override
  public void writable(DataChannel on) {}

  @Override
  public void closed(DataChannel on) {}

  @Override
  public void ended(SctpClosed reason, String detail) {}

  /** IPv4, UDP and a record of DTLS 1.2 with AES-GCM. */
  private static final int HEADERS = 28 + 37;
}
