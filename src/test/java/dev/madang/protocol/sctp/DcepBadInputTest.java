package dev.madang.protocol.sctp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Link;
import dev.madang.rig.Node;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.rig.SimulatedNetwork;
import dev.madang.wire.ByteWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// 58. Channels that are opened too often, too long, twice, or by nobody. The far end writes on its
///     association directly.
@ExtendWith(Seeds.class)
class DcepBadInputTest {
  private static final int DCEP = 50;
  private static final int STRING = 51;

  /// A server with channels, and a far end that is an association alone, by the address of the
  /// client that there would be.
  private static final class Wire implements SctpAssociation.Output, Node {
    final SimulatedNetwork network;
    final ChannelPair.End server;
    final SctpAssociation sctp;
    final List<Integer> resets = new ArrayList<>();
    private final ChannelPair.End client;

    Wire(Seed seed) {
      ChannelPair pair = new ChannelPair(seed, Link.perfect(Duration.ofMillis(10)));
      network = pair.network;
      server = pair.server;
      client = pair.client;
      sctp = new SctpAssociation(SctpSettings.defaults(), pair.random::nextLong, this);
      network.unbind(client.address);
      network.bind(client.address, (_, bytes, now) -> sctp.receive(bytes, 0, bytes.length, now));
      network.join(this);
      sctp.connect(network.now());
      network.driveUntil(server.channels::isEstablished, Duration.ofSeconds(10));
    }

    void say(int stream, int ppid, byte[] bytes) {
      sctp.send(stream, ppid, bytes, 0, bytes.length, Delivery.RELIABLE, network.now());
    }

    void pass() {
      network.drive(Duration.ofSeconds(3));
    }

    @Override
    public void send(byte[] packet, int offset, int length) {
      network.send(client.address, server.address, packet, offset, length);
    }

    @Override
    public void established(boolean anew) {}

    @Override
    public void message(int stream, int ppid, byte[] bytes, int offset, int length) {}

    @Override
    public void bufferedAmountLow(int stream) {}

    @Override
    public void incomingReset(int stream) {
      resets.add(stream);
    }

    @Override
    public void outgoingReset(int stream) {}

    @Override
    public void closed(SctpClosed reason, String detail) {}

    @Override
    public void tick(long now) {
      sctp.tick(now);
    }

    @Override
    public long deadline() {
      return sctp.deadline();
    }
  }

  @Test
  void tenThousandChannelsAreAsManyAsThereMayBe(Seed seed) {
    Wire wire = new Wire(seed);
    for (int i = 0; i < 10_000; i++) {
      wire.say(2 * i, DCEP, open("c" + i, ""));
      if (i % 100 == 0) {
        wire.pass();
      }
    }
    wire.pass();
    assertThat(wire.server.channels.count()).isEqualTo(64);
    assertThat(wire.server.opened).hasSize(64);
    assertThat(wire.server.ended).isNull();
    // Those that there are work.
    wire.say(0, STRING, "x".getBytes(UTF_8));
    wire.pass();
    assertThat(wire.server.heard).contains("0: \"x\"");
  }

  @Test
  void aLabelOfSixtyFourKilobytesOpensNothing(Seed seed) {
    Wire wire = new Wire(seed);
    wire.say(0, DCEP, open("l".repeat(65_535), ""));
    wire.say(2, DCEP, open("", "p".repeat(65_535)));
    wire.say(4, DCEP, open("l".repeat(1025), ""));
    wire.say(6, DCEP, open("l".repeat(1024), ""));
    wire.pass();
    assertThat(wire.server.opened).extracting(DataChannel::id).containsExactly(6);
    // RFC 8832 section 6: the stream is reset, there is no ACK.
    assertThat(wire.resets).contains(0, 2, 4);
  }

  @Test
  void openedTwiceAChannelIsClosedAndTheOthersStay(Seed seed) {
    Wire wire = new Wire(seed);
    wire.say(0, DCEP, open("a", ""));
    wire.say(2, DCEP, open("b", ""));
    wire.pass();
    wire.say(0, DCEP, open("again", ""));
    wire.pass();
    assertThat(wire.server.opened).hasSize(2);
    assertThat(wire.resets).contains(0);
    wire.say(2, STRING, "still".getBytes(UTF_8));
    wire.pass();
    assertThat(wire.server.heard).contains("2: \"still\"");
  }

  @Test
  void aChannelUnderOneOfOurNumbersIsNotOpened(Seed seed) {
    Wire wire = new Wire(seed);
    wire.say(1, DCEP, open("odd", ""));
    wire.pass();
    assertThat(wire.server.opened).isEmpty();
    assertThat(wire.server.channels.open("ours", "", Delivery.RELIABLE, wire.network.now()))
        .isNotNull();
  }

  @Test
  void answersAndMessagesOnNoChannelAreIgnored(Seed seed) {
    Wire wire = new Wire(seed);
    wire.say(8, DCEP, new byte[] {2});
    wire.say(10, STRING, new byte[] {65});
    wire.say(12, DCEP, new byte[] {0});
    wire.say(14, 12_345, new byte[] {65});
    wire.pass();
    assertThat(wire.server.heard).isEmpty();
    assertThat(wire.server.channels.ignored()).isPositive();
    assertThat(wire.server.ended).isNull();
  }

  @Test
  void anyWordsAboutChannelsLeaveAsManyAsThereMayBe() {
    Fuzz.each(60, DcepBadInputTest::anyWords);
  }

  private static void anyWords(Seed seed) {
    Wire wire = new Wire(seed);
    RandomGenerator random = seed.random();
    List<byte[]> corpus =
        List.of(open("chat", ""), open("", "proto"), open("한글", "x"), new byte[] {2});
    for (int i = 0; i < 200 && wire.server.ended == null; i++) {
      int stream = random.nextInt(20) == 0 ? random.nextInt(65_535) : random.nextInt(30);
      byte[] whole = corpus.get(random.nextInt(corpus.size()));
      byte[] bytes = random.nextBoolean() ? whole : Fuzz.mutate(whole, random);
      if (bytes.length > 0) {
        wire.say(stream, random.nextInt(4) == 0 ? 51 + random.nextInt(7) : DCEP, bytes);
      }
      if (random.nextInt(10) == 0) {
        wire.sctp.reset(stream, wire.network.now());
      }
      if (random.nextInt(5) == 0) {
        wire.network.drive(Duration.ofMillis(random.nextInt(100)));
      }
      assertThat(wire.server.channels.count()).isBetween(0, 64);
    }
    wire.pass();
    assertThat(wire.server.ended).isNull();
  }

  private static byte[] open(String label, String protocol) {
    byte[] name = label.getBytes(UTF_8);
    byte[] words = protocol.getBytes(UTF_8);
    return new ByteWriter()
        .u8(3)
        .u8(0)
        .u16(256)
        .i32(0)
        .u16(name.length)
        .u16(words.length)
        .bytes(name)
        .bytes(words)
        .toArray();
  }
}
