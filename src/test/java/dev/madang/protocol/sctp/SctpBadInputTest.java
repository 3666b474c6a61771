package dev.madang.protocol.sctp;

import static dev.madang.protocol.sctp.RawPeer.FIRST_TSN;
import static dev.madang.protocol.sctp.RawPeer.chunk;
import static dev.madang.protocol.sctp.RawPeer.data;
import static dev.madang.protocol.sctp.RawPeer.forward;
import static dev.madang.protocol.sctp.RawPeer.iData;
import static dev.madang.protocol.sctp.RawPeer.packet;
import static dev.madang.protocol.sctp.RawPeer.sack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a far end may send that is wrong, or right and too much of it. */
class SctpBadInputTest {
  private static final int WHOLE = Chunk.BEGIN | Chunk.END;

  private static byte[] text(String text) {
    return new ByteWriter().utf8(text).toArray();
  }

  private static byte[] message(int number, String text) {
    return data(FIRST_TSN + number, 0, number, WHOLE, text(text));
  }

  // ---- packets and chunks ---------------------------------------------------------------------

  @Test
  void packetsWithAWrongChecksumPortOrTagAreDropped() {
    RawPeer peer = new RawPeer().established();
    byte[] wrongChecksum = packet(peer.theirTag, message(0, "a"));
    wrongChecksum[9] ^= 1;
    peer.sayRaw(wrongChecksum);
    byte[] wrongPort = packet(peer.theirTag, message(0, "a"));
    wrongPort[1] ^= 1;
    peer.sayRaw(SctpPair.seal(wrongPort));
    peer.sayRaw(packet(peer.theirTag + 1, message(0, "a")));
    peer.sayRaw(packet(0, message(0, "a")));
    peer.sayRaw(new byte[0]);
    peer.sayRaw(packet(peer.theirTag));
    assertThat(peer.packets).isEmpty();
    assertThat(peer.messages).isEmpty();
    assertThat(peer.sctp.counters().dropped()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100, 0xFFFF})
  void aChunkLengthThatLiesEndsThePacketAndNothingElse(int length) {
    RawPeer peer = new RawPeer().established();
    byte[] lie = message(1, "lie");
    Chunk.put16(lie, 2, length);
    peer.say(message(0, "before"), lie, message(2, "after"));
    assertThat(peer.texts()).containsExactly("before");
    assertThat(peer.closed).isNull();
    peer.say(message(1, "again"));
    assertThat(peer.texts()).containsExactly("before", "again");
  }

  @Test
  void oddLengthsArePaddedAndTheLastPaddingMayBeMissing() {
    RawPeer peer = new RawPeer().established();
    byte[] last = message(1, "xy");
    peer.say(message(0, "x"), Arrays.copyOf(last, last.length - 2));
    assertThat(peer.texts()).containsExactly("x", "xy");
  }

  @Test
  void unknownChunksAreSkippedOrStopAndAreToldOfAsTheirHighBitsSay() {
    for (int type : new int[] {0x3E, 0x7E, 0xBE, 0xFE}) {
      RawPeer peer = new RawPeer().established();
      peer.say(message(0, "before"), chunk(type, 0, new byte[5]), message(1, "after"));
      boolean skipped = (type & 0x80) != 0;
      assertThat(peer.texts().size()).as("%x", type).isEqualTo(skipped ? 2 : 1);
      boolean told = (type & 0x40) != 0;
      assertThat(peer.all(Chunk.ERROR).size()).isEqualTo(told ? 1 : 0);
      if (told) {
        RawPeer.Part error = peer.only(Chunk.ERROR);
        assertThat(error.u16(0)).isEqualTo(Chunk.UNRECOGNIZED_CHUNK);
        assertThat(error.u16(2)).isEqualTo(4 + 9);
        assertThat(error.value()[4] & 0xFF).isEqualTo(type);
      }
    }
  }

