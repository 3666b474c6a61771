package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How associations begin, begin anew and end. */
@ExtendWith(Seeds.class)
class SctpHandshakeTest {
  private static final Link LINK = Link.perfect(Duration.ofMillis(10));
  private static final Link BAD =
      new Link(Duration.ofMillis(20), Duration.ofMillis(15), 0.25, 0.2, 0.1, 0, 1 << 20);

  @Test
  void fourPacketsMakeAnAssociation(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK);
    pair.a.record = true;
    pair.b.record = true;
    pair.a.sctp.connect(pair.now());
    pair.network.drive(Duration.ofMillis(45));
    assertThat(pair.a.established).isOne();
    assertThat(pair.b.established).isOne();
    assertThat(pair.a.sent).hasSize(2);
    assertThat(pair.b.sent).hasSize(2);
    assertThat(pair.a.sctp.interleaves()).isTrue();
    pair.network.drive(Duration.ofSeconds(20));
    assertThat(pair.a.sent).hasSize(2);
  }

  @Test
  void bothMayBeginAtOnce(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK);
    pair.a.sctp.connect(pair.now());
    pair.b.sctp.connect(pair.now());
    pair.network.drive(Duration.ofSeconds(1));
    assertThat(pair.a.established).isOne();
    assertThat(pair.b.established).isOne();
    talk(pair);
  }

  @Test
  void theyFindEachOtherWhateverIsLostAndWhoeverBegins(Seed seed) {
    for (int i = 0; i < 300; i++) {
      SctpPair pair = new SctpPair(new Seed(seed.value() + i), BAD);
      pair.a.send(1, "early", Delivery.RELIABLE);
      pair.a.sctp.connect(pair.now());
      if (i % 3 > 0) {
        pair.network.drive(Duration.ofMillis(pair.random.nextInt(200)));
        pair.b.sctp.connect(pair.now());
      }
      pair.network.driveUntil(
          () -> pair.a.isUp() && pair.b.isUp() && pair.b.received == 1, Duration.ofMinutes(2));
      pair.a.send(0, "hello", Delivery.RELIABLE);
      pair.b.send(0, "hi", Delivery.RELIABLE);
      pair.network.driveUntil(
          () -> pair.a.received == 1 && pair.b.received == 2, Duration.ofMinutes(2));
      assertThat(pair.a.established).isOne();
      assertThat(pair.b.established).isOne();
    }
  }

  @Test
  void messagesBeforeTheBeginningWaitForIt(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK);
    assertThat(pair.a.send(3, "early", Delivery.RELIABLE)).isEqualTo(SendResult.TAKEN);
    assertThat(pair.a.sctp.bufferedAmount(3)).isEqualTo(5);
    pair.established();
    pair.network.drive(Duration.ofSeconds(1));
    assertThat(pair.b.texts()).containsExactly("early");
    assertThat(pair.a.sctp.bufferedAmount(3)).isZero();
  }

  @Test
  void aFarEndThatNeverAnswersIsGivenUp(Seed seed) {
    SctpPair pair = new SctpPair(seed, Link.cut());
    pair.a.sctp.connect(pair.now());
    pair.network.driveUntil(() -> pair.a.closed != null, Duration.ofMinutes(1));
    assertThat(pair.a.closed).isEqualTo(SctpClosed.TIMEOUT);
    assertThat(pair.network.elapsed()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(50));
    assertThat(pair.a.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aFarEndThatFallsSilentIsGivenUp(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    pair.network.link(Link.cut());
    pair.a.send(0, "anybody?", Delivery.RELIABLE);
    pair.network.driveUntil(() -> pair.a.closed != null, Duration.ofMinutes(1));
    assertThat(pair.a.closed).isEqualTo(SctpClosed.TIMEOUT);
    // One that has nothing to say finds out by asking.
    pair.network.driveUntil(() -> pair.b.closed != null, Duration.ofMinutes(10));
    assertThat(pair.b.closed).isEqualTo(SctpClosed.TIMEOUT);
  }

  @Test
  void aCutOfTenSecondsIsSurvivedAndWhatWasSaidArrivesSoonAfter(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    pair.network.link(Link.cut());
    pair.a.send(0, "during", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(10));
    pair.network.link(LINK);
    pair.network.driveUntil(() -> pair.b.received == 1, Duration.ofSeconds(6));
    assertThat(pair.a.closed).isNull();
  }

  @Test
  void anIdleFarEndIsAskedWhetherItLives(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    pair.a.record = true;
    pair.network.drive(Duration.ofMinutes(10));
    long asked =
        pair.a.sent.stream()
            .flatMap(packet -> RawPeer.parts(packet).stream())
            .filter(part -> part.type() == Chunk.HEARTBEAT)
            .count();
    assertThat(asked).isBetween(8L, 20L);
    assertThat(pair.a.closed).isNull();
    assertThat(pair.b.closed).isNull();
    talk(pair);
  }

  @Test
  void aFarEndThatLostItsAssociationMayBeginAnother(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    pair.a.send(0, "one", Delivery.RELIABLE);
    pair.b.send(0, "two", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(1));
    pair.b.restart(SctpSettings.defaults());
    pair.b.send(0, "three", Delivery.RELIABLE);
    pair.b.sctp.connect(pair.now());
    pair.network.drive(Duration.ofSeconds(5));
    assertThat(pair.a.anew).isOne();
    assertThat(pair.a.closed).isNull();
    assertThat(pair.a.texts()).containsExactly("two", "three");
    pair.a.send(0, "four", Delivery.RELIABLE);
    pair.network.drive(Duration.ofSeconds(1));
    assertThat(pair.b.texts()).containsExactly("one", "four");
  }

  @Test
  void anOldInitOfAnAssociationThatStandsDoesNoHarm(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK);
    pair.a.record = true;
    pair.established();
    byte[] init = pair.a.sent.getFirst();
    byte[] echo = pair.a.sent.get(1);
    pair.a.send(0, "before", Delivery.RELIABLE);
    for (int i = 0; i < 5; i++) {
      pair.b.sctp.receive(init, 0, init.length, pair.now());
      pair.b.sctp.receive(echo, 0, echo.length, pair.now());
      pair.network.drive(Duration.ofSeconds(1));
    }
    talk(pair);
    assertThat(pair.b.anew).isZero();
  }

  // ---- ending ---------------------------------------------------------------------------------

  @Test
  void closingDeliversWhatWasSentAndEndsOnBothSides(Seed seed) {
    for (int i = 0; i < 100; i++) {
      SctpPair pair = new SctpPair(new Seed(seed.value() + i), BAD).established();
      byte[] big = new byte[20_000];
      pair.a.send(0, big, Delivery.RELIABLE);
      pair.b.send(0, big, Delivery.RELIABLE);
      pair.a.sctp.close(pair.now());
      if (i % 2 == 0) {
        pair.b.sctp.close(pair.now());
      }
      assertThat(pair.a.send(0, "late", Delivery.RELIABLE)).isEqualTo(SendResult.CLOSED);
      // The last word may be lost, and the one who waits for it gives up at last.
      pair.network.driveUntil(
          () -> pair.a.closed != null && pair.b.closed != null, Duration.ofMinutes(5));
      assertThat(pair.b.received).isOne();
      assertThat(pair.a.received).isOne();
      assertThat(pair.a.closed).isEqualTo(SctpClosed.SHUTDOWN);
      assertThat(pair.b.closed).isEqualTo(SctpClosed.SHUTDOWN);
      pair.network.drive(Duration.ofMinutes(1));
      assertThat(pair.a.deadline()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void abortingEndsAtOnceAndTells(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    pair.a.sctp.abort("no more", pair.now());
    assertThat(pair.a.closed).isEqualTo(SctpClosed.ABORTED);
    assertThat(pair.a.detail).isEqualTo("no more");
    pair.network.drive(Duration.ofMillis(20));
    assertThat(pair.b.closed).isEqualTo(SctpClosed.ABORTED_BY_PEER);
    assertThat(pair.b.detail).isEqualTo("error cause 12");
  }

  @Test
  void closingBeforeTheBeginningEndsAtOnce(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK);
    pair.a.sctp.connect(pair.now());
    pair.a.sctp.close(pair.now());
    assertThat(pair.a.closed).isEqualTo(SctpClosed.ABORTED);
    pair.network.drive(Duration.ofSeconds(10));
    assertThat(pair.b.established).isZero();
  }

  @Test
  void theOutputMayEndTheAssociationInTheMiddleOfAnything(Seed seed) {
    SctpPair pair = new SctpPair(seed, LINK).established();
    for (int i = 0; i < 50; i++) {
      pair.a.send(0, "m" + i, Delivery.RELIABLE);
      pair.a.send(1, new byte[5000], Delivery.UNORDERED);
    }
    pair.b.onMessage =
        () -> {
          if (pair.b.received == 7) {
            pair.b.sctp.abort("seven is enough", pair.now());
          }
        };
    pair.network.drive(Duration.ofSeconds(2));
    assertThat(pair.b.received).isEqualTo(7);
    assertThat(pair.b.closed).isEqualTo(SctpClosed.ABORTED);
    assertThat(pair.a.closed).isEqualTo(SctpClosed.ABORTED_BY_PEER);
  }

  private static void talk(SctpPair pair) {
    long toA = pair.a.received;
    long toB = pair.b.received;
    pair.a.send(5, "a", Delivery.RELIABLE);
    pair.b.send(5, "b", Delivery.RELIABLE);
    pair.network.driveUntil(
        () -> pair.a.received == toA + 1 && pair.b.received >= toB + 1, Duration.ofSeconds(30));
  }
}
