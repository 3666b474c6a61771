package dev.madang.protocol.sctp;

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
import org.jspecify.annotations.Nullable;

/** Two ends of a peer connection with data channels: the DTLS client and the server. */
final class ChannelPair {
  final SimulatedNetwork network;
  final RandomGenerator random;
  final End client;
  final End server;

  ChannelPair(Seed seed, Link link) {
    this(seed, link, SctpSettings.defaults(), 64);
  }

  ChannelPair(Seed seed, Link link, SctpSettings settings, int maxChannels) {
    network = new SimulatedNetwork(seed);
    network.link(link);
    random = seed.random();
    client = new End(settings, maxChannels, true, Address.parse("10.0.0.1", 1));
    server = new End(settings, maxChannels, false, Address.parse("10.0.0.2", 2));
    client.far = server;
    server.far = client;
    network.join(client);
    network.join(server);
  }

  ChannelPair established() {
    client.channels.connect(network.now());
    server.channels.connect(network.now());
    network.driveUntil(
        () -> client.channels.isEstablished() && server.channels.isEstablished(),
        Duration.ofSeconds(60));
    return this;
  }

  void drive() {
    network.drive(Duration.ofSeconds(3));
  }

  /** One side, and what it heard, in words. */
  final class End implements DataChannels.Output, Node {
    final Address address;
    final DataChannels channels;
    @Nullable End far;
    final List<String> heard = new ArrayList<>();
    final List<DataChannel> opened = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();
    Runnable onWritable = () -> {};
    @Nullable SctpClosed ended;

    End(SctpSettings settings, int maxChannels, boolean client, Address address) {
      this.address = address;
      channels = new DataChannels(settings, maxChannels, client, random::nextLong, this);
      network.bind(address, (_, bytes, now) -> channels.receive(bytes, 0, bytes.length, now));
    }

    DataChannel open(String label, Delivery delivery) {
      DataChannel channel = channels.open(label, "", delivery, network.now());
      if (channel == null) {
        throw new AssertionError("no channel for " + label);
      }
      return channel;
    }

    SendResult say(DataChannel channel, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return channels.send(channel, true, bytes, 0, bytes.length, network.now());
    }

    void close(DataChannel channel) {
      channels.close(channel, network.now());
    }

    @Override
    public void send(byte[] packet, int offset, int length) {
      sent.add(Arrays.copyOfRange(packet, offset, offset + length));
      if (far != null) {
        network.send(address, far.address, packet, offset, length);
      }
    }

    @Override
    public void opened(DataChannel channel) {
      opened.add(channel);
      heard.add("opened " + channel.id() + " " + channel.label());
    }

    @Override
    public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
      String said =
          text
              ? "\"" + new String(bytes, offset, length, StandardCharsets.UTF_8) + "\""
              : length + " bytes";
      heard.add(channel.id() + ": " + said);
    }

    @Override
    public void writable(DataChannel channel) {
      heard.add("writable " + channel.id());
      onWritable.run();
    }

    @Override
    public void closed(DataChannel channel) {
      heard.add("closed " + channel.id());
    }

    @Override
    public void ended(SctpClosed reason, String detail) {
      ended = reason;
      heard.add("ended");
    }

    @Override
    public void tick(long now) {
      channels.tick(now);
    }

    @Override
    public long deadline() {
      return channels.deadline();
    }
  }
}
