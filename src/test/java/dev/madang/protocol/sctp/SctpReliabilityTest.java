package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import dev.madang.wire.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that may be given up, streams that begin anew, numbers that wrap, and full buffers. */
@ExtendWith(Seeds.class)
class SctpReliabilityTest {
  private static final Link LINK = Link.perfect(Duration.ofMillis(10));

  private static Link lossy(double loss) {
    return new Link(
        Duration.ofMillis(20), Duration.ofMillis(10), loss, loss / 2, loss / 4, 0, 1 << 20);
  }

  private static SctpSettings settings(boolean interleaving) {
    return SctpPair.settings(1200, 1 << 18, interleaving);
  }

  // ---- partial reliability --------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesSentOnceAreLostAsPacketsAreAndNeverDoubled(boolean interleaving) {
    Seed seed = new Seed(5);
    SctpPair pair =
        new SctpPair(seed, lossy(0.1), settings(interleaving), settings(interleaving))
            .established();
    for (int i = 0; i < 4000; i++) {
      boolean ordered = i % 2 == 0;
      pair.a.send(i % 3, "m" + i, new Delivery(ordered, 0, -1));
      pair.network.drive(Duration.ofMillis(5));
    }
    pair.network.drive(Duration.ofSeconds(10));
    assertThat(pair.b.messages.size()).isBetween(3400, 3800);
    assertThat(new HashSet<>(pair.b.texts())).hasSameSizeAs(pair.b.texts());
    assertThat(pair.a.sctp.counters().retransmitted()).isZero();
    assertOrderedOnesInOrder(pair.b.messages);
    // And the association goes on.
    pair.a.send(0, "last", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(10));
    assertThat(pair.b.texts()).contains("last");
  }

  private static void assertOrderedOnesInOrder(List<SctpPair.Message> messages) {
    int[] last = {-1, -1, -1};
    for (SctpPair.Message message : messages) {
      int number = Integer.parseInt(message.text().substring(1));
      if (number % 2 == 0) {
        assertThat(number).isGreaterThan(last[message.stream()]);
        last[message.stream()] = number;
      }
    }
  }

  @Test
  void oneRetransmissionSavesMostOfThem(Seed seed) {
    SctpPair pair = new SctpPair(seed, lossy(0.1)).established();
    for (int i = 0; i < 2000; i++) {
      pair.a.send(0, "m" + i, Delivery.retransmits(false, 1));
      pair.network.drive(Duration.ofMillis(5));
    }
    pair.network.drive(Duration.ofSeconds(10));
    assertThat(pair.b.messages.size()).isBetween(1940, 1999);
  }

  @Test
  void largeMessagesThatAreGivenUpHalfwayAreNeverHandedOnInPart(Seed seed) {
    for (boolean interleaving : new boolean[] {false, true}) {
      SctpPair pair =
          new SctpPair(seed, lossy(0.05), settings(interleaving), settings(interleaving))
              .established();
      byte[] big = new byte[9000];
      for (int i = 0; i < 300; i++) {
        Arrays.fill(big, (byte) i);
        pair.a.send(i % 2, big, new Delivery(i % 4 < 2, 0, -1));
        pair.network.drive(Duration.ofMillis(40));
      }
      pair.network.drive(Duration.ofSeconds(10));
      assertThat(pair.b.messages.size()).isBetween(120, 280);
      for (SctpPair.Message message : pair.b.messages) {
        Arrays.fill(big, message.bytes()[0]);
        assertThat(message.bytes()).isEqualTo(big);
      }
      assertThat(pair.a.closed).isNull();
    }
  }

  @Test
  void messagesThatOutlivedTheirTimeAreNotSent(Seed seed) {
    // 80 kbit/s: a message of 1000 bytes takes 100 ms.
    Link slow = LINK.withBandwidth(80_000, 5000);
    SctpPair pair = new SctpPair(seed, slow).established();
    for (int i = 0; i < 100; i++) {
      pair.a.send(0, new byte[1000], Delivery.lifetime(true, Duration.ofSeconds(1)));
    }
    pair.network.drive(Duration.ofSeconds(60));
    assertThat(pair.b.messages.size()).isBetween(5, 25);
    assertThat(pair.a.sctp.counters().abandoned()).isGreaterThan(70);
    assertThat(pair.a.sctp.bufferedAmount(0)).isZero();
    pair.a.send(0, "after", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(5));
    assertThat(pair.b.texts()).endsWith("after");
  }

  @Test
  void reliableMessagesPassThoseThatAreGivenUp(Seed seed) {
    SctpPair pair = new SctpPair(seed, lossy(0.2)).established();
    for (int i = 0; i < 500; i++) {
      pair.a.send(0, "r" + i, Delivery.RELIABLE);
      pair.a.send(0, "x" + i, Delivery.retransmits(true, 0));
      pair.network.drive(Duration.ofMillis(10));
    }
    pair.network.drive(Duration.ofMinutes(1));
    List<String> reliable = pair.b.texts().stream().filter(text -> text.startsWith("r")).toList();
    assertThat(reliable).hasSize(500);
    for (int i = 0; i < 500; i++) {
      assertThat(reliable.get(i)).isEqualTo("r" + i);
    }
  }

  @Test
  void aFarEndWithoutForwardTsnGetsEverything() {
    RawPeer peer = new RawPeer().established(new int[] {Chunk.RE_CONFIG});
    peer.sctp.send(0, 51, new byte[1], 0, 1, Delivery.LOSSY, peer.now);
    peer.pass(2000);
    assertThat(peer.all(Chunk.DATA).size()).isGreaterThan(1);
    assertThat(peer.all(Chunk.FORWARD_TSN)).isEmpty();
  }

  // ---- interleaving ---------------------------------------------------------------------------

  @Test
  void aSmallMessageDoesNotWaitForALargeOneOnAnotherStream(Seed seed) {
    Link slow = LINK.withBandwidth(1_000_000, 30_000);
    for (boolean interleaving : new boolean[] {false, true}) {
      SctpPair pair =
          new SctpPair(seed, slow, settings(interleaving), SctpSettings.defaults()).established();
      assertThat(pair.b.sctp.interleaves()).isEqualTo(interleaving);
      pair.a.send(0, new byte[250_000], Delivery.RELIABLE);
      pair.a.send(1, "small", Delivery.RELIABLE);
      pair.network.driveUntil(() -> pair.b.received == 2, Duration.ofSeconds(10));
      int first = pair.b.messages.getFirst().bytes().length;
      assertThat(first).isEqualTo(interleaving ? 5 : 250_000);
    }
  }

  // ---- buffers --------------------------------------------------------------------------------

  @Test
  void aSlowReceiverStopsTheSenderWithoutLoss() {
    // The far end's window of 3000 bytes closes after three messages, and opens late.
    RawPeer peer = new RawPeer().established();
    peer.say(RawPeer.sack(peer.theirTsn - 1, 3000));
    for (int i = 0; i < 10; i++) {
      peer.sctp.send(0, 51, new byte[900], 0, 900, Delivery.RELIABLE, peer.now);
    }
    assertThat(peer.all(Chunk.DATA)).hasSize(3);
    peer.say(RawPeer.sack(peer.theirTsn + 2, 0));
    // Zero: one chunk goes out to see whether it still is, and again, ever more seldom.
    assertThat(peer.all(Chunk.DATA)).hasSize(4);
    for (int i = 0; i < 40; i++) {
      peer.pass(2000);
      peer.say(RawPeer.sack(peer.theirTsn + 2, 0));
    }
    assertThat(peer.closed).isNull();
    assertThat(peer.all(Chunk.DATA).size()).isBetween(18, 40);
    for (int had = 3; had < 9; had++) {
      peer.say(RawPeer.sack(peer.theirTsn + had, 100_000));
    }
    assertThat(peer.all(Chunk.DATA).stream().mapToInt(part -> part.i32(0)).max().orElse(0))
        .isEqualTo((int) peer.theirTsn + 9);
  }

  @Test
  void thresholdsAreToldOnceEachTimeTheyArePassed(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK.withBandwidth(1_000_000, 50_000)).established();
    pair.a.sctp.bufferedAmountLowThreshold(0, 20_000);
    for (int i = 0; i < 10; i++) {
      pair.a.send(0, new byte[10_000], Delivery.RELIABLE);
    }
    int buffered = pair.a.sctp.bufferedAmount(0);
    assertThat(buffered).isBetween(80_000, 90_000);
    pair.network.driveUntil(() -> !pair.a.low.isEmpty(), Duration.ofSeconds(5));
    assertThat(pair.a.sctp.bufferedAmount(0)).isBetween(10_000, 20_000);
    pair.network.drive(Duration.ofSeconds(5));
    assertThat(pair.a.low).containsExactly(0);
    pair.a.send(0, "goes at once", Delivery.RELIABLE);
    assertThat(pair.a.low).containsExactly(0);
  }

  @Test
  void everyStreamThatWasRefusedIsToldThatThereIsRoom(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    while (pair.a.send(0, new byte[50_000], Delivery.RELIABLE) == SendResult.TAKEN) {}
    assertThat(pair.a.send(1, "x".repeat(60_000), Delivery.LOSSY)).isEqualTo(SendResult.FULL);
    assertThat(pair.a.send(2, "x".repeat(60_000), Delivery.RELIABLE)).isEqualTo(SendResult.FULL);
    pair.network.drive(Duration.ofSeconds(5));
    assertThat(pair.a.low).contains(0, 1, 2);
    assertThat(pair.a.send(1, "now", Delivery.LOSSY)).isEqualTo(SendResult.TAKEN);
  }

  // ---- speed, in virtual time -----------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {100, 20_000})
  void fillsALinkWithoutLoss(int size) {
    Link link = new Link(Duration.ofMillis(25), Duration.ofMillis(2), 0, 0, 0, 10_000_000, 100_000);
    long bits = throughput(link, size, Duration.ofSeconds(10));
    assertThat(bits).isBetween(size == 100 ? 7_000_000L : 8_500_000L, 10_000_000L);
  }

  @Test
  void getsAlongWithLoss() {
    Link link = Link.perfect(Duration.ofMillis(25)).withLoss(0.02);
    // What Mathis' formula has for TCP: 1.22 * 1172 * 8 / (0.05 * sqrt(0.02)) = 1.6 Mbit/s.
    assertThat(throughput(link, 20_000, Duration.ofSeconds(20))).isGreaterThan(1_000_000L);
    Link bad = Link.perfect(Duration.ofMillis(25)).withLoss(0.2);
    assertThat(throughput(bad, 20_000, Duration.ofSeconds(60))).isGreaterThan(150_000L);
  }

  private static long throughput(Link link, int size, Duration time) {
    SctpPair pair = new SctpPair(new Seed(3), link).established();
    pair.b.keeps = false;
    byte[] message = new byte[size];
    pair.a.onLow =
        () -> {
          while (pair.a.send(0, message, Delivery.UNORDERED) == SendResult.TAKEN) {}
        };
    pair.a.onLow.run();
    pair.network.drive(time);
    return pair.b.receivedBytes * 8 / time.toSeconds();
  }

  // ---- resets -----------------------------------------------------------------------------------

  @Test
  void aStreamBeginsAnewAfterItsReset(Seed seed) {
    for (int i = 0; i < 50; i++) {
      SctpPair pair = new SctpPair(new Seed(seed.value() + i), lossy(0.2)).established();
      for (int round = 0; round < 4; round++) {
        int expected = round + 1;
        pair.a.send(3, "a" + round, Delivery.RELIABLE);
        pair.a.send(3, "b" + round, Delivery.RELIABLE);
        pair.a.send(4, "other" + round, Delivery.RELIABLE);
        pair.a.sctp.reset(3, pair.now());
        assertThat(pair.a.send(3, "late", Delivery.RELIABLE)).isEqualTo(SendResult.CLOSED);
        pair.network.driveUntil(
            () -> pair.a.outgoingResets.size() == expected, Duration.ofMinutes(1));
        assertThat(pair.b.incomingResets.size()).isGreaterThanOrEqualTo(expected);
      }
      pair.network.drive(Duration.ofSeconds(30));
      assertThat(pair.b.messages.stream().filter(message -> message.stream() == 3))
          .extracting(SctpPair.Message::text)
          .containsExactly("a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3");
      assertThat(pair.b.messages.stream().filter(message -> message.stream() == 4)).hasSize(4);
    }
  }

  @Test
  void aResetThatComesBeforeTheDataWaitsForIt() {
    RawPeer peer = new RawPeer().established();
    byte[] request =
        new ByteWriter()
            .u16(13)
            .u16(18)
            .i32(RawPeer.FIRST_TSN)
            .i32(0)
            .i32(RawPeer.FIRST_TSN)
            .u16(2)
            .toArray();
    int whole = Chunk.BEGIN | Chunk.END;
    byte[] reset = RawPeer.chunk(Chunk.RE_CONFIG, 0, request);
    byte[] before =
        RawPeer.data(RawPeer.FIRST_TSN, 2, 0, whole, "old".getBytes(StandardCharsets.UTF_8));
    byte[] after =
        RawPeer.data(RawPeer.FIRST_TSN + 1, 2, 0, whole, "new".getBytes(StandardCharsets.UTF_8));
    peer.say(reset);
    assertThat(peer.last(Chunk.RE_CONFIG).i32(8)).isEqualTo(6); // in progress
    peer.say(after);
    assertThat(peer.last(Chunk.SACK).u16(8)).isZero();
    peer.say(before);
    assertThat(peer.incomingResets).isEmpty();
    peer.say(reset); // the same number again
    assertThat(peer.last(Chunk.RE_CONFIG).i32(8)).isOne();
    peer.say(reset);
    assertThat(peer.last(Chunk.RE_CONFIG).i32(8)).isOne();
    peer.say(after);
    assertThat(peer.texts()).containsExactly("old", "new");
    assertThat(peer.incomingResets).containsExactly(2);
  }

  @Test
  void aResetInProgressIsAskedForAgainUnderANewNumber() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.send(2, 51, new byte[1], 0, 1, Delivery.RELIABLE, peer.now);
    peer.sctp.reset(2, peer.now);
    peer.say(RawPeer.sack(peer.theirTsn, 1 << 20));
    int number = peer.only(Chunk.RE_CONFIG).i32(4);
    peer.say(RawPeer.chunk(Chunk.RE_CONFIG, 0, answer(number, 6)));
    peer.pass(600);
    assertThat(peer.last(Chunk.RE_CONFIG).i32(4)).isEqualTo(number + 1);
    assertThat(peer.outgoingResets).isEmpty();
    peer.say(RawPeer.chunk(Chunk.RE_CONFIG, 0, answer(number + 1, 1)));
    assertThat(peer.outgoingResets).containsExactly(2);
    peer.pass(5000);
    assertThat(peer.all(Chunk.RE_CONFIG)).hasSize(2);
  }

  private static byte[] answer(int number, int result) {
    return new ByteWriter().u16(16).u16(12).i32(number).i32(result).toArray();
  }

  // ---- numbers that wrap ------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tsnsWrapInTheMiddleOfEverything(boolean interleaving) {
    SctpPair pair =
        new SctpPair(new Seed(8), lossy(0.1), settings(interleaving), settings(interleaving));
    for (SctpPair.End end : List.of(pair.a, pair.b)) {
      // The sixth number is the first TSN: after the cookies' key and the tag.
      int[] asked = {0};
      LongSupplier random = () -> ++asked[0] == 6 ? 0xFFFF_FFFFL - 40 : pair.random.nextLong();
      end.sctp = new SctpAssociation(settings(interleaving), random, end);
    }
    pair.a.record = true;
    pair.established();
    for (int i = 0; i < 200; i++) {
      pair.a.send(0, "a" + i, Delivery.RELIABLE);
      pair.a.send(1, "l" + i, Delivery.LOSSY);
      pair.b.send(0, new byte[5000], Delivery.UNORDERED);
      pair.network.drive(Duration.ofMillis(10));
    }
    pair.network.driveUntil(
        () ->
            pair.a.received == 200
                && pair.b.messages.stream().filter(message -> message.stream() == 0).count() == 200,
        Duration.ofMinutes(2));
    assertThat(
            pair.a.sent.stream()
                .flatMap(packet -> RawPeer.parts(packet).stream())
                .filter(part -> part.type() == (interleaving ? Chunk.I_DATA : Chunk.DATA))
                .map(part -> part.i32(0)))
        .contains(-1, 0, 1);
  }

  @Test
  void streamSequenceNumbersWrap(Seed seed) {
    Link link = new Link(Duration.ofMillis(1), Duration.ZERO, 0.001, 0.001, 0, 0, 1 << 20);
    SctpPair pair = new SctpPair(seed, link, settings(false), settings(false)).established();
    int count = 70_000;
    int[] made = {0};
    Runnable fill =
        () -> {
          byte[] number = new byte[4];
          while (made[0] < count) {
            Chunk.put32(number, 0, made[0]);
            if (pair.a.send(0, number, Delivery.RELIABLE) != SendResult.TAKEN) {
              return;
            }
            made[0]++;
          }
        };
    pair.a.onLow = fill;
    fill.run();
    pair.network.driveUntil(() -> pair.b.received == count, Duration.ofMinutes(5));
    for (int i = 0; i < count; i++) {
      assertThat(Chunk.i32(pair.b.messages.get(i).bytes(), 0)).isEqualTo(i);
    }
  }

  @Test
  void messageNumbersWrap() {
    RawPeer peer = new RawPeer().interleaving();
    int whole = Chunk.BEGIN | Chunk.END;
    // Skips to the last number but one, as a far end may that gave up so many.
    int tsn = RawPeer.FIRST_TSN;
    int[] steps = {0x7FFF_FFFE, 0xFFFF_FFFD};
    for (int step : steps) {
      peer.say(
          RawPeer.chunk(
              Chunk.I_FORWARD_TSN,
              0,
              new ByteWriter().i32(tsn++).u16(1).u16(0).i32(step).toArray()));
    }
    peer.say(RawPeer.iData(tsn + 1, 1, -1, 51, whole, new byte[] {'b'}));
    peer.say(RawPeer.iData(tsn + 2, 1, 0, 51, whole, new byte[] {'c'}));
    peer.say(RawPeer.iData(tsn, 1, -2, 51, whole, new byte[] {'a'}));
    assertThat(peer.texts()).containsExactly("a", "b", "c");
  }
}