  @Test
  void aPacketFullOfUnknownChunksIsAnsweredOnce() {
    RawPeer peer = new RawPeer().established();
    List<byte[]> chunks = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      chunks.add(chunk(0xC5, 0, new byte[0]));
    }
    peer.say(chunks.toArray(byte[][]::new));
    assertThat(peer.packets).hasSize(1);
    assertThat(peer.packets.getFirst().length).isLessThan(100);
  }

  // ---- beginning ------------------------------------------------------------------------------

  @Test
  void anInitWithAllStreamsIsAnsweredAndLeavesNothingBehind() {
    RawPeer peer = new RawPeer();
    for (int i = 0; i < 1000; i++) {
      peer.sayRaw(packet(0, RawPeer.init(Chunk.FORWARD_TSN)));
    }
    assertThat(peer.packets).hasSize(1000);
    assertThat(peer.established).isZero();
    assertThat(peer.sctp.deadline()).isEqualTo(Long.MAX_VALUE);
    RawPeer.Part answer = RawPeer.parts(peer.packets.getFirst()).getFirst();
    assertThat(answer.u16(8)).isEqualTo(65535);
    assertThat(answer.u16(10)).isEqualTo(65535);
  }

  @Test
  void anInitThatCannotBeIsDropped() {
    RawPeer peer = new RawPeer();
    byte[] good = RawPeer.init(Chunk.FORWARD_TSN);
    byte[] noTag = good.clone();
    Chunk.put32(noTag, 4, 0);
    byte[] noWindow = good.clone();
    Chunk.put32(noWindow, 8, 1499);
    byte[] noOutgoing = good.clone();
    Chunk.put16(noOutgoing, 12, 0);
    byte[] noIncoming = good.clone();
    Chunk.put16(noIncoming, 14, 0);
    byte[] parameterLies = good.clone();
    Chunk.put16(parameterLies, 22, 9);
    for (byte[] init : List.of(noTag, noWindow, noOutgoing, noIncoming, parameterLies)) {
      peer.sayRaw(packet(0, init));
    }
    peer.sayRaw(packet(7, good));
    peer.sayRaw(packet(0, good, chunk(Chunk.COOKIE_ACK, 0, new byte[0])));
    peer.sayRaw(packet(0, chunk(Chunk.INIT, 0, new byte[8])));
    assertThat(peer.packets).isEmpty();
  }

  @Test
  void unknownParametersAreReportedSkippedOrStopAsTheirHighBitsSay() {
    ByteWriter value = new ByteWriter();
    value.i32(RawPeer.TAG).i32(1 << 20).u16(10).u16(10).i32(1);
    value.u16(0x8123).u16(5).u8(1).pad(4); // skipped
    value.u16(0xC123).u16(6).u16(0xABCD).pad(4); // skipped and reported
    value.u16(0x8008).u16(5).u8(Chunk.FORWARD_TSN).pad(4);
    value.u16(0x4123).u16(4); // reported; nothing after it is read
    value.u16(0xC124).u16(4);
    RawPeer peer = new RawPeer();
    peer.sayRaw(packet(0, chunk(Chunk.INIT, 0, value.toArray())));
    byte[] answer = peer.only(Chunk.INIT_ACK).value();
    String hex = HexFormat.of().formatHex(answer);
    assertThat(hex).contains("0008000c" + "c1230006abcd0000").contains("00080008" + "41230004");
    assertThat(hex).doesNotContain("8123").doesNotContain("c124");
  }

  @Test
  void aForgedCookieMakesNoAssociation() {
    RawPeer peer = new RawPeer();
    peer.sayRaw(packet(0, RawPeer.init(Chunk.FORWARD_TSN)));
    RawPeer.Part answer = peer.only(Chunk.INIT_ACK);
    byte[] cookie = RawPeer.cookie(answer);
    peer.packets.clear();
    for (int i = 0; i < cookie.length; i++) {
      byte[] forged = cookie.clone();
      forged[i] ^= 0x10;
      peer.sayRaw(packet(answer.i32(0), chunk(Chunk.COOKIE_ECHO, 0, forged)));
    }
    peer.sayRaw(packet(answer.i32(0), chunk(Chunk.COOKIE_ECHO, 0, new byte[cookie.length])));
    peer.sayRaw(packet(answer.i32(0), chunk(Chunk.COOKIE_ECHO, 0, new byte[0])));
    peer.sayRaw(packet(answer.i32(0) + 1, chunk(Chunk.COOKIE_ECHO, 0, cookie)));
    assertThat(peer.packets).isEmpty();
    assertThat(peer.established).isZero();
    peer.sayRaw(packet(answer.i32(0), chunk(Chunk.COOKIE_ECHO, 0, cookie)));
    assertThat(peer.established).isOne();
  }

  @Test
  void aCookieOfAMinuteAgoIsStale() {
    RawPeer peer = new RawPeer();
    peer.sayRaw(packet(0, RawPeer.init(Chunk.FORWARD_TSN)));
    RawPeer.Part answer = peer.only(Chunk.INIT_ACK);
    peer.now += 61_000_000_000L;
    peer.sayRaw(packet(answer.i32(0), chunk(Chunk.COOKIE_ECHO, 0, RawPeer.cookie(answer))));
    assertThat(peer.established).isZero();
    assertThat(peer.only(Chunk.ERROR).u16(0)).isEqualTo(Chunk.STALE_COOKIE);
  }

  @Test
  void nothingButInitAndCookieIsHeardBeforeTheAssociationStands() {
    RawPeer peer = new RawPeer();
    for (int type = 0; type < 256; type++) {
      if (type != Chunk.INIT && type != Chunk.COOKIE_ECHO && type != Chunk.SHUTDOWN_ACK) {
        peer.sayRaw(packet(0, chunk(type, 0, new byte[16])));
        peer.sayRaw(packet(0x77, chunk(type, 1, new byte[16])));
      }
    }
    assertThat(peer.packets).isEmpty();
    assertThat(peer.closed).isNull();
  }

  // ---- floods ---------------------------------------------------------------------------------

  @Test
  void aFloodOfHeartbeatsIsAnsweredTenTimesASecond() {
    RawPeer peer = new RawPeer().established();
    for (int i = 0; i < 1000; i++) {
      peer.say(chunk(Chunk.HEARTBEAT, 0, new byte[20]), chunk(Chunk.HEARTBEAT, 0, new byte[20]));
      peer.now += 1_000_000;
    }
    assertThat(peer.all(Chunk.HEARTBEAT_ACK).size()).isBetween(10, 20);
    peer.packets.clear();
    peer.now += 2_000_000_000L;
    byte[] info = text("echo this");
    peer.say(chunk(Chunk.HEARTBEAT, 0, info));
    assertThat(peer.only(Chunk.HEARTBEAT_ACK).value()).isEqualTo(info);
  }

  @Test
  void aForwardTsnFarAheadEndsTheAssociation() {
    RawPeer peer = new RawPeer().established();
    peer.say(forward(FIRST_TSN + 65534));
    assertThat(peer.closed).isNull();
    peer.say(forward(FIRST_TSN + 65534 + 65536));
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
    assertThat(peer.last(Chunk.ABORT).u16(0)).isEqualTo(Chunk.PROTOCOL_VIOLATION);
  }

  @Test
  void aSackBeyondAllThatWasSentEndsTheAssociation() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.send(0, 51, new byte[10], 0, 10, Delivery.RELIABLE, peer.now);
    peer.say(sack(peer.theirTsn, 1 << 20));
    assertThat(peer.closed).isNull();
    peer.say(sack(peer.theirTsn + 1, 1 << 20));
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
  }

  @Test
  void gapBlocksThatLieAreHarmless() {
    RawPeer peer = new RawPeer().established();
    for (int i = 0; i < 5; i++) {
      peer.sctp.send(0, 51, new byte[1000], 0, 1000, Delivery.RELIABLE, peer.now);
    }
    long before = peer.theirTsn - 1;
    peer.say(sack(before, 1 << 20, 5, 2));
    peer.say(sack(before, 1 << 20, 2, 65535));
    peer.say(sack(before, 1 << 20, 60000, 65535));
    peer.say(sack(before, 1 << 20, 0, 0, 0, 3));
    peer.say(sack(before - 1000, 1 << 20, 1, 65535));
    assertThat(peer.closed).isNull();
    byte[] short1 = sack(before, 1 << 20);
    Chunk.put16(short1, 12, 500);
    peer.say(short1);
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
  }

  @Test
  void oneSackInAPacketIsEnough() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.send(0, 51, new byte[10], 0, 10, Delivery.RELIABLE, peer.now);
    long before = peer.theirTsn - 1;
    peer.say(sack(before, 1 << 20), sack(before + 99, 1 << 20));
    assertThat(peer.closed).isNull();
  }

  // ---- memory ---------------------------------------------------------------------------------

  @Test
  void gapsHoldNoMoreThanTheWindow() {
    RawPeer peer = new RawPeer().established();
    // The first TSN never comes.
    for (int i = 1; i < 4000; i++) {
      peer.say(data(FIRST_TSN + i, 0, i, WHOLE, new byte[1100]));
    }
    RawPeer.Part last = peer.last(Chunk.SACK);
    assertThat(last.i32(0)).isEqualTo(FIRST_TSN - 1);
    assertThat(last.i32(4)).isBetween(0, 1200);
    assertThat(last.u16(8)).isOne();
    int held = last.u16(14) - last.u16(12) + 1;
    assertThat(held).isEqualTo((1 << 20) / (1100 + Run.OVERHEAD));
    assertThat(peer.closed).isNull();
    // It comes at last: what was kept is handed on.
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[1]));
    assertThat(peer.messages).hasSize(held + 1);
    assertThat(peer.last(Chunk.SACK).i32(4)).isEqualTo(1 << 20);
  }

  @Test
  void gapsOfOneByteHoldNoMoreThanTheWindowEither() {
    RawPeer peer = new RawPeer().established();
    for (int i = 0; i < 14_000; i++) {
      peer.say(data(FIRST_TSN + 1 + 2 * i, i % 7, i, Chunk.UNORDERED | Chunk.BEGIN, new byte[1]));
    }
    // Nothing is left but what is kept for the gaps.
    assertThat(peer.last(Chunk.SACK).i32(4)).isBetween(64 << 10, (64 << 10) + 100);
    assertThat(peer.sctp.counters().bytesHeld()).isBetween((1L << 20) - 100, 1L << 20);
    assertThat(peer.sctp.counters().dropped()).isGreaterThan(3_000);
    assertThat(peer.closed).isNull();
    assertThat(peer.packets.stream().mapToInt(packet -> packet.length).max().orElse(0))
        .isLessThanOrEqualTo(1200);
  }

  @Test
  void tsnsFurtherAheadThanAGapBlockReachesAreNotKept() {
    RawPeer peer = new RawPeer().established();
    peer.say(data(FIRST_TSN - 1 + 65535, 0, 1, WHOLE, new byte[1]));
    peer.say(data(FIRST_TSN - 1 + 65536, 0, 2, WHOLE, new byte[1]));
    peer.say(data(FIRST_TSN + 0x7000_0000, 0, 3, WHOLE, new byte[1]));
    RawPeer.Part last = peer.last(Chunk.SACK);
    assertThat(last.u16(8)).isOne();
    assertThat(last.u16(12)).isEqualTo(65535);
    assertThat(last.u16(14)).isEqualTo(65535);
  }

  @Test
  void aMessageThatIsNeverWholeIsTooLongAtSomeTime() {
    RawPeer peer = new RawPeer().established();
    int flags = Chunk.BEGIN;
    for (int i = 0; peer.closed == null && i < 1000; i++, flags = 0) {
      peer.say(data(FIRST_TSN + i, 0, 0, flags, new byte[1100]));
    }
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
    assertThat(peer.detail).isEqualTo("a message longer than 262144 bytes");
    assertThat(peer.last(Chunk.ABORT).u16(0)).isEqualTo(Chunk.PROTOCOL_VIOLATION);
  }

  @Test
  void manyMessagesThatAreNeverWholeFillTheWindowAndEndTheAssociation() {
    RawPeer peer = new RawPeer().interleaving();
    int sent = 0;
    while (peer.closed == null && sent < 3000) {
      peer.say(iData(FIRST_TSN + sent, sent % 1000, 0, 51, Chunk.BEGIN, new byte[1100]));
      sent++;
    }
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION); // the same fragment again
    RawPeer other = new RawPeer().interleaving();
    sent = 0;
    while (other.closed == null && sent < 3000) {
      other.say(iData(FIRST_TSN + sent, sent % 500, sent / 500, 51, Chunk.BEGIN, new byte[1100]));
      sent++;
    }
    assertThat(other.closed).isEqualTo(SctpClosed.OUT_OF_RESOURCE);
    assertThat(other.last(Chunk.ABORT).u16(0)).isEqualTo(Chunk.CAUSE_OUT_OF_RESOURCE);
    assertThat(sent * 1196L).isLessThan((1 << 20) + (256 << 10) + (64 << 10) + 5000);
  }

  @Test
  void theWindowShrinksByWhatIsHeldAndOpensAgain() {
    RawPeer peer = new RawPeer().established();
    peer.say(data(FIRST_TSN + 1, 0, 1, WHOLE, new byte[1000]));
    assertThat(peer.last(Chunk.SACK).i32(4)).isEqualTo((1 << 20) - 1000 - Run.OVERHEAD);
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[1000]));
    peer.pass(200);
    assertThat(peer.last(Chunk.SACK).i32(4)).isEqualTo(1 << 20);
  }

  @Test
  void moreStreamsThanMayBeInUseAreInvalid() {
    RawPeer peer = new RawPeer().established();
    int sent = 0;
    for (; sent < 1100; sent++) {
      peer.say(data(FIRST_TSN + sent, 60 * sent % 65535, 0, WHOLE, new byte[1]));
    }
    peer.say(data(FIRST_TSN + sent, 65535, 0, WHOLE, new byte[1]));
    assertThat(peer.messages).hasSize(1024);
    assertThat(peer.all(Chunk.ERROR)).hasSize(1100 - 1024 + 1);
    assertThat(peer.last(Chunk.ERROR).u16(0)).isEqualTo(Chunk.INVALID_STREAM);
    assertThat(peer.last(Chunk.ERROR).u16(4)).isEqualTo(65535);
    assertThat(peer.last(Chunk.SACK).i32(0)).isEqualTo(FIRST_TSN + 1100);
    assertThat(peer.closed).isNull();
  }

  @Test
  void aMessageLongerThanWasAgreedOnEndsTheAssociation() {
    SctpSettings small = SctpPair.settings(1200, 1000, true);
    RawPeer peer = new RawPeer(small).established();
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[1000]));
    assertThat(peer.messages).hasSize(1);
    peer.say(data(FIRST_TSN + 1, 0, 1, WHOLE, new byte[1001]));
    assertThat(peer.messages).hasSize(1);
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
  }

  // ---- data that breaks the rules ---------------------------------------------------------------

  @Test
  void dataWithoutDataEndsTheAssociation() {
    RawPeer peer = new RawPeer().established();
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[0]));
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
    assertThat(peer.last(Chunk.ABORT).u16(0)).isEqualTo(Chunk.NO_USER_DATA);
  }

  @Test
  void theKindOfDataThatWasNotAgreedOnEndsTheAssociation() {
    RawPeer plain = new RawPeer().established();
    plain.say(iData(FIRST_TSN, 0, 0, 51, WHOLE, new byte[1]));
    assertThat(plain.closed).isEqualTo(SctpClosed.VIOLATION);
    RawPeer interleaving = new RawPeer().interleaving();
    interleaving.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[1]));
    assertThat(interleaving.closed).isEqualTo(SctpClosed.VIOLATION);
    RawPeer forwarding = new RawPeer().interleaving();
    forwarding.say(forward(FIRST_TSN));
    assertThat(forwarding.closed).isEqualTo(SctpClosed.VIOLATION);
  }

  @Test
  void aNumberThatWasUsedBeforeIsNotHandedOnAgain() {
    RawPeer peer = new RawPeer().established();
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, text("a")));
    peer.say(data(FIRST_TSN + 1, 0, 0, WHOLE, text("b")));
    peer.say(data(FIRST_TSN, 0, 1, WHOLE, text("c")));
    peer.say(data(FIRST_TSN + 2, 0, 1, WHOLE, text("d")));
    assertThat(peer.texts()).containsExactly("a", "d");
  }

  @Test
  void everythingAfterTheEndIsDropped() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.abort("over", peer.now);
    peer.packets.clear();
    for (int type = 0; type < 256; type++) {
      if (type != Chunk.SHUTDOWN_ACK) {
        peer.say(chunk(type, 0, new byte[20]));
      }
    }
    peer.sayRaw(packet(0, RawPeer.init()));
    peer.sctp.tick(peer.now);
    assertThat(peer.packets).isEmpty();
    assertThat(peer.sctp.send(0, 1, new byte[1], 0, 1, Delivery.RELIABLE, peer.now))
        .isEqualTo(SendResult.CLOSED);
  }

  @Test
  void anAbortWithAForeignTagIsIgnored() {
    RawPeer peer = new RawPeer().established();
    peer.sayRaw(packet(peer.theirTag + 1, chunk(Chunk.ABORT, 0, new byte[0])));
    peer.sayRaw(packet(peer.theirTag, chunk(Chunk.ABORT, 1, new byte[0])));
    peer.sayRaw(packet(RawPeer.TAG, chunk(Chunk.ABORT, 0, new byte[0])));
    peer.sayRaw(packet(0, chunk(Chunk.ABORT, 1, new byte[0])));
    assertThat(peer.closed).isNull();
    peer.sayRaw(packet(RawPeer.TAG, chunk(Chunk.ABORT, 1, new byte[0])));
    assertThat(peer.closed).isEqualTo(SctpClosed.ABORTED_BY_PEER);
  }

  // ---- reset and forward ------------------------------------------------------------------------

  @Test
  void reconfigurationsThatMakeNoSenseAreDeniedOrIgnored() {
    RawPeer peer = new RawPeer().established();
    for (int type : new int[] {14, 15, 18, 99}) {
      peer.say(
          chunk(
              Chunk.RE_CONFIG,
              0,
              new ByteWriter().u16(type).u16(16).i32(FIRST_TSN + type).i32(0).i32(0).toArray()));
    }
    // Numbers that were not next: "Error - Bad Sequence Number".
    assertThat(peer.all(Chunk.RE_CONFIG).stream().map(part -> part.i32(8))).containsOnly(5);
    peer.packets.clear();
    int number = FIRST_TSN;
    for (int type : new int[] {14, 15, 18, 99}) {
      peer.say(
          chunk(
              Chunk.RE_CONFIG,
              0,
              new ByteWriter().u16(type).u16(16).i32(number++).i32(0).i32(0).toArray()));
    }
    assertThat(peer.all(Chunk.RE_CONFIG).stream().map(part -> part.i32(8))).containsOnly(2);
    // An answer to nothing; a reset request too short; one with nothing in it.
    peer.say(chunk(Chunk.RE_CONFIG, 0, new ByteWriter().u16(16).u16(12).i32(0).i32(1).toArray()));
    peer.say(
        chunk(Chunk.RE_CONFIG, 0, new ByteWriter().u16(13).u16(12).i32(number).i32(1).toArray()));
    peer.say(chunk(Chunk.RE_CONFIG, 0, new byte[0]));
    assertThat(peer.closed).isNull();
    assertThat(peer.incomingResets).isEmpty();
    peer.say(chunk(Chunk.RE_CONFIG, 0, new byte[16]));
    assertThat(peer.closed).isEqualTo(SctpClosed.VIOLATION);
  }

  @Test
  void aForwardTsnSkipsAThousandStreamsAtTheMost() {
    RawPeer peer = new RawPeer().established();
    for (int i = 0; i < 100; i++) {
      int[] entries = new int[560];
      for (int j = 0; j < 280; j++) {
        entries[2 * j] = (280 * i + j) % 65535;
        entries[2 * j + 1] = 32_000;
      }
      peer.say(forward(FIRST_TSN + i, entries));
    }
    assertThat(peer.closed).isNull();
    peer.say(data(FIRST_TSN + 100, 0, 32_001, WHOLE, text("next")));
    assertThat(peer.texts()).containsExactly("next");
  }
}
