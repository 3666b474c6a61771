package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class DataChannelsTest {
  private static final Link LINK = Link.perfect(Duration.ofMillis(10));
  private static final Link BAD = Link.bad();

  @Test
  void opensAChannelThatBothSidesWriteOn(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    DataChannel channel = pair.client.open("chat", Delivery.RELIABLE);
    assertThat(channel.id()).isZero();
    assertThat(pair.client.say(channel, "hello")).isEqualTo(SendResult.TAKEN);
    pair.drive();
    assertThat(pair.server.heard).containsExactly("opened 0 chat", "0: \"hello\"");
    assertThat(pair.client.heard).containsExactly("opened 0 chat");
    pair.server.say(pair.server.opened.getFirst(), "안녕");
    pair.drive();
    assertThat(pair.client.heard).containsExactly("opened 0 chat", "0: \"안녕\"");
    assertThat(channel.state()).isEqualTo(DataChannel.State.OPEN);
  }

  @Test
  void theClientHasEvenNumbersAndTheServerOdd(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    assertThat(Stream.of("a", "b", "c").map(name -> pair.client.open(name, Delivery.RELIABLE).id()))
        .containsExactly(0, 2, 4);
    assertThat(Stream.of("a", "b", "c").map(name -> pair.server.open(name, Delivery.RELIABLE).id()))
        .containsExactly(1, 3, 5);
    pair.drive();
    assertThat(pair.client.opened).hasSize(6);
    assertThat(pair.server.opened).hasSize(6);
  }

  @Test
  void channelsOpenedBeforeTheAssociationStandsWaitForIt(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK);
    DataChannel channel = pair.client.open("early", Delivery.RELIABLE);
    pair.client.say(channel, "first");
    pair.established().drive();
    assertThat(pair.server.heard).containsExactly("opened 0 early", "0: \"first\"");
  }

  @Test
  void textBinaryAndEmptyMessagesAreToldApart(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    DataChannel channel = pair.client.open("x", Delivery.RELIABLE);
    pair.client.say(channel, "text");
    pair.client.say(channel, "");
    pair.client.channels.send(channel, false, new byte[5], 1, 3, pair.network.now());
    pair.client.channels.send(channel, false, new byte[0], 0, 0, pair.network.now());
    pair.drive();
    assertThat(pair.server.heard)
        .containsExactly("opened 0 x", "0: \"text\"", "0: \"\"", "0: 3 bytes", "0: 0 bytes");
  }

  @Test
  void whatIsSaidBeforeTheAnswerDoesNotOvertakeTheOpening(Seed seed) {
    for (int i = 0; i < 20; i++) {
      ChannelPair pair = new ChannelPair(new Seed(seed.value() + i), BAD).established();
      DataChannel channel = pair.client.open("lossy", Delivery.UNORDERED);
      for (int j = 0; j < 20; j++) {
        pair.client.say(channel, "m" + j);
      }
      pair.network.drive(Duration.ofSeconds(20));
      assertThat(pair.server.heard).hasSize(21);
      assertThat(pair.server.heard.getFirst()).isEqualTo("opened 0 lossy");
      assertThat(pair.server.channels.ignored()).isZero();
    }
  }

  @Test
  void everyKindOfDeliveryIsAgreedOn(Seed seed) {
    List<Delivery> deliveries =
        List.of(
            Delivery.RELIABLE,
            Delivery.UNORDERED,
            Delivery.LOSSY,
            Delivery.retransmits(true, 7),
            Delivery.lifetime(true, Duration.ofMillis(250)),
            Delivery.lifetime(false, Duration.ofMillis(1)));
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    deliveries.forEach(delivery -> pair.client.open("d", delivery));
    pair.drive();
    assertThat(pair.server.opened.stream().map(DataChannel::delivery)).isEqualTo(deliveries);
  }

  @Test
  void closingResetsBothStreamsAndFreesTheNumber(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    DataChannel first = pair.client.open("one", Delivery.RELIABLE);
    pair.client.say(first, "a");
    pair.client.close(first);
    assertThat(pair.client.say(first, "late")).isEqualTo(SendResult.CLOSED);
    pair.drive();
    assertThat(pair.server.heard).containsExactly("opened 0 one", "0: \"a\"", "closed 0");
    assertThat(pair.client.heard).containsExactly("closed 0");
    assertThat(first.state()).isEqualTo(DataChannel.State.CLOSED);
    DataChannel second = pair.client.open("two", Delivery.RELIABLE);
    assertThat(second.id()).isZero();
    pair.client.say(second, "b");
    pair.drive();
    assertThat(pair.server.heard).endsWith("closed 0", "opened 0 two", "0: \"b\"");
  }

  @Test
  void theOtherSideMayCloseAndBothMayAtOnce(Seed seed) {
    for (int i = 0; i < 20; i++) {
      ChannelPair pair = new ChannelPair(new Seed(seed.value() + i), BAD).established();
      DataChannel one = pair.client.open("one", Delivery.RELIABLE);
      DataChannel two = pair.client.open("two", Delivery.UNORDERED);
      pair.network.drive(Duration.ofSeconds(20));
      assertThat(pair.server.opened).hasSize(2);
      pair.server.close(pair.server.channels.channel(0));
      pair.client.close(two);
      pair.server.close(pair.server.channels.channel(2));
      pair.network.drive(Duration.ofSeconds(60));
      assertThat(pair.client.heard).contains("closed 0", "closed 2").doesNotContain("ended");
      assertThat(pair.server.heard).contains("closed 0", "closed 2").doesNotContain("ended");
      assertThat(one.state()).isEqualTo(DataChannel.State.CLOSED);
      assertThat(pair.client.channels.count() + pair.server.channels.count()).isZero();
    }
  }

  @Test
  void closingWaitsForWhatWasSent(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, BAD).established();
    DataChannel channel = pair.client.open("file", Delivery.RELIABLE);
    byte[] part = new byte[60_000];
    for (int i = 0; i < 10; i++) {
      pair.client.channels.send(channel, false, part, 0, part.length, pair.network.now());
    }
    pair.client.close(channel);
    pair.network.drive(Duration.ofSeconds(60));
    assertThat(pair.server.heard.stream().filter("0: 60000 bytes"::equals)).hasSize(10);
    assertThat(pair.server.heard).endsWith("closed 0");
  }

  @Test
  void channelsOpenAndCloseAThousandTimes(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    for (int i = 0; i < 1000; i++) {
      DataChannel channel = pair.client.open("c" + i, Delivery.RELIABLE);
      pair.client.say(channel, "m" + i);
      pair.client.close(channel);
      pair.network.driveUntil(
          () -> channel.state() == DataChannel.State.CLOSED, Duration.ofSeconds(5));
    }
    pair.drive();
    assertThat(pair.server.heard)
        .hasSize(3000)
        .endsWith("opened 0 c999", "0: \"m999\"", "closed 0");
  }

  @Test
  void negotiatedChannelsNeedNoWord(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK);
    DataChannel left = pair.client.channels.negotiated(100, "n", "", Delivery.LOSSY);
    DataChannel right = pair.server.channels.negotiated(100, "n", "", Delivery.LOSSY);
    pair.established();
    assertThat(pair.client.heard).containsExactly("opened 100 n");
    pair.client.say(left, "one");
    pair.server.say(right, "two");
    pair.drive();
    assertThat(pair.server.heard).containsExactly("opened 100 n", "100: \"one\"");
    assertThat(pair.client.heard).endsWith("100: \"two\"");
    assertThat(pair.client.channels.negotiated(100, "again", "", Delivery.LOSSY)).isNull();
    DataChannel late = pair.client.channels.negotiated(200, "late", "", Delivery.RELIABLE);
    assertThat(late.state()).isEqualTo(DataChannel.State.OPEN);
  }

  @Test
  void aFullBufferSaysSoAndTellsWhenThereIsRoom(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    DataChannel channel = pair.client.open("bulk", Delivery.RELIABLE);
    pair.drive();
    byte[] part = new byte[64_000];
    int taken = 0;
    while (pair.client.channels.send(channel, false, part, 0, part.length, pair.network.now())
        == SendResult.TAKEN) {
      taken++;
    }
    assertThat(taken).isBetween(15, 16);
    assertThat(pair.client.channels.bufferedAmount(channel)).isGreaterThan(900_000);
    pair.network.driveUntil(() -> pair.client.heard.contains("writable 0"), Duration.ofSeconds(5));
    assertThat(pair.client.channels.send(channel, false, part, 0, 64_000, pair.network.now()))
        .isEqualTo(SendResult.TAKEN);
    assertThat(pair.client.channels.send(channel, false, new byte[300_000], 0, 300_000, 0))
        .isEqualTo(SendResult.TOO_LONG);
  }

  @Test
  void theEndOfTheAssociationClosesEveryChannel(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK).established();
    pair.client.open("one", Delivery.RELIABLE);
    pair.server.open("two", Delivery.RELIABLE);
    pair.drive();
    pair.server.channels.abort("enough", pair.network.now());
    assertThat(pair.server.heard).endsWith("closed 0", "closed 1", "ended");
    pair.drive();
    assertThat(pair.client.heard).endsWith("closed 0", "closed 1", "ended");
    assertThat(pair.client.ended).isEqualTo(SctpClosed.ABORTED_BY_PEER);
    assertThat(pair.client.channels.open("x", "", Delivery.RELIABLE, 0)).isNull();
    assertThat(pair.client.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void thereAreNoMoreChannelsThanThereMayBe(Seed seed) {
    ChannelPair pair = new ChannelPair(seed, LINK, SctpSettings.defaults(), 3).established();
    for (int i = 0; i < 3; i++) {
      pair.client.open("c" + i, Delivery.RELIABLE);
    }
    assertThat(pair.client.channels.open("more", "", Delivery.RELIABLE, 0)).isNull();
    assertThat(pair.client.channels.negotiated(9, "more", "", Delivery.RELIABLE)).isNull();
    assertThatThrownBy(() -> pair.client.channels.open("x".repeat(1025), "", Delivery.RELIABLE, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- RFC 8832 §5 ----------------------------------------------------------------------------

  @Test
  void writesTheOpenMessageAsDrawn() {
    ByteWriter writer = new ByteWriter();
    new DcepMessage.Open("chat", "json", Delivery.retransmits(false, 3)).write(writer);
    assertThat(HexFormat.of().formatHex(writer.toArray()))
        .isEqualTo(
            "03" // DATA_CHANNEL_OPEN
                + "81" // DATA_CHANNEL_PARTIAL_RELIABLE_REXMIT_UNORDERED
                + "0100" // priority: normal
                + "00000003" // retransmissions
                + "0004"
                + "0004"
                + "63686174"
                + "6a736f6e");
    ByteWriter ack = new ByteWriter();
    new DcepMessage.Ack().write(ack);
    assertThat(ack.toArray()).containsExactly(2);
  }

  @Test
  void readsALifetimeInMillisecondsAndALabelInUtf8() {
    byte[] bytes = HexFormat.of().parseHex("0302000000000064" + "0003" + "0000" + "ed959c");
    assertThat(DcepMessage.read(new ByteReader(bytes)))
        .isEqualTo(new DcepMessage.Open("한", "", Delivery.lifetime(true, Duration.ofMillis(100))));
  }
}
