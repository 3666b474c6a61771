package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Fuzz;
import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.wire.ByteReader;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Associations among packets that were changed on their way, or made up. They never throw, keep no
/// more than they may, and answer no more than they were sent.
class SctpFuzzTest {
  @Test
  void survivesAnyPacketWithTheRightTagAndChecksum() {
    List<List<byte[]>> corpora = List.of(recorded(false), recorded(true));
    LongAdder heard = new LongAdder();
    Fuzz.each(
        200,
        seed -> {
          RandomGenerator random = seed.random();
          boolean interleaving = random.nextBoolean();
          RawPeer peer = interleaving ? new RawPeer().interleaving() : new RawPeer().established();
          List<byte[]> corpus = corpora.get(interleaving ? 1 : 0);
          long in = 0;
          for (int i = 0; i < 150 && peer.closed == null; i++) {
            in += say(peer, corpus.get(random.nextInt(corpus.size())), random);
            if (random.nextInt(4) == 0) {
              peer.sctp.send(
                  random.nextInt(4),
                  51,
                  new byte[2000],
                  0,
                  random.nextInt(1, 2000),
                  Delivery.LOSSY,
                  peer.now);
            }
            peer.pass(random.nextInt(20));
            check(peer);
          }
          heard.add(peer.messages.size());
          assertThat(peer.packets.stream().mapToLong(packet -> packet.length).sum())
              .isLessThan(10 * in + 2_000_000);
          peer.sctp.abort("", peer.now);
          assertThat(peer.sctp.deadline()).isEqualTo(Long.MAX_VALUE);
        });
    assertThat(heard.sum()).isPositive();
  }

  /** Changes the packet, and makes it look like the next one of this peer. */
  private static int say(RawPeer peer, byte[] recorded, RandomGenerator random) {
    byte[] packet = random.nextInt(8) == 0 ? recorded.clone() : Fuzz.mutate(recorded, random);
    if (packet.length < 16) {
      packet = Arrays.copyOf(packet, 16);
    }
    Chunk.put16(packet, 0, 5000);
    Chunk.put16(packet, 2, 5000);
    Chunk.put32(packet, 4, random.nextInt(10) == 0 ? random.nextInt(2) : peer.theirTag);
    // The first chunk's TSN, or what stands there, near to what is expected.
    int type = Chunk.u8(packet, 12);
    boolean forTheirs = type == Chunk.SACK || type == Chunk.SHUTDOWN;
    if (packet.length >= 20 && random.nextInt(8) > 0 && type != Chunk.RE_CONFIG) {
      int near = forTheirs ? (int) peer.theirTsn - 1 : RawPeer.FIRST_TSN;
      Chunk.put32(packet, 16, near + random.nextInt(forTheirs ? 3 : 60));
    }
    SctpPair.seal(packet);
    byte[] roomy = new byte[packet.length + 5];
    int offset = random.nextInt(5);
    System.arraycopy(packet, 0, roomy, offset, packet.length);
    peer.sctp.receive(roomy, offset, packet.length, peer.now);
    return packet.length;
  }

  private static void check(RawPeer peer) {
    SctpAssociation.Counters counters = peer.sctp.counters();
    assertThat(counters.bytesHeld()).isBetween(0L, (1L << 20) + (1 << 18) + 2000);
    assertThat(counters.bytesWaiting()).isBetween(0L, (1L << 20) + 3000);
    for (byte[] packet : peer.packets) {
      assertThat(packet.length).isLessThanOrEqualTo(1200);
    }
    if (peer.packets.size() > 200) {
      peer.packets.subList(0, 150).clear();
    }
  }

  /** What a lively association sends, from the first word to the last. */
  static List<byte[]> recorded(boolean interleaving) {
    Link link = new Link(Duration.ofMillis(10), Duration.ofMillis(5), 0.1, 0.1, 0.05, 0, 1 << 20);
    SctpSettings settings = SctpPair.settings(600, 1 << 18, interleaving);
    SctpPair pair = new SctpPair(new Seed(1), link, settings, settings);
    pair.a.record = true;
    pair.b.record = true;
    pair.established();
    for (int i = 0; i < 30; i++) {
      pair.a.send(i % 4, new byte[50 * i + 1], Delivery.RELIABLE);
      pair.b.send(i % 3, new byte[30 * i + 1], Delivery.retransmits(i % 2 == 0, 0));
      pair.network.drive(Duration.ofMillis(20));
    }
    pair.a.sctp.reset(1, pair.now());
    pair.network.drive(Duration.ofMinutes(2)); // heartbeats
    pair.b.sctp.close(pair.now());
    pair.network.drive(Duration.ofSeconds(20));
    List<byte[]> all = new ArrayList<>(pair.a.sent);
    all.addAll(pair.b.sent);
    return all;
  }

