package dev.madang.protocol.sctp;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Link;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.wire.Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Two associations joined by a simulated network. */
final class SctpPair {
  final SimulatedNetwork network;
  final RandomGenerator random;
  final End a;
  final End b;

  SctpPair(Seed seed, Link link) {
    this(seed, link, SctpSettings.defaults(), SctpSettings.defaults());
  }

  SctpPair(Seed seed, Link link, SctpSettings left, SctpSettings right) {
    network = new SimulatedNetwork(seed);
    network.link(link);
    random = seed.random();
    a = new End("a", left, Address.parse("10.0.0.1", 1));
    b = new End("b", right, Address.parse("10.0.0.2", 2));
    a.far = b;
    b.far = a;
    network.join(a);
    network.join(b);
  }

  /** The same, both knowing each other. */
  SctpPair established() {
    a.sctp.connect(network.now());
    network.driveUntil(() -> a.isUp() && b.isUp(), Duration.ofSeconds(60));
    return this;
  }

  long now() {
    return network.now();
  }

  record Message(int stream, int ppid, byte[] bytes) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** One side, and what it heard. */
  final class End implements SctpAssociation.Output, Node {
    final String name;
    final Address address;
    SctpAssociation sctp;
    @Nullable End far;
    final List<Message> messages = new ArrayList<>();
    final List<Integer> low = new ArrayList<>();
    final List<Integer> incomingResets = new ArrayList<>();
    final List<Integer> outgoingResets = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();
    boolean record;

    /** The share of packets that are changed on their way. */
    double damage;

    /** Whether they get a right checksum then. */
    boolean sealed;

    int established;
    int anew;
    int longest;
    @Nullable SctpClosed closed;
    String detail = "";
    Runnable onLow = () -> {};
    Runnable onMessage = () -> {};
    boolean keeps = true;
    CRC32C @Nullable [] hash;
    long received;
    long receivedBytes;
    private long tickedAt;
    private int ticks;

    End(String name, SctpSettings settings, Address address) {
      this.name = name;
      this.address = address;
      sctp = new SctpAssociation(settings, random::nextLong, this);
      network.bind(
          address,
          (_, bytes, now) -> {
            byte[] roomy = new byte[bytes.length + 7];
            System.arraycopy(bytes, 0, roomy, 3, bytes.length);
            sctp.receive(roomy, 3, bytes.length, now);
          });
    }

    /** Loses its association, and has a new one. */
    void restart(SctpSettings settings) {
      sctp = new SctpAssociation(settings, random::nextLong, this);
    }

    boolean isUp() {
      return established > 0;
    }

    SendResult send(int stream, String text, Delivery delivery) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return send(stream, bytes, delivery);
    }

    SendResult send(int stream, byte[] bytes, Delivery delivery) {
      return sctp.send(stream, 51, bytes, 0, bytes.length, delivery, now());
    }

    List<String> texts() {
      return messages.stream().map(Message::text).toList();
    }

    @Override
    public void send(byte[] packet, int offset, int length) {
      if (far == null) {
        return;
      }
      longest = Math.max(longest, length);
      if (record) {
        sent.add(Arrays.copyOfRange(packet, offset, offset + length));
      }
      if (damage > 0 && random.nextDouble() < damage) {
        byte[] damaged = Fuzz.mutate(Arrays.copyOfRange(packet, offset, offset + length), random);
        byte[] other = sealed && damaged.length >= 12 ? seal(damaged) : damaged;
        network.send(address, far.address, other, 0, other.length);
        return;
      }
      network.send(address, far.address, packet, offset, length);
    }

    @Override
    public void established(boolean again) {
      established++;
      anew += again ? 1 : 0;
    }

    @Override
    public void message(int stream, int ppid, byte[] bytes, int offset, int length) {
      received++;
      receivedBytes += length;
      if (hash != null) {
        hash[stream].update(bytes, offset, length);
      }
      if (keeps) {
        messages.add(new Message(stream, ppid, Arrays.copyOfRange(bytes, offset, offset + length)));
      }
      onMessage.run();
    }

    @Override
    public void bufferedAmountLow(int stream) {
      low.add(stream);
      onLow.run();
    }

    @Override
    public void incomingReset(int stream) {
      incomingResets.add(stream);
    }

    @Override
    public void outgoingReset(int stream) {
      outgoingResets.add(stream);
    }

    @Override
    public void closed(SctpClosed reason, String words) {
      if (closed != null) {
        throw new AssertionError(name + " closed twice");
      }
      closed = reason;
      detail = words;
    }

    @Override
    public void tick(long now) {
      sctp.tick(now);
      ticks = now == tickedAt ? ticks + 1 : 0;
      tickedAt = now;
      if (ticks > 1000) {
        throw new AssertionError(name + " ticks for ever");
      }
    }

    @Override
    public long deadline() {
      return sctp.deadline();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The usual settings but for these. */
  static SctpSettings settings(int packet, int maxMessageIn, boolean interleaving) {
    SctpSettings usual = SctpSettings.defaults();
    return new SctpSettings(
        usual.localPort(),
        usual.remotePort(),
        packet,
        usual.receiveWindow(),
        usual.sendBuffer(),
        maxMessageIn,
        usual.maxMessageOut(),
        usual.maxStreams(),
        interleaving,
        usual.delayedAck(),
        usual.rtoInitial(),
        usual.rtoMin(),
        usual.rtoMax(),
        usual.maxRetransmissions(),
        usual.heartbeat());
  }

  /** Puts the right checksum into a packet. */
  static byte[] seal(byte[] packet) {
    Arrays.fill(packet, 8, 12, (byte) 0);
    CRC32C crc = new CRC32C();
    crc.update(packet);
    int value = Integer.reverseBytes((int) crc.getValue());
    Chunk.put32(packet, 8, value);
    return packet;
  }
}
