package dev.madang.protocol.sctp;

import static dev.madang.protocol.sctp.RawPeer.FIRST_TSN;
import static dev.madang.protocol.sctp.RawPeer.data;
import static dev.madang.protocol.sctp.RawPeer.sack;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What is sent, byte by byte, beside the drawings of the RFCs. */
class SctpWireTest {
  private static final int WHOLE = Chunk.BEGIN | Chunk.END;

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String word(long value) {
    return HexFormat.of().toHexDigits((int) value);
  }

  private static SendResult send(RawPeer peer, int stream, String text, Delivery delivery) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return peer.sctp.send(stream, 51, bytes, 0, bytes.length, delivery, peer.now);
  }

  /** RFC 9260 appendix A shows the polynomial; RFC 3720 B.4 has the values of 32 zero bytes. */
  @Test
  void theChecksumIsCrc32cWithItsLowestByteFirst() {
    CRC32C crc = new CRC32C();
    crc.update(new byte[32]);
    assertThat(hex(new byte[] {}) + word(Integer.reverseBytes((int) crc.getValue())))
        .isEqualTo("aa36918a");
    RawPeer peer = new RawPeer().established();
    send(peer, 0, "x", Delivery.RELIABLE);
    byte[] packet = peer.packets.getFirst();
    assertThat(packet).isEqualTo(SctpPair.seal(packet.clone()));
  }

  /** RFC 9260 §3.3.2, RFC 5061 §4.2.7, RFC 3758 §3.1. */
  @Test
  void initSaysWhatWeCanDo() {
    RawPeer peer = new RawPeer();
    peer.sctp.connect(peer.now);
    byte[] packet = peer.packets.getFirst();
    String sent = hex(packet);
    assertThat(sent.substring(0, 16)).isEqualTo("1388" + "1388" + "00000000");
    assertThat(sent.substring(24, 32)).isEqualTo("01" + "00" + "0020");
    assertThat(Chunk.i32(packet, 16)).isNotZero();
    assertThat(sent.substring(40, 56)).isEqualTo("00100000" + "ffff" + "ffff");
    assertThat(sent.substring(64)).isEqualTo("8008" + "0008" + "82c040c2" + "c000" + "0004");
  }

  /** RFC 9260 §3.3.1. */
  @Test
  void dataHasTsnStreamNumberAndProtocol() {
    RawPeer peer = new RawPeer().established();
    send(peer, 0x0102, "hello", Delivery.RELIABLE);
    send(peer, 0x0102, "again", Delivery.RELIABLE);
    send(peer, 0x0102, "loose", Delivery.UNORDERED);
    assertThat(hex(peer.packets.get(0)).substring(24))
        .isEqualTo(
            "00"
                + "03"
                + "0015"
                + word(peer.theirTsn)
                + "0102"
                + "0000"
                + "00000033"
                + "68656c6c6f"
                + "000000");
    assertThat(hex(peer.packets.get(1)).substring(24, 56))
        .isEqualTo("00" + "03" + "0015" + word(peer.theirTsn + 1) + "0102" + "0001" + "00000033");
    assertThat(hex(peer.packets.get(2)).substring(24, 56))
        .isEqualTo("00" + "07" + "0015" + word(peer.theirTsn + 2) + "0102" + "0000" + "00000033");
  }

  @Test
  void longMessagesAreCutAtTheEndOfThePacket() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.send(0, 53, new byte[2500], 0, 2500, Delivery.RELIABLE, peer.now);
    var parts = peer.all(Chunk.DATA);
    assertThat(parts.stream().map(RawPeer.Part::flags)).containsExactly(2, 0, 1);
    assertThat(parts.stream().map(part -> part.value().length - 12))
        .containsExactly(1172, 1172, 156);
    assertThat(peer.packets.stream().map(packet -> packet.length)).containsExactly(1200, 1200, 184);
  }

  /** RFC 8260 §2.1: the first fragment has the protocol, the others their number. */
  @Test
  void interleavedDataHasMessageAndFragmentNumbers() {
    RawPeer peer = new RawPeer().interleaving();
    peer.sctp.send(7, 53, new byte[2500], 0, 2500, Delivery.RELIABLE, peer.now);
    send(peer, 7, "x", Delivery.RELIABLE);
    var parts = peer.all(Chunk.I_DATA);
    assertThat(parts.stream().map(part -> hex(part.value()).substring(0, 32)))
        .containsExactly(
            word(peer.theirTsn) + "0007" + "0000" + "00000000" + "00000035",
            word(peer.theirTsn + 1) + "0007" + "0000" + "00000000" + "00000001",
            word(peer.theirTsn + 2) + "0007" + "0000" + "00000000" + "00000002",
            word(peer.theirTsn + 3) + "0007" + "0000" + "00000001" + "00000033");
  }

  /** RFC 9260 §3.3.4, with the example of its drawing: 10 to 11, 14 to 15 and 17 have come. */
  @Test
  void sackHasGapBlocksAndDuplicates() {
    RawPeer peer = new RawPeer().established();
    for (int number : new int[] {0, 1, 4, 5, 7, 1, 5}) {
      peer.say(data(FIRST_TSN + number, 0, number, WHOLE, new byte[] {1}));
    }
    assertThat(hex(peer.all(Chunk.SACK).get(3).value()))
        .isEqualTo(
            word(FIRST_TSN + 1)
                + word((1 << 20) - 3 * (1 + Run.OVERHEAD))
                + "0002"
                + "0000"
                + ("0003" + "0004")
                + ("0006" + "0006"));
    assertThat(hex(peer.all(Chunk.SACK).get(4).value()))
        .endsWith("0002" + "0001" + "00030004" + "00060006" + word(FIRST_TSN + 1));
    assertThat(hex(peer.all(Chunk.SACK).get(5).value())).endsWith(word(FIRST_TSN + 5));
  }

  /** RFC 3758 §3.2. */
  @Test
  void forwardTsnNamesTheNewestNumberOfEachStream() {
    RawPeer peer = new RawPeer().established();
    Delivery once = Delivery.retransmits(true, 0);
    send(peer, 1, "a", once);
    send(peer, 2, "b", once);
    send(peer, 1, "c", once);
    send(peer, 3, "d", Delivery.LOSSY);
    send(peer, 9, "e", Delivery.RELIABLE);
    peer.packets.clear();
    peer.pass(1100);
    RawPeer.Part forward = peer.all(Chunk.FORWARD_TSN).getFirst();
    assertThat(hex(forward.value()))
        .isEqualTo(word(peer.theirTsn + 3) + ("0001" + "0001") + ("0002" + "0000"));
    assertThat(peer.sctp.counters().abandoned()).isEqualTo(4);
  }

  /** RFC 8260 §2.3.1. */
  @Test
  void interleavedForwardTsnNamesUnorderedMessagesToo() {
    RawPeer peer = new RawPeer().interleaving();
    send(peer, 1, "a", Delivery.retransmits(true, 0));
    send(peer, 3, "b", Delivery.LOSSY);
    send(peer, 3, "c", Delivery.LOSSY);
    peer.pass(1100);
    assertThat(hex(peer.all(Chunk.I_FORWARD_TSN).getFirst().value()))
        .isEqualTo(
            word(peer.theirTsn + 2)
                + ("0001" + "0000" + "00000000")
                + ("0003" + "0001" + "00000001"));
  }

  /** RFC 6525 §4.1 and §4.4. */
  @Test
  void aResetIsAskedForAndAnsweredAsDrawn() {
    RawPeer peer = new RawPeer().established();
    send(peer, 4, "x", Delivery.RELIABLE);
    peer.sctp.reset(4, peer.now);
    assertThat(hex(peer.only(Chunk.RE_CONFIG).value()))
        .isEqualTo(
            "000d"
                + "0012"
                + word(peer.theirTsn)
                + word(FIRST_TSN - 1)
                + word(peer.theirTsn)
                + "0004");
    peer.packets.clear();
    peer.say(data(FIRST_TSN, 4, 0, WHOLE, new byte[1]));
    String request = "000d" + "0012" + word(FIRST_TSN) + word(0) + word(FIRST_TSN) + "0004";
    peer.say(RawPeer.chunk(Chunk.RE_CONFIG, 0, HexFormat.of().parseHex(request)));
    assertThat(hex(peer.only(Chunk.RE_CONFIG).value()))
        .isEqualTo("0010" + "000c" + word(FIRST_TSN) + "00000001");
    assertThat(peer.incomingResets).containsExactly(4);
    String answer = "0010" + "000c" + word(peer.theirTsn) + "00000001";
    peer.say(RawPeer.chunk(Chunk.RE_CONFIG, 0, HexFormat.of().parseHex(answer)));
    assertThat(peer.outgoingResets).containsExactly(4);
  }

  /** RFC 9260 §3.3.8, §3.3.9, §3.3.13, and §9.2 for their order. */
  @Test
  void shutdownIsSaidInThreeWords() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.close(peer.now);
    assertThat(hex(peer.packets.getLast()).substring(24))
        .isEqualTo("07" + "00" + "0008" + word(FIRST_TSN - 1));
    peer.say(RawPeer.chunk(Chunk.SHUTDOWN_ACK, 0, new byte[0]));
    assertThat(hex(peer.packets.getLast()).substring(24)).isEqualTo("0e" + "00" + "0004");
    assertThat(peer.closed).isEqualTo(SctpClosed.SHUTDOWN);
    // It was lost, and is said again, by the far end's own tag.
    peer.say(RawPeer.chunk(Chunk.SHUTDOWN_ACK, 0, new byte[0]));
    assertThat(hex(peer.packets.getLast()).substring(24)).isEqualTo("0e" + "01" + "0004");
    assertThat(Chunk.i32(peer.packets.getLast(), 4)).isEqualTo(peer.theirTag);
  }

  /** RFC 9260 §3.3.7 and §3.3.10.12. */
  @Test
  void abortHasTheReasonInIt() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.abort("bye", peer.now);
    assertThat(hex(peer.packets.getLast()).substring(24))
        .isEqualTo("06" + "00" + "000b" + "000c" + "0007" + "627965" + "00");
    assertThat(Chunk.i32(peer.packets.getLast(), 4)).isEqualTo(RawPeer.TAG);
  }

  @Test
  void acknowledgementsTravelWithData() {
    RawPeer peer = new RawPeer().established();
    peer.say(data(FIRST_TSN, 0, 0, WHOLE, new byte[1]));
    assertThat(peer.packets).isEmpty();
    send(peer, 0, "x", Delivery.RELIABLE);
    assertThat(peer.types()).containsExactly(Chunk.SACK, Chunk.DATA);
    assertThat(peer.packets).hasSize(1);
    peer.packets.clear();
    peer.say(data(FIRST_TSN + 1, 0, 1, WHOLE, new byte[1]));
    peer.pass(99);
    assertThat(peer.packets).isEmpty();
    peer.pass(1);
    assertThat(peer.types()).containsExactly(Chunk.SACK);
    peer.packets.clear();
    peer.say(data(FIRST_TSN + 2, 0, 2, WHOLE | Chunk.IMMEDIATE, new byte[1]));
    assertThat(peer.types()).containsExactly(Chunk.SACK);
  }

  @Test
  void smallMessagesShareAPacketWhenTheyWaited() {
    RawPeer peer = new RawPeer();
    for (int i = 0; i < 20; i++) {
      send(peer, i, "message " + i, Delivery.RELIABLE);
    }
    peer.established(Chunk.FORWARD_TSN);
    peer.say(sack(peer.theirTsn + 19, 1 << 20));
    assertThat(peer.closed).isNull();
    assertThat(peer.sctp.counters().packetsOut()).isEqualTo(2); // INIT-ACK, COOKIE-ACK with all
  }
}