  // ---- live pairs -----------------------------------------------------------------------------

  @Test
  void damageThatTheChecksumFindsIsNoMoreThanLoss() {
    Fuzz.each(
        30,
        seed -> {
          SctpPair pair = pair(seed);
          pair.a.damage = 0.05;
          pair.b.damage = 0.05;
          pair.established();
          List<String> said = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            String text = ("m" + i + " ").repeat(pair.random.nextInt(1, 500));
            said.add(text);
            pair.a.send(0, text, Delivery.RELIABLE);
            pair.b.send(0, text, Delivery.RELIABLE);
            pair.network.drive(Duration.ofMillis(pair.random.nextInt(30)));
          }
          pair.network.driveUntil(
              () -> pair.a.received == 60 && pair.b.received == 60, Duration.ofMinutes(5));
          assertThat(pair.a.texts()).isEqualTo(said);
          assertThat(pair.b.texts()).isEqualTo(said);
        });
  }

  @Test
  void damageThatNothingFindsEndsTheAssociationAtTheWorst() {
    LongAdder ended = new LongAdder();
    LongAdder received = new LongAdder();
    Fuzz.each(
        150,
        seed -> {
          SctpPair pair = pair(seed);
          pair.established();
          pair.a.damage = 0.03;
          pair.b.damage = 0.03;
          pair.a.sealed = true;
          pair.b.sealed = true;
          for (int i = 0; i < 100; i++) {
            for (SctpPair.End end : List.of(pair.a, pair.b)) {
              Delivery delivery =
                  new Delivery(pair.random.nextBoolean(), pair.random.nextInt(-1, 2), -1);
              end.send(pair.random.nextInt(4), new byte[pair.random.nextInt(1, 5000)], delivery);
              if (pair.random.nextInt(20) == 0) {
                end.sctp.reset(pair.random.nextInt(4), pair.now());
              }
              SctpAssociation.Counters counters = end.sctp.counters();
              assertThat(counters.bytesHeld()).isBetween(0L, (1L << 20) + (1 << 18) + 2000);
              assertThat(counters.bytesWaiting()).isBetween(0L, (1L << 20) + 6000);
            }
            pair.network.drive(Duration.ofMillis(pair.random.nextInt(40)));
          }
          pair.a.sctp.close(pair.now());
          pair.network.drive(Duration.ofMinutes(2));
          // Two who do not understand each other any more find that out, or finish.
          for (SctpPair.End end : List.of(pair.a, pair.b)) {
            if (end.closed != null) {
              ended.increment();
              assertThat(end.deadline()).isEqualTo(Long.MAX_VALUE);
            }
            received.add(end.received);
          }
          assertThat(pair.network.delivered()).isLessThan(100_000);
        });
    assertThat(ended.sum()).isPositive();
    assertThat(received.sum()).isGreaterThan(1000);
  }

  private static SctpPair pair(Seed seed) {
    Link link = new Link(Duration.ofMillis(10), Duration.ofMillis(5), 0.02, 0.05, 0.02, 0, 1 << 20);
    boolean interleaving = seed.value() % 2 == 0;
    SctpSettings settings = SctpPair.settings(1200, 1 << 18, interleaving);
    return new SctpPair(seed, link, settings, SctpSettings.defaults());
  }

  // ---- DCEP -----------------------------------------------------------------------------------

  @Test
  void readsAnyDcepMessageOrSaysThatItIsNone() {
    List<byte[]> corpus =
        List.of(
            bytes(new DcepMessage.Ack()),
            bytes(new DcepMessage.Open("chat", "", Delivery.RELIABLE)),
            bytes(new DcepMessage.Open("", "proto", Delivery.LOSSY)),
            bytes(new DcepMessage.Open("한글", "x", Delivery.lifetime(true, Duration.ofDays(9)))));
    Fuzz.each(
        300,
        seed -> {
          RandomGenerator random = seed.random();
          for (int i = 0; i < 100; i++) {
            byte[] bytes = Fuzz.mutate(corpus.get(random.nextInt(corpus.size())), random);
            DcepMessage message;
            try {
              message = DcepMessage.read(new ByteReader(bytes));
            } catch (ProtocolException _) {
              continue;
            }
            assertThat(DcepMessage.read(new ByteReader(bytes(message)))).isEqualTo(message);
          }
        });
  }

  private static byte[] bytes(DcepMessage message) {
    ByteWriter writer = new ByteWriter();
    message.write(writer);
    return writer.toArray();
  }
}
